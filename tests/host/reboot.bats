#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The rig itself: a guest that is switched off and on again keeps its disks.

load ../lib/guest.sh

setup() { guest_dir "$BATS_TEST_TMPDIR"; }
teardown() { [ ! -e "$GUEST/pid" ] || guest_kill; }

@test "a disk keeps what was written before the power was cut" {
	guest_boot 6.12 "disk data size=8M"
	guest_run 'rig-disks; echo precious | dd of=/dev/disk-data bs=512 conv=sync oflag=direct'
	guest_kill
	guest_boot 6.12 "disk data size=8M"
	run guest_run 'rig-disks; head -c 9 /dev/disk-data'
	[ "$output" = precious ]
	guest_poweroff
}

@test "a command's output and status come back" {
	guest_boot 6.12
	run guest_run 'echo one; echo two >&2; exit 3'
	[ "$status" = 3 ]
	[ "$output" = $'one\ntwo' ]
	guest_poweroff
}
