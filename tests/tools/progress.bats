#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Long work of dmremap: the bar, signals, and how far it came.

# what bats and volume.bash have
# shellcheck disable=SC2034,SC2154
load volume.bash

SECTORS=1048576

# slow: each piece takes a while
slow() {
	spare_free 200000
	export FAULT_WRITE_SLOW=200
	export LD_PRELOAD="$HELPERS/fakedm.so $HELPERS/faults.so"
}

# on_terminal STEP... -- COMMAND...: where standard error is a terminal, of 60 columns
on_terminal() { env -u LD_PRELOAD "$BATS_TEST_DIRNAME/terminal.py" 60 10 "$@"; }

@test "there is no bar where there is no terminal" {
	slow
	run --separate-stderr "$DMREMAP" add safe 0+1600
	assert_success
	assert_output "safe: 200 blocks were remapped."
	[ "$stderr" = "" ]
}

@test "on a terminal a bar moves, and is gone at the end" {
	spare_free 200000
	run on_terminal -- env FAULT_WRITE_SLOW=60 LD_PRELOAD="$HELPERS/fakedm.so $HELPERS/faults.so" \
		"$DMREMAP" add safe 0+8000
	assert_success
	assert_output --partial "Remapping [................................]   0%    0/1000"
	# the bar never goes back, and fits into the terminal
	tr '\r' '\n' <<<"$output" | sed -nE 's/.*Remapping \[.*\] +[0-9]+% +([0-9]+)\/1000.*/\1/p' >seen
	[ "$(wc -l <seen)" -ge 3 ]
	sort -n seen | diff - seen
	[ "$(tail -1 seen)" = 1000 ]
	[ "$(tr '\r' '\n' <<<"$output" | sed 's/\x1b\[K//g' | grep Remapping | wc -L)" -lt 60 ]
	# nothing of it is left
	[[ $output == *$'\r\e[K'"safe: 1000 blocks were remapped."* ]]
}

@test "a signal ends it between two pieces, and it says how far it has come" {
	spare_free 200000
	for signal in INT TERM HUP; do
		run on_terminal "see %  " "see %  " "see %  " "signal $signal" -- \
			env FAULT_WRITE_SLOW=150 LD_PRELOAD="$HELPERS/fakedm.so $HELPERS/faults.so" \
			"$DMREMAP" add safe 0+800000
		assert_output --regexp $'\r\e\\[Kdmremap: safe: interrupted when [1-9][0-9]* of 100000 blocks were remapped\\.'
		refute_output --partial "safe: 1"
		assert_output --partial "signal $(kill -l $signal)"
	done
}

@test "a signal that is to be ignored is" {
	slow
	FAULT_WRITE_SLOW=100
	(trap '' HUP; exec "$DMREMAP" add safe 0+400 >out) 3>&- &
	pid=$!
	sleep 0.2
	kill -s HUP $pid
	wait $pid
	unset LD_PRELOAD
	[ "$(cat out)" = "safe: 50 blocks were remapped." ]
}

@test "a message takes the place of the bar" {
	remapped "8 2064 8 remapped 0x0 0x0" "16 2064 8 remapped 0x0 0x0"
	run on_terminal -- env FAULT_WRITE_ERROR=5 LD_PRELOAD="$HELPERS/fakedm.so $HELPERS/faults.so" \
		"$DMREMAP" remove safe 8+16
	assert_output --partial $'\r\e[Kdmremap: safe: the block at sector 8 cannot be moved back'
	assert_output --partial "exit 4"
}

@test "pieces are in order, whole, and no larger than a page" {
	spare_free 200000
	volume 7814037168
	for ((i = 0; i < 3000; i++)); do echo "$((i * 500001)) 1"; done >list
	FAULT_WRITE_LOG=$PWD/log LD_PRELOAD="$HELPERS/fakedm.so $HELPERS/faults.so" "$DMREMAP" import --format plain safe list
	[ "$(wc -l <log)" = 3000 ]
	diff <(awk '{ print $1 - $1 % 8, 8 }' list) <(cut -d' ' -f2- log)
	# the first word is the number of the write
	[ "$(cut -d' ' -f1 log | sort -u | wc -l)" -gt 30 ]
	[ "$(awk '{ size[$1] += length($0) - length($1) } END { for (i in size) if (size[i] > 4096) print i }' log)" = "" ]
}
