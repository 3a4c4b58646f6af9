#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# tools/monitoring: all of it goes with what dmremap metrics prints.

load live.bash

MONITORING=$TOP/tools/monitoring
RULES=$MONITORING/dm-remap.rules.yml
DASHBOARD=$MONITORING/grafana-dashboard.json

# dashboard_exprs: its expressions, with the variables as Grafana puts them in
dashboard_exprs() {
	jq -r '.. | .expr? // empty' "$DASHBOARD" |
		sed 's/[$]__rate_interval/5m/g; s/[$]device/.*/g'
}

# rule_exprs: those of the alerts, one on a line
rule_exprs() {
	python3 -c 'import sys, yaml
for group in yaml.safe_load(open(sys.argv[1]))["groups"]:
    for rule in group["rules"]: print(rule["expr"])' "$RULES"
}

# unknown EXPRS: metrics of it that no program prints; the node exporter's own is known
unknown() {
	device safe
	dmremap metrics | sed -n 's/^\(dm_remap_[a-z_]*\).*/\1/p' | sort -u >printed
	echo node_textfile_mtime_seconds >>printed
	grep -oE '\b(dm_remap|node)_[a-z0-9_]+' "$1" | sort -u >named
	[ -s named ]
	grep -vxFf printed named
}

# unknown_labels EXPRS: labels of it that nothing has
unknown_labels() {
	dmremap metrics | grep -oE '[{,][a-z]+="' | tr -d '{,="' | sort -u >printed
	printf '%s\n' instance job file >>printed
	{
		grep -oE '[{,] *[a-z_]+ *(=|=~|!=|!~) *"' "$1" | tr -d '{,=~!" '
		grep -oE '\bby \([a-z_, ]+\)' "$1" | sed 's/by (//; s/[),]/ /g' | tr -s ' ' '\n'
	} | grep . | sort -u >named
	grep -vxFf printed named
}

@test "promtool takes the alerts, and each comes when it should" {
	run promtool check rules "$RULES"
	assert_success
	assert_output --partial "18 rules found"
	run promtool test rules "$BATS_TEST_DIRNAME/dm-remap.rules-test.yml"
	assert_success
}

@test "every alert is tested: that it comes, and that it does not" {
	tests=$BATS_TEST_DIRNAME/dm-remap.rules-test.yml
	while read -r alert; do
		grep -A1 "^ *alertname: $alert\$" "$tests" | grep -q exp_alerts
		grep -q "alertname: $alert}" "$tests"
	done < <(sed -n 's/.*- alert: //p' "$RULES")
	# the test of the tests: without a rule, or with another limit, they fail
	cp "$RULES" rules.yml
	sed "s:rule_files.*:rule_files\: [rules.yml]:" "$tests" >test.yml
	promtool test rules test.yml >/dev/null
	for change in 's/> 0$/> 10/' 's/<= dm_remap/< dm_remap/' 's/> 100/> 10/' 's/suspended-remaps/ok/' \
		's/3 \* 86400/30 * 86400/' 's/for: 6h/for: 1h/' 's/> 300/> 3000/' 's/== 0/== 2/' \
		's/suspended == 1/suspended == 0/' 's/for: 2m/for: 0m/' \
		's/read-only/ok/' 's/_urgent_blocks > 0/_urgent_blocks > 60/' 's/_warn_b/_urgent_b/'; do
		sed "$change" "$RULES" >rules.yml
		run ! cmp -s "$RULES" rules.yml
		run promtool test rules test.yml
		assert_failure
	done
}

@test "the alerts only name metrics and labels that are printed" {
	rule_exprs >exprs
	[ "$(wc -l <exprs)" = 18 ]
	run unknown exprs
	assert_output ""
	run unknown_labels exprs
	assert_output ""
	# the test does find one
	echo 'sum by (nosuch) (dm_remap_nosuch{none="1"})' >>exprs
	run unknown exprs
	assert_output dm_remap_nosuch
	run unknown_labels exprs
	assert_output $'none\nnosuch'
}

@test "the dashboard is JSON, and its expressions are PromQL" {
	jq -e '.panels | length > 10' "$DASHBOARD"
	dashboard_exprs >exprs
	[ "$(wc -l <exprs)" -ge "$(jq '.panels | length' "$DASHBOARD")" ]
	{
		printf 'groups:\n- name: dashboard\n  rules:\n'
		while read -r expr; do
			printf -- "  - record: r%d\n    expr: '%s'\n" $((++n)) "$expr"
		done <exprs
	} >rules.yml
	run promtool check rules rules.yml
	assert_success
	assert_output --partial "$(wc -l <exprs) rules found"
}

@test "the dashboard only names metrics and labels that are printed" {
	{
		dashboard_exprs
		jq -r '.templating.list[] | select(.name == "device") | .definition' "$DASHBOARD"
	} >exprs
	run unknown exprs
	assert_output ""
	run unknown_labels exprs
	assert_output ""
	# and the labels of the legends are among them
	jq -r '.. | .legendFormat? // empty' "$DASHBOARD" | grep -oE '\{\{[a-z]+\}\}' | tr -d '{}' |
		sort -u >named
	run grep -vxFf printed named
	assert_output ""
}

@test "the panels of the dashboard have numbers of their own and do not overlap" {
	[ -z "$(jq '.panels[].id' "$DASHBOARD" | sort | uniq -d)" ]
	run jq -c '[.panels[].gridPos] as $p | [range($p | length)] |
		[.[] as $i | .[] as $j | select($i < $j) | $p[$i] as $a | $p[$j] as $b |
		select($a.x < $b.x + $b.w and $b.x < $a.x + $a.w and
			$a.y < $b.y + $b.h and $b.y < $a.y + $a.h)] | length' "$DASHBOARD"
	assert_output 0
	run jq '[.panels[].gridPos | .x + .w] | max' "$DASHBOARD"
	assert_output 24
}

@test "systemd takes the units, and what they run writes the file" {
	cp "$MONITORING"/dm-remap-metrics.* .
	sed -i "s:ExecStart=dmremap:ExecStart=$(realpath "$DMREMAP"):" dm-remap-metrics.service
	run systemd-analyze --man=no verify ./dm-remap-metrics.service ./dm-remap-metrics.timer
	assert_success
	assert_output ""
	device safe
	# where the day by which the main should be replaced is kept, or it would be a second later each second
	mkdir -p "$DMREMAP_ROOT/var/lib"
	read -r _ options < <(sed -n 's/^ExecStart=//p' dm-remap-metrics.service)
	mkdir node-exporter
	# shellcheck disable=SC2086 # words
	dmremap ${options//\/var\/lib\/prometheus\/node-exporter/node-exporter}
	[ "$(ls node-exporter)" = dm-remap.prom ]
	sleep 1.1
	diff <(dmremap metrics) node-exporter/dm-remap.prom
	# the file that the alert looks at
	grep -qF 'file=~".*dm-remap[.]prom"' "$RULES"
}
