#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dm_remap_reassembly: scans, readers and activations at the same time, and sets that come and go.
# rig: test=debug timeout=600
# shellcheck disable=SC2086 # uuids and paths have no spaces

load ../lib/common
load ../lib/halves

@test "two copies of either half are a conflict, and there is no line for it" {
	local half
	make r $U /dev/main /dev/spare
	$LABEL /dev/main $U r
	null_blk main-copy 8
	null_blk spare-copy 4
	for half in main spare; do
		dd if=/dev/$half of=/dev/$half-copy bs=1M oflag=direct status=none
		scan /dev/main /dev/spare /dev/$half-copy
		assert_equal "$(said $U state table)" "conflict "
		# a copy that has gone is no copy
		echo 0 >"$NULLB/$half-copy/power"
		scan /dev/$half
		assert_equal "$(said $U state)" complete
	done
}

@test "who waits for a scan that cannot go on can be ended" {
	local scanner waiter
	make r $U /dev/main /dev/spare
	dmsetup create half --table "0 8192 linear /dev/spare 0"
	dmsetup suspend --nolockfs half
	scan /dev/main
	echo /dev/mapper/half >$SCAN 3>&- &
	scanner=$!
	sleep 0.5
	echo /dev/main >$SCAN 3>&- &
	waiter=$!
	sleep 0.5
	assert running $waiter
	kill -9 $waiter
	run retry_until 5 ended $waiter
	# nobody has to wait for it who only looks
	assert_equal "$(ls $SETS)" ""
	assert running $scanner
	dmsetup resume half
	wait $scanner
	assert_success
	assert_equal "$(said $U state)" complete
}
ended() { ! running "$1" || grep -q '^State:.Z' "/proc/$1/status"; }

@test "scans, activations and readers at the same time" {
	local i n scanner
	make r $U /dev/main /dev/spare
	$LABEL /dev/main $U r
	scan /dev/main
	touch "$BATS_TEST_TMPDIR/go"
	while [ -e "$BATS_TEST_TMPDIR/go" ]; do
		grep -r '' $SETS >/dev/null 2>&1 || :
	done 3>&- &
	scanner=$!
	slow_kernel && n=5 || n=15
	for ((i = 0; i < n; i++)); do
		scan /dev/spare &
		scan /dev/main
		wait $!
		activated r $U
		dd if=/dev/zero of=/dev/mapper/r bs=4096 oseek=16 count=8 oflag=direct status=none
		scan /dev/main /dev/spare
		assert_equal "$(said $U state)" active
		dmsetup remove r
		write_pattern /dev/spare 0 4096 nothing
		write_pattern /dev/spare 8184 4096 nothing
		scan /dev/spare
		assert_equal "$(said $U state)" waiting-spare
		dd if=/dev/zero of=/dev/main bs=4096 count=1 oflag=direct status=none
		scan /dev/main
		assert_equal "$(ls $SETS)" ""
		dd if=/dev/zero of=/dev/spare bs=4096 count=1024 oflag=direct status=none
		make r $U /dev/main /dev/spare
		$LABEL /dev/main $U r
	done
	rm "$BATS_TEST_TMPDIR/go"
	wait $scanner
}
