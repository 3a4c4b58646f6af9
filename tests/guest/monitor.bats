#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap monitor hears the kernel's own events.
# rig: test=uml/3

load ../lib/common

CONFIG=/sys/kernel/config/dm-remap/r
DMREMAP=$PWD/../tools/dmremap/dmremap

setup() {
	null_blk main 16
	null_blk spare 4
	RUNS=$BATS_TEST_TMPDIR/runs
	printf '#!/bin/bash\necho "$*" >>%s\n' "$RUNS" >"$BATS_TEST_TMPDIR/program"
	chmod +x "$BATS_TEST_TMPDIR/program"
	printf '%s\n' "PROGRAM $BATS_TEST_TMPDIR/program" "SETTLE 0" "REPEAT 0" >"$BATS_TEST_TMPDIR/conf"
	rm -rf /run/dm-remap
	: >"$RUNS"
}
teardown() {
	[ -z "${MONITOR:-}" ] || { kill "$MONITOR"; wait "$MONITOR" || :; }
	remove_devices
}
teardown_file() { clean_up; }

told() { grep -qE "^$1( |\$)" "$RUNS"; }

start_monitor() {
	"$DMREMAP" monitor --config "$BATS_TEST_TMPDIR/conf" 3>&- 4>&- &
	MONITOR=$!
	retry_until 20 test -s /run/dm-remap/monitor
}

@test "a move, lost data, a full spare, and what happened while it did not run" {
	local uuid
	null_blk_bad main +2048-2048 +4096-4103
	remap_create r /dev/main /dev/spare
	uuid=$(<$CONFIG/uuid)
	start_monitor
	dd if=/dev/zero of=/dev/mapper/r bs=4096 seek=256 count=1 oflag=direct status=none
	retry_until 20 told "remapped r $uuid"
	run ! dd if=/dev/mapper/r of=/dev/null bs=4096 skip=512 count=1 iflag=direct status=none
	retry_until 20 told "pending r $uuid"
	# no event says so
	cat $CONFIG/spare/free >$CONFIG/spare/low_water
	kill "$MONITOR"
	wait "$MONITOR"
	run ! told "low-spare r"
	"$DMREMAP" monitor --once --config "$BATS_TEST_TMPDIR/conf"
	told "low-spare r $uuid"
	: >"$RUNS"
	"$DMREMAP" monitor --once --config "$BATS_TEST_TMPDIR/conf"
	assert_equal "$(<"$RUNS")" ""
	MONITOR=
}
