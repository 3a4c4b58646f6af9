#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap metrics: what Prometheus takes, with the right numbers in it.

load live.bash

# assert_metrics FILE: promtool has nothing to say
assert_metrics() {
	run promtool check metrics <"$1"
	assert_success
	assert_output ""
}

# value SERIES FILE: its value; there must be one
value() { awk -v series="$1" '$1 == series { print $2; n++ } END { exit n != 1 }' "$2"; }

@test "promtool finds nothing wrong, whatever there is" {
	dmremap metrics >none
	assert_metrics none
	[ "$(value dm_remap_devices none)" = 0 ]
	device safe
	dmremap metrics >one
	assert_metrics one
	device other
	transient other
	: >"$(file other stats/map_latency_histogram)"
	: >"$(file other stats/remap_latency_histogram)"
	dmremap metrics >two
	assert_metrics two
	[ "$(value dm_remap_devices two)" = 2 ]
	unload_stats
	dmremap metrics >uncounted
	assert_metrics uncounted
}

@test "each number of the kernel is in the metric that is for it" {
	device safe
	# when the main should have been replaced
	mkdir -p root/var/lib/dm-remap/replace
	echo "1700000001 $(cat "$(file safe config/main_id)")" >"root/var/lib/dm-remap/replace/$(cat "$(file safe config/uuid)")"
	dmremap metrics >out
	n=0
	while read -r name labels wanted; do
		series="dm_remap_$name{device=\"safe\"${labels#-}}"
		[ "$(value "$series" out)" = "$wanted" ] || { echo "$series is not $wanted"; return 1; }
		n=$((n + 1))
	done <<-'EOF'
		block_size_bytes - 4096
		capacity_blocks - 4096
		remapped_blocks - 1102
		pending_blocks - 3
		failed_blocks ,window="hour" 25
		failed_blocks ,window="day" 48
		failed_blocks ,window="month" 67
		rate_warn_blocks - 20
		rate_urgent_blocks - 50
		spare_used_blocks - 1106
		spare_free_blocks - 2987
		spare_bad_blocks - 4
		spare_reserve_blocks - 16
		spare_low_water_blocks - 409
		hash_buckets - 1024
		hash_entries - 1105
		hash_longest_chain - 6
		store_generation - 20931
		store_replicas - 2
		store_repairs_total - 7
		lost_sectors - 120
		reads_total - 500101
		writes_total - 300102
		read_bytes_total - 4096052736
		written_bytes_total - 3072053248
		flushes_total - 105
		discards_total - 106
		remapped_reads_total - 10107
		remapped_writes_total - 10108
		errors_total ,disk="main",operation="read" 109
		errors_total ,disk="main",operation="write" 110
		errors_total ,disk="spare",operation="read" 111
		errors_total ,disk="spare",operation="write" 112
		retries_recovered_total - 113
		remaps_total ,cause="automatic" 114
		remaps_total ,cause="manual" 115
		remaps_removed_total - 116
		remaps_failed_total - 117
		relocations_total - 118
		remaps_marked_total - 127
		pending_answers_total - 128
		forgotten_sectors_total - 129
		slow_moves_total - 130
		verify_errors_total - 131
		rewrites_tried_total - 132
		rewrites_cured_total - 133
		scrubbed_bytes_total - 6860868608
		hash_resizes_total ,direction="grow" 121
		hash_resizes_total ,direction="shrink" 122
		hash_resize_seconds_total - 1.230000123
		store_commits_total - 124
		store_pages_total - 125
		store_commit_seconds_total - 12.600000126
		state ,state="ok" 0
		state ,state="degraded" 1
		state ,state="exhausted" 0
		state ,state="suspended-remaps" 0
		state ,state="read-only" 0
		state ,state="failed" 0
		store_state ,state="transient" 0
		store_state ,state="clean" 1
		store_state ,state="degraded" 0
		store_state ,state="failed" 0
		replace_by_timestamp_seconds - 1700000001
		counted - 1
		suspended - 0
		disk_present ,disk="main" 1
		disk_present ,disk="spare" 1
		info ,uuid="0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",main="8:16",spare="8:33",main_device="8:16",main_model="",main_serial="",spare_device="8:33",spare_model="",spare_serial="" 1
	EOF
	# and there are no others, but for histograms
	[ "$(grep -v '^#' out | grep -cv '_duration_seconds')" = $((n + 1)) ]
}

@test "all that is a counter is one, and nothing else" {
	device safe
	dmremap metrics >out
	[ "$(sed -n 's/^# TYPE \(.*\) counter$/\1/p' out)" = \
		"$(sed -n 's/^# TYPE \(.*_total\) .*/\1/p' out)" ]
	[ "$(grep -c '^# TYPE .* histogram$' out)" = 2 ]
	# every metric has its help, once, before its type
	[ "$(sed -n 's/^# HELP \([^ ]*\) .*/\1/p' out)" = "$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' out)" ]
	[ -z "$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' out | sort | uniq -d)" ]
}

@test "histograms are cumulative, in seconds, and end in infinity" {
	device safe
	dmremap metrics | grep -v '^#' | sed -n 's/^dm_remap_\(re\)\?map_duration_seconds_//p' >out
	run cat out
	assert_output - <<-'EOF'
		bucket{device="safe",le="0.008388608"} 10
		bucket{device="safe",le="0.016777216"} 90
		bucket{device="safe",le="0.033554432"} 114
		bucket{device="safe",le="+Inf"} 114
		count{device="safe"} 114
		bucket{device="safe",le="0.000000064"} 700000
		bucket{device="safe",le="0.000000128"} 790000
		bucket{device="safe",le="0.000000256"} 799000
		bucket{device="safe",le="0.000000512"} 800000
		bucket{device="safe",le="+Inf"} 800003
		count{device="safe"} 800003
	EOF
	: >"$(file safe stats/remap_latency_histogram)"
	set_to safe stats/map_latency_histogram "17179869184 2"
	run bash -c "'$DMREMAP' metrics | grep _duration_seconds_"
	assert_output - <<-'EOF'
		dm_remap_remap_duration_seconds_bucket{device="safe",le="+Inf"} 0
		dm_remap_remap_duration_seconds_count{device="safe"} 0
		dm_remap_map_duration_seconds_bucket{device="safe",le="17.179869184"} 2
		dm_remap_map_duration_seconds_bucket{device="safe",le="+Inf"} 2
		dm_remap_map_duration_seconds_count{device="safe"} 2
	EOF
}

@test "numbers that are large stay what they are" {
	device safe
	set_to safe stats/reads 18446744073709551615
	set_to safe stats/read_sectors 36028797018963968
	dmremap metrics >out
	[ "$(value 'dm_remap_reads_total{device="safe"}' out)" = 18446744073709551615 ]
	[ "$(value 'dm_remap_read_bytes_total{device="safe"}' out)" = 18446744073709551616 ]
}

@test "each state is one of the series, and a new one is added" {
	device safe
	for state in ok degraded exhausted suspended-remaps read-only failed; do
		set_to safe config/state $state
		dmremap metrics >out
		[ "$(grep -c '^dm_remap_state{.* 1$' out)" = 1 ]
		[ "$(grep -c '^dm_remap_state{.* 0$' out)" = 5 ]
		[ "$(value "dm_remap_state{device=\"safe\",state=\"$state\"}" out)" = 1 ]
	done
	set_to safe config/state on-fire
	dmremap metrics >out
	[ "$(value 'dm_remap_state{device="safe",state="on-fire"}' out)" = 1 ]
	[ "$(grep -c '^dm_remap_state{.* 0$' out)" = 6 ]
	transient safe
	dmremap metrics >out
	[ "$(value 'dm_remap_store_state{device="safe",state="transient"}' out)" = 1 ]
	[ "$(grep -c '^dm_remap_store_state{.* 1$' out)" = 1 ]
	run ! grep -E '^dm_remap_store_(generation|replicas|repairs)' out
}

@test "a disk that has left the system" {
	device safe
	there sdb 8:16
	there sdc1 8:33
	dmremap metrics >out
	[ "$(value 'dm_remap_disk_present{device="safe",disk="spare"}' out)" = 1 ]
	set_gone 8:33
	dmremap metrics >out
	[ "$(value 'dm_remap_disk_present{device="safe",disk="main"}' out)" = 1 ]
	[ "$(value 'dm_remap_disk_present{device="safe",disk="spare"}' out)" = 0 ]
	assert_metrics out
	run dmremap top --count 1 safe
	assert_line --partial "spare 8:33 (gone)"
}

@test "a device that is suspended, whatever its state is" {
	local dir=$DMREMAP_ROOT/sys/class/block/dm-7
	device other
	device safe
	mkdir -p "$dir"/{dm,remap}
	echo 253:7 >"$dir/dev"
	echo 1000 >"$dir/size"
	echo safe >"$dir/dm/name"
	echo DMREMAP-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 >"$dir/dm/uuid"
	echo 0 >"$dir/dm/suspended"
	dmremap metrics >out
	[ "$(value 'dm_remap_suspended{device="safe"}' out)" = 0 ]
	echo 1 >"$dir/dm/suspended"
	dmremap metrics >out
	[ "$(value 'dm_remap_suspended{device="safe"}' out)" = 1 ]
	[ "$(value 'dm_remap_suspended{device="other"}' out)" = 0 ]
	assert_metrics out
}

@test "without the module that counts, the rest is there" {
	device safe
	unload_stats
	dmremap metrics >out
	[ "$(value 'dm_remap_counted{device="safe"}' out)" = 0 ]
	[ "$(value 'dm_remap_spare_free_blocks{device="safe"}' out)" = 2987 ]
	run ! grep -E '^dm_remap_(reads|errors|lost|.*duration)' out
}

@test "names are escaped, and what is not UTF-8 costs nothing else" {
	names=('a"b' 'a\b' $'a\nb' 'ä€𝄞' $'\xff' $'a\xc3' $'\xed\xa0\x80' $'\xe0\x80\x80')
	for name in "${names[@]}"; do device "$name"; done
	dmremap metrics >out
	assert_metrics out
	for label in 'a\"b' 'a\\b' 'a\nb' 'ä€𝄞' '\\xff' 'a\\xc3' '\\xed\\xa0\\x80' '\\xe0\\x80\\x80'; do
		grep -qxF "dm_remap_pending_blocks{device=\"$label\"} 3" out
	done
	[ "$(grep -c ^dm_remap_pending_blocks out)" = ${#names[@]} ]
}

@test "a file is replaced as a whole, or left" {
	device safe
	# where the time by which to replace the main is noted: it does not move on
	mkdir -p root/var/lib dir
	dmremap metrics --output dir/out.prom
	[ "$(stat -c %a dir/out.prom)" = 644 ]
	dmremap metrics | cmp - dir/out.prom
	cp dir/out.prom before
	exec 4<dir/out.prom
	set_to safe config/remaps/count 1103
	dmremap metrics -o dir/out.prom
	# a reader that had opened it still sees the old file
	cmp before - <&4
	exec 4<&-
	grep -q '^dm_remap_remapped_blocks.* 1103$' dir/out.prom
	set_to safe config/remaps/count x
	run dmremap metrics -o dir/out.prom
	assert_failure 8
	grep -q '^dm_remap_remapped_blocks.* 1103$' dir/out.prom
	[ "$(ls dir)" = out.prom ]
}

@test "a file that cannot be written is an error, and nothing is left behind" {
	device safe
	for path in nosuch/out.prom . /dev/null link; do
		ln -sf before link
		run dmremap metrics --output $path
		assert_failure 8
		assert_output --regexp "^dmremap: $path (cannot be written: No such file|is not a regular file)"
	done
	[ -c /dev/null ]
	[ -L link ]
	# no room for it
	mkdir dir
	run bash -c "ulimit -f 4; trap '' XFSZ; '$DMREMAP' metrics --output dir/out.prom"
	assert_failure 8
	assert_output "dmremap: dir/out.prom cannot be written: File too large."
	[ -z "$(ls dir)" ]
	run bash -c "'$DMREMAP' metrics >/dev/full"
	assert_failure 8
	# with standard output closed, the messages do not go into the file
	run bash -c "'$DMREMAP' metrics --output dir/out.prom <&- >&- 2>&-"
	assert_success
	# the time by which to replace the main is counted from now
	values="s/ [^ ]*$//"
	[ "$(dmremap metrics | sed "$values")" = "$(sed "$values" dir/out.prom)" ]
}

@test "a device that cannot be read is an error, and the others are printed" {
	device bad
	device good
	set_to bad stats/writes ""
	run --separate-stderr dmremap metrics
	assert_failure 8
	assert_line 'dm_remap_devices 2'
	assert_line 'dm_remap_writes_total{device="good"} 300102'
	refute_output --partial '"bad"'
	run dmremap metrics good
	assert_failure 16
}
