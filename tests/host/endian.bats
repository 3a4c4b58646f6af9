#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# One set, on machines of either byte order: s390x goes on with what amd64 has made, and
# the other way round. The tool prints the same of the same bytes on both.
#
# shellcheck disable=SC2016 # the guest expands it
# rig: test=-
# rig: needs=s390x

load ../lib/guest.sh
bats_load_library bats-support
bats_load_library bats-assert

setup() { guest_dir "$BATS_TEST_TMPDIR"; }
teardown() { [ ! -e "$GUEST/pid" ] || guest_kill; }

GUEST_LIB='bats_require_minimum_version() { :; }
bats_load_library() { :; }
set -e
. lib/common.bash
CONFIG=/sys/kernel/config/dm-remap/r
DMREMAP=/rig/tools/dmremap/dmremap
'

in_guest() { guest_run "$GUEST_LIB$*"; }

# boot KERNEL [BAD]: with the two disks; the main refuses writes of sectors BAD
boot() {
	guest_boot "$1" "disk main if=virtio size=16M${2:+ inject-error-write=$2}" "disk spare if=virtio size=4M"
	in_guest 'rig-disks; [ -e /dev/disk-main ]'
}

ACTIVATE='remap_create r $(rig_disk main) $(rig_disk spare) persistent; '

# the tool's output on the spare and the table, without names of devices
seen() { in_guest '$DMREMAP check $(rig_disk spare); $DMREMAP dump --json $(rig_disk spare)' | sed 's,/dev/[a-z0-9-]*,DISK,g'; }

@test "a set goes from a little-endian machine to a big-endian one, and back" {
	local little
	boot 6.12 800-807
	in_guest "$ACTIVATE"'write_pattern /dev/mapper/r 800 4096 1
		for i in $(seq 0 99); do write_pattern /dev/mapper/r $((2000 + i * 80)) 4096 $((100 + i)); done
		remap_attr r remaps/add "2000 8000"
		remap_attr r errors/retries 7
		dmsetup message r 0 mark 20000 16
		[ "$(remap_status r remapped pending)" = "1001 2" ]
		dmsetup remove r'
	little=$(seen)
	guest_poweroff

	boot s390x 30000-30007
	assert_equal "$(in_guest '[ "$(od -An -td2 <<<"a" | tr -d " ")" != 2657 ]; uname -m')" s390x
	assert_equal "$(seen)" "$little"
	in_guest "$ACTIVATE"'[ "$(remap_status r remapped pending)" = "1001 2" ]
		[ "$(remap_attr r errors/retries)" = 7 ]
		assert_data /dev/mapper/r 800 4096 1
		for i in $(seq 0 99); do assert_data /dev/mapper/r $((2000 + i * 80)) 4096 $((100 + i)); done
		write_pattern /dev/mapper/r 30000 4096 2
		write_pattern /dev/mapper/r 800 4096 3
		remap_attr r remaps/remove "2000 4000"
		remap_attr r remaps/add "24000 80"
		remap_attr r errors/retries 3
		[ "$(remap_status r remapped pending)" = "512 2" ]
		dmsetup remove r
		$DMREMAP check $(rig_disk spare)
		# the first superblock goes, and the tool makes it anew
		dd if=/dev/urandom of=$(rig_disk spare) bs=4096 count=1 conv=notrunc oflag=direct
		$DMREMAP repair --yes $(rig_disk spare) || [ $? = 1 ]
		$DMREMAP check $(rig_disk spare)'
	little=$(seen)
	guest_poweroff

	boot 6.12
	assert_equal "$(seen)" "$little"
	in_guest "$ACTIVATE"'[ "$(remap_status r remapped pending)" = "512 2" ]
		[ "$(remap_attr r errors/retries)" = 3 ]
		assert_data /dev/mapper/r 800 4096 3
		assert_data /dev/mapper/r 30000 4096 2
		for i in $(seq 0 99); do assert_data /dev/mapper/r $((2000 + i * 80)) 4096 $((100 + i)); done
		dmsetup remove r'
	guest_poweroff
}
