#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The metrics of several machines in one Prometheus, with the rules and the dashboard of
# tools/monitoring. The machines are directories (live.bash); each has a set called "safe". One web
# server stands for their node exporters, and all of it listens on 127.0.0.1 only. What Prometheus
# answers is left in build/results/tools/prometheus.txt.

load live.bash

MONITORING=$TOP/tools/monitoring
SAID=$TOP/build/results/tools/prometheus.txt

# machine NAME PATH=TEXT...: its metrics, of a set in order but for these files
machine() {
	local name=$1 word
	shift
	export DMREMAP_ROOT=$BATS_TEST_TMPDIR/$name
	mkdir -p "$DMREMAP_ROOT/sys/module/dm_remap" "$DMREMAP_ROOT/sys/kernel/config/dm-remap" "web/$name"
	device safe
	set -- config/state=ok config/remaps/pending=0 "config/remaps/rate=0 0 0" stats/lost_sectors=0 \
		config/metadata/state=clean stats/remaps_failed=0 stats/verify_errors=0 \
		config/remaps/count=0 "$@"
	for word; do set_to safe "${word%%=*}" "${word#*=}"; done
	dmremap metrics >"web/$name/metrics"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start NAME...: a Prometheus that asks these machines each second
start() {
	local exporters
	exporters=$(free_port)
	SERVER=127.0.0.1:$(free_port)
	python3 -m http.server --bind 127.0.0.1 --directory web "$exporters" >web.log 2>&1 3>&- 4>&- &
	echo $! >>pids
	cat >prometheus.yml <<-END
	global: {scrape_interval: 1s, evaluation_interval: 1s}
	rule_files: [$MONITORING/dm-remap.rules.yml]
	scrape_configs:
	  - job_name: node
	    static_configs: [{targets: [$(tr ' ' , <<<"$*")]}]
	    relabel_configs:
	      - {source_labels: [__address__], target_label: instance}
	      - {source_labels: [__address__], target_label: __metrics_path__, replacement: /\$1/metrics}
	      - {target_label: __address__, replacement: "127.0.0.1:$exporters"}
	END
	prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="$SERVER" \
		>prometheus.log 2>&1 3>&- 4>&- &
	echo $! >>pids
	retry 60 curl -sf "http://$SERVER/-/ready"
}
teardown() {
	local pid
	while read -r pid; do kill "$pid"; done <pids
}

retry() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null; do
		((SECONDS < end)) || { echo "still failing: $*"; "$@"; tail -5 prometheus.log; return 1; }
		sleep 0.5
	done
}
query() { curl -sfG "http://$SERVER/api/v1/query" --data-urlencode "query=$1"; }
# value EXPRESSION: "instance value" of each series
values() { query "$1" | jq -r '.data.result[] | "\(.metric.instance) \(.value[1])"' | sort; }
is() { [ "$(values "$1")" = "$2" ]; }
# alerts: "instance alert state" of each
alerts() {
	curl -sf "http://$SERVER/api/v1/alerts" |
		jq -r '.data.alerts[] | "\(.labels.instance) \(.labels.alertname) \(.state)"' | sort
}
alerts_are() { [ "$(alerts)" = "$1" ]; }

@test "three machines with a set of the same name: each alert says which" {
	machine nas1
	machine nas2 config/state=exhausted config/spare/free=0
	machine nas3 "config/remaps/rate=60 60 60"
	start nas1 nas2 nas3
	retry 60 is 'dm_remap_devices' $'nas1 1\nnas2 1\nnas3 1'
	retry 60 alerts_are $'nas2 DmRemapSpareExhausted firing\nnas2 DmRemapSpareLow pending\nnas3 DmRemapFailing firing\nnas3 DmRemapFailingFast firing\nnas3 DmRemapReplaceMain firing'
	curl -sf "http://$SERVER/api/v1/alerts" | jq -r '.data.alerts[].annotations.summary' | sort >summaries
	cp summaries "$SAID"
	run cat summaries
	assert_line "safe on nas2 has no spare blocks left"
	assert_line "safe on nas3: 60 blocks of the main failed within an hour"
	# nas3 has a new disk, and nas1 no longer answers
	machine nas3
	rm web/nas1/metrics
	retry 60 is 'up{job="node"}' $'nas1 0\nnas2 1\nnas3 1'
	retry 60 alerts_are $'nas2 DmRemapSpareExhausted firing\nnas2 DmRemapSpareLow pending'
}

@test "the dashboard keeps sets of the same name on several machines apart" {
	local expr series
	machine nas1
	machine nas2 config/state=exhausted config/spare/free=0
	start nas1 nas2
	retry 60 is 'count_over_time(dm_remap_devices[1m]) > bool 2' $'nas1 1\nnas2 1'
	# shellcheck disable=SC2016 # Grafana's
	jq -r '.. | .expr? // empty' "$MONITORING/grafana-dashboard.json" |
		sed 's/[$]__rate_interval/1m/g; s/[$]device/.*/g; s/[$]instance/.*/g' >exprs
	[ -s exprs ]
	while read -r expr; do
		series=$(query "$expr" | jq -r '.data.result[].metric.instance' | sort -u | tr '\n' ' ')
		[ "$series" = "nas1 nas2 " ] || { echo "$expr: $series"; return 1; }
	done <exprs
	# one machine
	expr=$(sed 's/instance=~"[^"]*"/instance=~"nas2"/' exprs | head -n 1)
	run values "$expr"
	assert_output "nas2 1"
}
