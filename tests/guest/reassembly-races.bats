#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dm_remap_reassembly: scans, readers and activations at the same time, and sets that come and go.
# rig: test=uml/3,kcsan timeout=600
# shellcheck disable=SC2086 # uuids and paths have no spaces

load ../lib/common
load ../lib/halves

@test "two copies of either half are a conflict, and there is no line for it" {
	local half
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	null_blk main-copy 8
	null_blk spare-copy 4
	for half in main spare; do
		dd if=/dev/$half of=/dev/$half-copy bs=1M oflag=direct status=none
		scan /dev/main /dev/spare /dev/$half-copy
		assert_equal "$(said $U state table)" "conflict "
		# a copy that has gone does not count
		echo 0 >"$NULLB/$half-copy/power"
		scan /dev/$half
		assert_equal "$(said $U state)" complete
	done
	# beside halves that are in use a copy is named, and announced once
	activated r $U
	null_blk late-copy 4
	dd if=/dev/spare of=/dev/late-copy bs=1M iflag=direct oflag=direct status=none
	log_mark
	scan /dev/late-copy
	scan /dev/late-copy /dev/main
	assert_equal "$(said $U state spare copies)" \
		"active $(number /dev/spare) $(number /dev/late-copy) spare"
	assert_equal "$(log_since | grep -c "$(number /dev/late-copy) says that it is the spare of this set")" 1
	echo 0 >"$NULLB/late-copy/power"
	scan /dev/main
	assert_equal "$(said $U copies)" ""
	# after the set is removed, its halves are found without a scan
	dmsetup remove r
	assert_equal "$(said $U state)" complete
}

@test "a device that does not answer delays no scan of others, and nobody who looks" {
	local scanner
	make r $U /dev/main /dev/spare
	dmsetup create half --table "0 8192 linear /dev/spare 0"
	dmsetup suspend --nolockfs half
	scan /dev/main
	echo /dev/mapper/half >$SCAN 3>&- &
	scanner=$!
	sleep 0.5
	$LABEL /dev/main $U r
	timeout 10 cat "$(scan_line /dev/main)" >$SCAN
	assert_equal "$(timeout 10 cat $SETS/$U/state)" waiting-spare
	assert running $scanner
	dmsetup resume half
	wait $scanner
	assert_equal "$(said $U state)" complete
}
# scan_line DEVICE: a file with the line for it
scan_line() { echo "$1" >"$BATS_TEST_TMPDIR/line"; echo "$BATS_TEST_TMPDIR/line"; }

@test "of two scans of a device the one that began later counts" {
	local scanner
	make r $U /dev/main /dev/spare
	dmsetup create half --table "0 8192 linear /dev/spare 0"
	dmsetup suspend --nolockfs half
	scan /dev/main
	echo /dev/mapper/half >$SCAN 3>&- &
	scanner=$!
	sleep 0.5
	echo /dev/mapper/half >$SCAN 3>&- &
	sleep 0.5
	dmsetup resume half
	wait $scanner $!
	assert_equal "$(said $U state spare)" "complete $(number /dev/mapper/half)"
}

@test "scans, activations and readers at the same time" {
	local i n scanner
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
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
		seal r $U /dev/main /dev/spare
	done
	rm "$BATS_TEST_TMPDIR/go"
	wait $scanner
}
