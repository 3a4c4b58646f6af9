# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Killed dmremap commands, and power cuts, after which only the content of the disks is left.
# Load this after ../lib/common.

DMREMAP=$PWD/../tools/dmremap/dmremap
HALT=$PWD/guest/halt.so

# sum DEVICE: checksum of everything that can be read from it
sum() { dd if="$1" bs=1M iflag=direct status=none | md5sum; }

# killed N COMMAND...: run dmremap, and kill it before step N (guest/halt.c). Fails if it ended
# before that; then "status" and "output" are its own.
killed() {
	local n=$1
	shift
	run env STEP_AT="$n" LD_PRELOAD="$HALT" "$DMREMAP" "$@"
	# shellcheck disable=SC2154 # by run
	[ "$status" = 137 ] || return 1
	# wait for its helper process, which resumes a suspended device
	retry_until 10 _has_gone
}
_has_gone() { ! busybox pidof dmremap >/dev/null; }

# save_disks NAME DISK..., put_disks NAME DISK...: save and restore the content of /dev/DISK
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

# power_cut DISK...: remove the devices on top of these disks, with the disks left as they are at
# this moment: they are saved and restored, because a device that is removed writes to them
power_cut() {
	local dm
	save_disks cut "$@"
	for dm in ${POWER_CUT:-r}; do
		! dmsetup info "$dm" >/dev/null 2>&1 || dmsetup remove "$dm"
	done
	put_disks cut "$@"
	unload dm_remap_reassembly
}
