#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap top: activity between two samples, and a terminal that is left as
# it was.

load live.bash

teardown() { [ -z "${TOP_PID:-}" ] || kill "$TOP_PID" 2>/dev/null || :; }

# terminal COLUMNS LINES STEP... -- ARGUMENT...: top on a terminal, see terminal.py
terminal() {
	local -a words=()
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	TERM=xterm "$BATS_TEST_DIRNAME/terminal.py" "${words[@]}" -- "$DMREMAP" top "${@:2}"
}

# more NAME STAT COUNT: so many more of it
more() { set_to "$1" "stats/$2" $(($(cat "$(file "$1" "stats/$2")") + $3)); }

@test "the first look has what was so far, and no rates" {
	device safe
	run dmremap top --count 1
	assert_success
	assert_output - <<-'EOF'
		dmremap top: 1 device

		safe: degraded, store clean, main 8:16, spare 8:33
		  spare    [######..............] 27% in use: 1106 of 4097, 4 bad, 2987 free
		  blocks   1102 remapped, 3 pending, 120 sectors lost
		  reads    -, -, - on the spare
		  writes   -, -, - on the spare
		  errors   main -, spare -; so far 219 and 223, 113 recovered
		  remaps   - by themselves, - by hand; so far 114 and 115, 117 failed
		  latency  map 50% 64 ns, 99% 256 ns so far; remap 50% 16.8 ms, 99% 33.6 ms so far
	EOF
}

@test "rates are those between two looks" {
	device safe
	device idle
	start_top --count 3
	look_at 100.00
	more safe reads 5000
	more safe writes 30
	more safe read_sectors 81920
	more safe write_sectors 240
	more safe remapped_reads 5
	more safe remapped_writes 1000000
	more safe main_read_errors 10
	more safe main_write_errors 5
	more safe spare_read_errors 100
	more safe spare_write_errors 200
	more safe retries_recovered 1
	more safe remaps_auto 25
	more safe remaps_manual 50
	more safe remaps_failed 3
	set_to safe config/spare/free 0
	set_to safe config/state exhausted
	printf '64 700000\n128 90000\n256 9009\n512 1001\ninf 3\n' >"$(file safe stats/map_latency_histogram)"
	look_at 102.50
	# only what came since: 9 of 10 up to 256 ns, the other one up to 512 ns
	run last_look
	assert_output - <<-'EOF'
		dmremap top: 2 devices, over 2.5 s

		idle: degraded, store clean, main 8:16, spare 8:33
		  spare    [######..............] 27% in use: 1106 of 4097, 4 bad, 2987 free
		  blocks   1102 remapped, 3 pending, 120 sectors lost
		  reads    0/s, 0 B/s, 0/s on the spare
		  writes   0/s, 0 B/s, 0/s on the spare
		  errors   main 0/s, spare 0/s; so far 219 and 223, 113 recovered
		  remaps   0/s by themselves, 0/s by hand; so far 114 and 115, 117 failed
		  latency  map 50% 64 ns, 99% 256 ns so far; remap 50% 16.8 ms, 99% 33.6 ms so far

		safe: exhausted, store clean, main 8:16, spare 8:33
		  spare    [####################] 100% in use: 1106 of 4097, 4 bad, 0 free
		  blocks   1102 remapped, 3 pending, 120 sectors lost
		  reads    2000/s, 16.0 MiB/s, 2.0/s on the spare
		  writes   12/s, 48.0 KiB/s, 400000/s on the spare
		  errors   main 6.0/s, spare 120/s; so far 234 and 523, 114 recovered
		  remaps   10/s by themselves, 20/s by hand; so far 139 and 165, 120 failed
		  latency  map 50% 256 ns, 99% 512 ns; remap 50% 16.8 ms, 99% 33.6 ms so far
	EOF
	# the next look is compared with this one, not with the first
	look_at 103.50
	wait "$TOP_PID"
	run last_look
	refute_output --regexp '[1-9][0-9.]*/s'
}

@test "counts that were reset are counted from 0" {
	device safe
	start_top --count 2
	look_at 10
	set_to safe stats/reads 50
	set_to safe stats/main_read_errors 0
	printf '1024 7\n' >"$(file safe stats/map_latency_histogram)"
	look_at 15
	run last_look
	assert_line --partial "reads    10/s,"
	assert_line --partial "errors   main 0/s,"
	assert_line --partial "map 50% 1.02 us, 99% 1.02 us;"
}

@test "devices come and go, and one made anew has no rates at first" {
	device a
	start_top --count 5 a b
	look_at 1
	grep -qx "b: not there" out
	device b
	look_at 2
	run last_look
	assert_line --regexp "^b: degraded"
	[ "$(grep -c 'reads    -' <<<"$output")" = 1 ]
	rm -r "$(file a config)" "$(dirname "$(file a stats)")"
	look_at 3
	run last_look
	assert_line "a: not there"
	assert_line --partial "reads    0/s"
	device a
	set_to b config/uuid 11111111-2222-3333-4444-555555555555
	look_at 4
	run last_look
	[ "$(grep -c 'reads    -' <<<"$output")" = 2 ]
	unload_stats
	look_at 5
	run last_look
	[ "$(grep -c 'nothing is counted: run "modprobe dm_remap_stats"' <<<"$output")" = 2 ]
	refute_output --partial lost
	wait "$TOP_PID"
}

@test "without names, all devices there are at each look" {
	start_top --count 3
	look_at 1
	device new
	look_at 2
	rm -r "$(file new config)"
	look_at 3
	run grep -E '^(dmremap top|new)' out
	assert_output - <<-'EOF'
		dmremap top: 0 devices
		dmremap top: 1 device, over 1.0 s
		new: degraded, store clean, main 8:16, spare 8:33
		dmremap top: 0 devices, over 1.0 s
	EOF
}

@test "an interval is as long as it says" {
	device safe
	started=${EPOCHREALTIME/./}
	dmremap top --interval 0.3 --count 4 >out
	took=$((${EPOCHREALTIME/./} - started))
	# three of them, and not four
	[ "$took" -ge 900000 ]
	[ "$(grep -c '^dmremap top' out)" = 4 ]
	grep -q 'over 0.3 s' out
}

@test "what cannot be read ends it, and so does output that is lost" {
	device safe
	start_top
	look_at 1
	set_to safe stats/reads x
	echo 2 >root/proc/uptime
	status=0
	wait "$TOP_PID" || status=$?
	[ "$status" = 8 ]
	grep -q "stats/reads is malformed" errors
	set_to safe stats/reads 1
	rm root/proc/uptime
	run bash -c "timeout 20 '$DMREMAP' top --interval 0.1 >/dev/full"
	assert_failure 8
	run timeout 20 bash -c "'$DMREMAP' top --interval 0.1 | head -1"
	assert_success
	assert_output "dmremap top: 1 device"
}

@test "wrong usage" {
	for arguments in "--interval 0" "--interval 0.05" "--interval nan" "--interval 1x" "--interval ''" \
		"--interval 1e9" "--count 0" "--count -1" "--count x" "--count 1x" "a/b" "--nosuch"; do
		eval "run dmremap top $arguments"
		assert_failure 16
	done
}

LEFT="keys as before, own screen, cursor shown"

@test "q ends it, and the terminal is as it was" {
	device safe
	for key in q Q; do
		run terminal 100 30 "see remap 50%" "key $key" -- --interval 60
		assert_success
		assert_output --partial "exit 0; $LEFT"
	done
	# what was seen last stays
	assert_line --index -2 --partial "latency  map 50%"
	# other keys do not, and are not seen
	run terminal 100 30 "see remap 50%" "key x" "key q" -- --interval 60
	assert_output --partial "exit 0; $LEFT"
	refute_output --partial "x^"
}

@test "so it is after signals, and they are what ended it" {
	device safe
	for signal in "INT 2" "TERM 15" "HUP 1" "QUIT 3" "SEGV 11" "ABRT 6"; do
		run terminal 100 30 "see remap 50%" "signal ${signal% *}" -- --interval 60
		assert_output --partial "signal ${signal#* }; $LEFT"
	done
	run terminal 100 30 "see remap 50%" $'key \x03' -- --interval 60
	assert_output --partial "signal 2; $LEFT"
}

@test "so it is while it is stopped, and it goes on from there" {
	device safe
	run terminal 100 30 "see remap 50%" $'key \x1a' stopped "signal CONT" "see remap 50%" \
		"key q" -- --interval 60
	assert_output --partial "stopped; $LEFT"
	assert_output --partial "exit 0; $LEFT"
}

@test "so it is after an error, which is seen" {
	device safe
	run terminal 100 30 "see remap 50%" "touch $(file safe stats/reads) x" -- --interval 0.2
	assert_output --partial "exit 8; $LEFT"
	[[ $output == *$'\033[?1049l'*"is malformed."* ]]
}

@test "so it is after the last of some looks" {
	device safe
	run terminal 100 30 -- --interval 0.1 --count 2
	assert_output --partial "exit 0; $LEFT"
	# from the start of the screen each time
	[ "$(grep -o $'\033\[H' <<<"$output" | wc -l)" = 2 ]
}


@test "the text fits the window, and follows it" {
	device a
	device b
	run terminal 40 30 "see b:" "key q" -- --interval 60
	tr -d '\r' <<<"$output" | sed -n '/\x1b\[H/,/\x1b\[J/p' | sed 's/\x1b\[?*[0-9;]*[a-zA-Z]//g' >seen
	[ "$(wc -L <seen)" = 40 ]
	grep -qx "a: degraded, store clean, main 8:16, spa" seen
	# too few lines: so many are used, and it says so
	run terminal 100 10 "see more: make" "key q" -- --interval 60
	tr -d '\r' <<<"$output" | sed -n '/\x1b\[H/,/\x1b\[J/p' >seen
	[ "$(wc -l <seen)" = 10 ]
	[[ "$(tail -1 seen)" == "... more: make the window larger"* ]]
	run ! grep -q "^b:" seen
	# but not if all of it fits
	rm -r "$(file b config)"
	run terminal 100 10 "see remap 50%" "key q" -- --interval 60
	refute_output --partial "more: make"
	device b
	# a larger window is filled at once
	run terminal 100 10 "see more: make" "resize 100 40" "see b:" "key q" -- --interval 60
	assert_output --partial "exit 0; $LEFT"
}

@test "characters of several bytes are cut by columns, not in two" {
	device ääääääääää
	run terminal 9 30 "see bloc" "key q" -- --interval 60
	tr -d '\r' <<<"$output" | sed -n '/\x1b\[H/,/\x1b\[J/p' | sed 's/\x1b\[?*[0-9;]*[a-zA-Z]//g' >seen
	grep -qx "äääääääää" seen
}

@test "states have colours, unless they are not wanted" {
	device safe
	run terminal 100 30 "see remap 50%" "key q" -- --interval 60
	assert_output --partial $'safe: \033[33mdegraded\033[0m,'
	set_to safe config/state failed
	run terminal 100 30 "see remap 50%" "key q" -- --interval 60
	assert_output --partial $'safe: \033[1;31mfailed\033[0m,'
	NO_COLOR=1 run terminal 100 30 "see remap 50%" "key q" -- --interval 60
	assert_output --partial 'safe: failed,'
	refute_output --partial $'\033[33m'
}

@test "a device that is suspended, whatever its state is" {
	local dir=$DMREMAP_ROOT/sys/class/block/dm-7
	device safe
	mkdir -p "$dir"/{dm,remap}
	echo 253:7 >"$dir/dev"
	echo 1000 >"$dir/size"
	echo safe >"$dir/dm/name"
	echo DMREMAP-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 >"$dir/dm/uuid"
	echo 1 >"$dir/dm/suspended"
	run dmremap top --count 1
	assert_line "safe: suspended, degraded, store clean, main 8:16, spare 8:33"
	echo 0 >"$dir/dm/suspended"
	run dmremap top --count 1
	assert_line "safe: degraded, store clean, main 8:16, spare 8:33"
}

@test "a name cannot play with the terminal" {
	device $'a\033[2Jb'
	run dmremap top --count 1
	assert_line "a?[2Jb: degraded, store clean, main 8:16, spare 8:33"
}
