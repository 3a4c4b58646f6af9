#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The rig itself: what other tests rely on is there.
# rig: disk medium size=16M inject-error-write=2048 inject-error-read=4096
# rig: disk big4k size=16M lbs=4096
# rig: test=6.1,6.12,uml,umldebug

load ../lib/common

@test "the machine has the processors that it was asked for" {
	# user-mode Linux has one before 6.19
	[ ! -e /dev/ubda ] || grep -qw SMP /proc/version || skip "this kernel takes one processor"
	assert_equal "$(nproc)" 2
}

@test "kernel modules load by name" {
	modprobe dm_mod
	modprobe null_blk nr_devices=0
	# Debian has it for amd64 only
	[ "$(uname -m)" != x86_64 ] || modprobe scsi_debug
	modprobe dm_flakey
}

@test "configfs, debugfs and tracefs are mounted" {
	mountpoint /sys/kernel/config
	mountpoint /sys/kernel/debug
	mountpoint /sys/kernel/tracing
}

@test "an NVMe disk fails the writes it is told to fail" {
	disk=$(rig_disk medium)
	dd if=/dev/zero of="$disk" bs=512 seek=2047 count=1 oflag=direct
	run ! dd if=/dev/zero of="$disk" bs=512 seek=2048 count=1 oflag=direct
	dd if="$disk" of=/dev/null bs=512 skip=2048 count=1 iflag=direct
}

@test "an NVMe disk fails the reads it is told to fail" {
	disk=$(rig_disk medium)
	run ! dd if="$disk" of=/dev/null bs=512 skip=4096 count=1 iflag=direct
	dd if=/dev/zero of="$disk" bs=512 seek=4096 count=1 oflag=direct
}

@test "an NVMe disk has the block size it is told to have" {
	[ "$(blockdev --getss "$(rig_disk big4k)")" = 4096 ]
}
