#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The known limits of docs/boot.md: each as the page says, with the way out that it names.
# rig: test=uml/3 timeout=600
# shellcheck disable=SC2086 # uuids and paths have no spaces

load ../lib/common
load ../lib/halves


teardown() {
	remove_devices
	unload dm_remap_reassembly
	rm -rf /etc/dm-remap /run/dm-remap
}
teardown_file() { clean_up; }

setup() {
	null_blk main 8
	null_blk spare 4
	know $U $V
}

@test "a device that was seen before another one covered it: both are named" {
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	scan /dev/main /dev/spare
	dmsetup create mpath --table "0 16384 linear /dev/main 0"
	scan /dev/mapper/mpath
	assert_equal "$(said $U state)" conflict
	dmremap assemble /dev/mapper/mpath /dev/spare
	active r $U
	assert_equal "$(dmsetup deps -o devname r)" "2 dependencies	: (spare) (mpath)"
}

@test "a conflict stays after one of two copies was unplugged, until somebody looks" {
	null_blk spare2 4
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dd if=/dev/spare of=/dev/spare2 bs=1M oflag=direct status=none
	scan /dev/main /dev/spare /dev/spare2
	assert_equal "$(said $U state)" conflict
	echo 0 >"$NULLB/spare2/power"
	assert_equal "$(said $U state)" conflict
	dmremap assemble r
	active r $U
}

@test "a spare that was wiped between a scan and dmsetup is formatted, unless the main is sealed" {
	local table
	make r $U /dev/main /dev/spare
	scan /dev/main /dev/spare
	# what somebody typed
	table="0 16384 remap /dev/main 0 /dev/spare 3 persistent uuid $U"
	blkdiscard -fz /dev/spare
	dmsetup create r --table "$table"
	assert_data /dev/mapper/r 64 4096 stale
	dmsetup remove r
	# the tool reads both halves again
	blkdiscard -fz /dev/spare
	run dmremap assemble r
	assert_failure
	# sealed, and only a page of the table is left, or nothing
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	blkdiscard -fz /dev/spare
	run dmsetup create r --table "$table"
	assert_failure
	run dmsetup info r
	assert_failure
}

@test "an older copy of a spare that is there alone is used: blocks that moved since have old content" {
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dd if=/dev/spare of="$BATS_TEST_TMPDIR/copy" bs=1M status=none
	dmremap assemble /dev/main /dev/spare
	write_pattern /dev/mapper/r 128 4096 new
	remap_attr r remaps/add 128
	dmremap stop r
	write_pattern /dev/main 128 4096 old
	dd if="$BATS_TEST_TMPDIR/copy" of=/dev/spare bs=1M oflag=direct status=none
	dmremap assemble /dev/main /dev/spare
	active r $U
	assert_data /dev/mapper/r 128 4096 old
}

@test "a set is the main of another set: by hand, with both devices named" {
	null_blk spare2 4
	make lower $U /dev/main /dev/spare
	dmremap assemble /dev/main /dev/spare
	make upper $V /dev/mapper/lower /dev/spare2
	dmremap stop lower
	dmremap assemble --all || :
	run dmsetup info upper
	assert_failure
	dmremap assemble /dev/main /dev/spare
	dmremap assemble /dev/mapper/lower /dev/spare2
	active upper $V
}

@test "a set that was stopped stays so when systemd tries once more, and a half that is connected again brings it" {
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dmremap assemble /dev/main /dev/spare
	dmremap stop r
	# as dm-remap-assemble.service does 20 s after the start
	dmremap assemble --auto --all || :
	run dmsetup info r
	assert_failure
	# as the udev rule does
	dmremap assemble --auto --incremental /dev/main || :
	dmremap assemble --auto --incremental /dev/spare
	active r $U
}

@test "the module declares the parameter of the kernel command line, and does nothing with it" {
	run modinfo dm_remap
	assert_line --regexp '^parm: +assemble:'
	modprobe -r dm_remap_reassembly dm_remap_stats dm_remap_metadata dm_remap
	log_mark
	modprobe dm_remap assemble=0
	run log_since
	refute_output --partial "unknown parameter"
	make r $U /dev/main /dev/spare
	seal r $U /dev/main /dev/spare
	dmremap assemble /dev/main /dev/spare
	active r $U
}
