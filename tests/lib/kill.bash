# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Commands of dmremap that are killed, and power cuts: what the disks have is what is left.
# Load it after ../lib/common.

DMREMAP=$PWD/../tools/dmremap/dmremap
HALT=$PWD/guest/halt.so

# sum DEVICE: of all that can be read on it
sum() { dd if="$1" bs=1M iflag=direct status=none | md5sum; }

# killed N COMMAND...: whether dmremap was killed before step N (guest/halt.c); it came to its
# end otherwise, and status and output are those
killed() {
	local n=$1
	shift
	run env STEP_AT="$n" LD_PRELOAD="$HALT" "$DMREMAP" "$@"
	# shellcheck disable=SC2154 # by run
	[ "$status" = 137 ] || return 1
	# a process of it that lets a suspended device go on
	retry_until 10 _has_gone
}
_has_gone() { ! busybox pidof dmremap >/dev/null; }

# save_disks NAME DISK..., put_disks NAME DISK...: the content of /dev/DISK
save_disks() {
	local disk name=$1
	shift
	for disk; do dd if=/dev/"$disk" of="$BATS_TEST_TMPDIR/$name-$disk" bs=1M iflag=direct status=none; done
}
put_disks() {
	local disk name=$1
	shift
	for disk; do dd if="$BATS_TEST_TMPDIR/$name-$disk" of=/dev/"$disk" bs=1M oflag=direct status=none; done
}

# power_cut DISK...: they are as they were at this moment, and no device stands on them; one that
# is removed would write to them otherwise
power_cut() {
	local dm
	save_disks cut "$@"
	for dm in ${POWER_CUT:-r}; do
		! dmsetup info "$dm" >/dev/null 2>&1 || dmsetup remove "$dm"
	done
	put_disks cut "$@"
	unload dm_remap_reassembly
}
