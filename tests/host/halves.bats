#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# How long a Debian 12 takes to boot with many foreign halves, and with a disk that hardly answers: the figures of
# docs/security.md. The times are left in build/results/host/boot-times.txt: until systemd, and until udev has
# nothing left to do. Beside each, the same devices without anything on them: udev looks at these as well. MANY is how many halves
# there are at most.
#
# shellcheck disable=SC2016 # evaluated in the machine
#
# rig: debian
# rig: test=-

load ../lib/machine.sh

MANY=${MANY:-1000}
TIMES=$BUILD/results/host/boot-times.txt
# a disk takes 30 seconds for 4 KiB
SLOW="disk slow if=virtio read-bps=136"

setup_file() {
	export GUEST=$BATS_FILE_TMPDIR/machine
	make -s -C "$TOP/tests/tools" O="$BUILD/tools-tests" "$BUILD/tools-tests/mkimage"
	mkdir -p "${TIMES%/*}"
	: >"$TIMES"
}
setup() { machine_setup; }
teardown() { machine_teardown; }

# disks NR [MKIMAGE]: with NR partitions in all; DISKS are their lines
disks() {
	local left=$1 first=0 nr
	shift
	DISKS=()
	rm -f "$GUEST"/many*.img
	while ((left)); do
		nr=$((left < 250 ? left : 250))
		python3 "$TOP/tests/host/many-spares.py" "$GUEST/many$first.img" "$nr" "$first" "$@"
		DISKS+=("disk many$first if=virtio")
		first=$((first + nr))
		left=$((left - nr))
	done
}

# seconds KERNEL LINE...: a boot; SECONDS_UP until systemd has started everything, SECONDS_TAKEN until udev has looked at
# all devices as well
seconds() {
	local started=$EPOCHREALTIME
	machine_boot "$@"
	guest_run 'until s=$(systemctl is-system-running); [ "$s" != starting ] && [ "$s" != initializing ]; do sleep 0.2; done'
	SECONDS_UP=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000000))
	guest_run 'udevadm settle -t 250'
	SECONDS_TAKEN=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000000))
	guest_run '[ "$(findmnt -no SOURCE /)" = /dev/vda ] && [ ! -e /sys/module/dm_remap_reassembly ] && [ -z "$(dmsetup ls 2>/dev/null | grep -v "No devices")" ]'
}
result() {
	printf '%s\t%s\t%s\n' "$1" "$SECONDS_UP" "$SECONDS_TAKEN" | tee -a "$TIMES" | sed 's/^/# /' >&3
}

@test "foreign halves add little to what as many empty partitions take" {
	local nr empty
	seconds 6.12 system
	result "no other disk"
	machine_kill
	for nr in $((MANY / 10)) "$MANY"; do
		disks "$nr"
		seconds 6.12 system "${DISKS[@]}"
		result "$nr empty partitions"
		empty=$SECONDS_TAKEN
		machine_kill
		disks "$nr" "$BUILD/tools-tests/mkimage"
		seconds 6.12 system "${DISKS[@]}"
		result "$nr spares of foreign sets"
		guest_run "[ \$(ls /dev/disk/by-dm-remap | wc -l) = $nr ]"
		machine_kill
		[ "$SECONDS_TAKEN" -lt $((empty * 3 / 2 + 10)) ]
	done
}

# slow LINE...: boots without another disk, with a slow one that is empty, and with one that has a foreign spare
slow() {
	local empty
	seconds "$@"
	result "$*: no other disk"
	machine_kill
	rm -f "$GUEST/slow.img"
	truncate -s 32M "$GUEST/slow.img"
	seconds "$@" "$SLOW"
	result "$*: a slow disk, empty"
	empty=$SECONDS_TAKEN
	machine_kill
	printf 'spare 32M\nmain 3G\nmain_id virtio-system\nname evil\nfill 4000\n' |
		"$BUILD/tools-tests/mkimage" "$GUEST/slow.img" >/dev/null
	seconds "$@" "$SLOW"
	result "$*: a slow disk, a spare"
	machine_kill
	# it is not read for longer than the limit
	[ "$SECONDS_TAKEN" -lt $((empty + 45)) ]
}

@test "a foreign half that takes 30 seconds for each read does not stop the boot" {
	slow 6.12 system
}

@test "nor does it stop that of dracut's initramfs" {
	slow 6.1 dracut system
}
