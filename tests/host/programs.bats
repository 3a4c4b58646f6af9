#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# docs/guide/other-programs.md on a Debian 12 system: what programs do, and say, that are about to
# write to a disk, or that probe disks. The test types the command on a terminal, and answers no.
# The output is left in build/results/host/programs.txt.
#
# The kinds of disk: "open" is a main with ext4 that is not sealed, "sealed" one that is, "spare"
# its spare. "NAME-bare" is the same disk without the empty partition table, which is all that these
# programs know of dm-remap.
#
# shellcheck disable=SC2016 # evaluated in the machine
#
# rig: debian
# rig: test=-

load ../lib/machine.sh

SAID=$BUILD/results/host/programs.txt
KINDS="open sealed spare sealed-bare spare-bare"

setup_file() {
	export GUEST=$BATS_FILE_TMPDIR/machine
	mkdir -p "${SAID%/*}"
	: >"$SAID"
}
setup() { machine_setup; }
# the machine goes on with the next test
teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || touch "$GUEST/failed"
}
teardown_file() { [ ! -e "$GUEST/pid" ] || machine_kill; }

# In the machine: disk KIND, its device; try KIND COMMAND, where DEV is the disk. It prints "KIND:
# COMMAND: keeps" if the first and last MiB of the disk are as before, or "writes", and they are put
# back; then the last lines of the output.
HELPERS='
disk() { realpath "/dev/disk/by-id/virtio-${1%-bare}"; }
mib() { echo $(($(blockdev --getsize64 "$1") / 1048576)); }
ends() { dd if="$1" bs=1M count=1 status=none; dd if="$1" bs=1M skip=$(($(mib "$1") - 1)) status=none; }
save() { ends "$(disk "$1")" >"/run/ends-$1"; }
put_back() {
	local dev
	dev=$(disk "$1")
	mdadm --stop --scan
	for stop in /sys/block/bcache*/bcache/stop; do [ ! -e "$stop" ] || echo 1 >"$stop"; done
	udevadm settle
	dd if="/run/ends-${1%-bare}" of="$dev" bs=1M count=1 conv=notrunc status=none
	dd if="/run/ends-${1%-bare}" of="$dev" bs=1M skip=1 seek=$(($(mib "$dev") - 1)) conv=notrunc status=none
	[ "${1%-bare}" = "$1" ] || dd if=/dev/zero of="$dev" bs=1 seek=440 count=72 conv=notrunc status=none
	sync
	udevadm settle
}
try() {
	local kind=$1 dev before did=keeps
	shift
	dev=$(disk "$kind")
	put_back "$kind" >/dev/null 2>&1
	before=$(ends "$dev" | sha256sum)
	yes n 2>/dev/null | head -20 | timeout 100 script -qec "${*//DEV/$dev}" /dev/null >/run/said 2>&1
	udevadm settle
	[ "$(ends "$dev" | sha256sum)" = "$before" ] || did=writes
	echo "$kind: $*: $did"
	tr "\r\b" "\n\n" </run/said | grep -v "^ *$" | tail -8 | sed "s/^/    /"
}

# dialog ORDER...: the answers of the server of the Debian installer to requests like those of its
# scripts
dialog() {
	local line
	exec 6>/var/lib/partman/infifo
	echo "$@" >&6
	exec 7</var/lib/partman/outfifo
	while read -r -t 20 line <&7; do echo "$line"; done
	exec 7<&- 6>&-
	: >/var/lib/partman/stopfifo
	: >/var/lib/partman/outfifo
	: >/var/lib/partman/stopfifo
	cat /var/lib/partman/infifo >/dev/null
	: >/var/lib/partman/stopfifo
}
partman() {
	local dev
	dev=$(disk "$1")
	put_back "$1" >/dev/null 2>&1
	mkdir -p /var/lib/partman
	PARTMAN_ALIGNMENT=optimal /opt/installer/bin/parted_server
	dialog OPEN "=$1" "$dev" >/dev/null
	echo "$1: partman:"
	{ dialog GET_LABEL_TYPE "=$1"; dialog PARTITIONS "=$1"; } | grep -vx "OK\|" | sed "s/^/    /"
	kill "$(cat /var/run/parted_server.pid)"
	rm -rf /var/lib/partman /var/run/parted_server.pid
}
'
# tries COMMAND: on each kind of disk
tries() {
	guest_run ". /run/helpers; for kind in $KINDS; do try \$kind '$*'; done" >"$GUEST/said"
	cat "$GUEST/said" >>"$SAID"
	cat "$GUEST/said"
}
# did WORD KIND...: that the last command did that on these; says "KIND..." PATTERN: that it said so
did() {
	local word=$1 kind
	shift
	for kind; do grep -q "^$kind: .*: $word\$" "$GUEST/said" || { echo "not: $kind $word"; return 1; }; done
}
said() { sed -n "/^$1: /,/^[^ ]/p" "$GUEST/said"; }
says() {
	local kind
	for kind in $1; do
		said "$kind" | grep -qiE "$2" || { echo "not: $kind says $2"; return 1; }
	done
}

@test "a set that is sealed, and one that is not" {
	machine_boot 6.12 programs "disk open size=400M if=virtio" "disk sealed size=400M if=virtio" \
		"disk spare size=400M if=virtio" "disk spare2 size=32M if=virtio" "disk os size=200M if=virtio"
	guest_run "cat >/run/helpers <<'END'
$HELPERS
END"
	guest_run 'set -e; cd /dev/disk/by-id
		dmremap create data virtio-sealed virtio-spare
		dmremap create plain virtio-open virtio-spare2
		mkfs.ext4 -q -L data /dev/mapper/data; mkfs.ext4 -q -L plain /dev/mapper/plain
		dmremap seal data
		dmremap stop data plain
		udevadm settle
		. /run/helpers; for kind in open sealed spare; do save $kind; done'
}

@test "programs that make something of a disk ask or refuse" {
	tries mkfs.ext4 DEV
	did keeps open sealed spare
	did writes sealed-bare spare-bare
	says "sealed spare" "found a dos partition table"
	tries mkfs.xfs DEV
	did keeps open sealed spare
	did writes sealed-bare spare-bare
	says "sealed spare" "partition table \(dos\)"
	tries mkfs.btrfs DEV
	did keeps open sealed spare
	did writes sealed-bare spare-bare
	says "sealed spare" "partition table \(dos\)"
	tries pvcreate DEV
	did keeps open sealed spare
	did writes sealed-bare spare-bare
	says "sealed spare" "dos signature"
	tries mdadm --create /dev/md/rig --metadata=1.2 --level=1 --raid-devices=2 DEV missing
	did keeps open sealed spare
	says "sealed spare" "partition table exists"
	tries cryptsetup luksFormat DEV
	did keeps open sealed spare
	says "sealed spare" "'dos' partition signature"
	tries make-bcache -B DEV
	tries mkswap DEV
	tries parted DEV mklabel gpt
	did keeps open sealed spare
	tries "echo , | sfdisk DEV"
	tries wipefs DEV
	did keeps open sealed spare sealed-bare spare-bare
	says "sealed spare" "dos"
}

@test "programs that look at disks find no file system, and nothing to assemble" {
	tries blkid -p DEV
	says "sealed spare" 'PTTYPE="dos"'
	tries lsblk -f DEV
	says "sealed" "dm_rem"
	says "spare" "dm_rem"
	tries parted DEV print
	tries fdisk -l DEV
	says "sealed spare" "disklabel type: dos"
	run said open
	[[ $output != *Disklabel* ]]
	tries mdadm --examine DEV
	tries "find -L /dev/disk -samefile DEV"
	did keeps open sealed spare sealed-bare spare-bare
	run said sealed
	[[ $output == *by-dm-remap* ]]
	[[ $output != *by-uuid* ]]
	[[ $output != *by-label* ]]
	run said open
	[[ $output == *by-uuid* ]]
	[[ $output == *by-label/plain* ]]
}

@test "the installer of Debian sees a disk without partitions" {
	guest_run ". /run/helpers; for kind in $KINDS; do partman \$kind; done" >"$GUEST/said"
	cat "$GUEST/said" >>"$SAID"
	cat "$GUEST/said"
	says "open" "^    loop"
	says "open" "ext4"
	says "sealed spare" "^    msdos"
	says "sealed spare" "pri/log.*free"
	says "sealed-bare spare-bare" "^    unknown"
}

@test "os-prober finds a system on a main until that is sealed" {
	guest_run 'set -e; cd /dev/disk/by-id
		printf ", 100M\n, 64M\n" | sfdisk -q virtio-os
		udevadm settle
		dmremap create other virtio-os-part1 virtio-os-part2
		mkfs.ext4 -q /dev/mapper/other
		mkdir -p /mnt/other && mount /dev/mapper/other /mnt/other
		mkdir -p /mnt/other/etc /mnt/other/lib64 /mnt/other/boot
		echo 12.0 >/mnt/other/etc/debian_version
		cp /lib64/ld-linux-x86-64.so.2 /mnt/other/lib64/
		umount /mnt/other && dmremap stop other && udevadm settle'
	guest_run os-prober | tee "$GUEST/said"
	grep "^/dev/vd.1:Debian" "$GUEST/said"
	guest_run 'dmremap assemble other && dmremap seal other && dmremap stop other && udevadm settle'
	# it fails if it finds nothing
	run guest_run 'os-prober 2>&1 | tee /run/said; [ ! -s /run/said ]'
	[ "$status" = 0 ]
}
