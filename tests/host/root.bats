#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The root file system of a Debian 12 is on a set, and bad sectors are below it. One system and its two
# disks go through all tests of this file, in order. It was put on the set as it was: the main is the
# system's disk. BOOTS is how often it is booted.
#
# shellcheck disable=SC2016 # evaluated in the machine

# rig: debian
# rig: test=-

load ../lib/machine.sh

BOOTS=${BOOTS:-10}
SPARE="disk spare size=64M if=virtio"

setup_file() {
	export GUEST=$BATS_FILE_TMPDIR/machine
}
setup() { machine_setup; }
teardown() { machine_teardown; }

# blocks WHAT: those of a file on the disk, as numbers of 4 KiB
blocks() { debugfs -R "blocks $1" "$GUEST/main.img" 2>/dev/null; }

# sectors BLOCK...: of blocks, as a disk's bad sectors are given
sectors() {
	local block list=
	for block; do list+=,$((block * 8))-$((block * 8 + 7)); done
	echo "${list#,}"
}

# MAIN: the disk, with bad sectors in the middle of a file that is written each time, and in the
# journal of the file system, which is written by each mount
disk_main() {
	local ballast journal
	read -ra ballast < <(blocks /ballast)
	read -ra journal < <(blocks '<8>')
	[ "${#ballast[@]}" -ge 2048 ] && [ "${#journal[@]}" -ge 1024 ] || return
	echo "disk main if=virtio inject-error=$(sectors "${ballast[@]:100:3}" "${ballast[1000]}") inject-error-write=$(
		sectors "${journal[2]}" "${journal[9]}" "${journal[40]}")"
}

# check_and_write N: all that was written is there; then more is, and the file on the bad sectors
# is written again
check_and_write() {
	guest_run "set -e
		[ \"\$(findmnt -no SOURCE /)\" = /dev/mapper/root ]
		[ \"\$(findmnt -no OPTIONS / | cut -d, -f1)\" = rw ]
		mkdir -p /var/rig
		cd /var/rig
		[ $1 = 1 ] || sha256sum --quiet -c sums
		[ $1 = 1 ] || [ \$(wc -l <sums) = $1 ]
		head -c 500000 /dev/urandom >file$1
		head -c 8388608 /dev/urandom >/tmp/new
		dd if=/tmp/new of=/ballast bs=64k conv=notrunc,fsync status=none
		sha256sum file* /ballast >sums.new
		cmp /tmp/new /ballast
		mv sums.new sums
		sync"
}

@test "the disk of a system becomes the main of a set" {
	cp --sparse=always "$DEBIAN/system.img" "$GUEST/main.img"
	# to be where bad sectors are
	head -c 8388608 /dev/urandom >"$GUEST/ballast"
	debugfs -w -R "write $GUEST/ballast ballast" "$GUEST/main.img"
	disk_main >"$GUEST/main"
	guest_boot 6.12 "disk main if=virtio" "$SPARE"
	guest_run 'rig-disks; set -e
		PATH=$PATH:/rig/tools/dmremap
		dmremap create root /dev/disk-main /dev/disk-spare
		dmremap seal root
		dmremap stop root'
	guest_run 'ls /etc/dm-remap/sets.d' >"$GUEST/uuid"
	guest_poweroff
	# no file system is found on it, only the empty partition table of the label
	run blkid -p -o value -s TYPE -s PTTYPE "$GUEST/main.img"
	[ "$output" = dos ]
}

@test "the system that was not told of the set is told at the boot prompt, and remembers" {
	local uuid
	uuid=$(<"$GUEST/uuid")
	machine_boot 6.12 "$SPARE" "$(cat "$GUEST/main")" "append=dm_remap.assemble=$uuid"
	guest_run '[ ! -e /etc/dm-remap/sets.d ] && dmremap status root | grep root'
	# the initramfs is made with the set that / is on
	guest_run "update-initramfs -u -k \"\$(uname -r)\" 2>&1 | tee /tmp/said
		grep -F 'is on set $uuid, which this host did not know' /tmp/said &&
		lsinitramfs \"/boot/initrd.img-\$(uname -r)\" | grep -x etc/dm-remap/sets.d/$uuid"
	guest_run "grep -x name=root /etc/dm-remap/sets.d/$uuid"
	# the package's message on removal; it is not interactive, so the package stays
	run guest_run 'DEBIAN_FRONTEND=noninteractive apt-get remove -y dm-remap-tools 2>&1'
	[ "$status" != 0 ]
	[[ $output == *"dm-remap-tools is not removed: in use are root ($uuid)"* ]]
	guest_run '[ -x /usr/sbin/dmremap ] && dpkg -s dm-remap-tools | grep "^Status: install ok installed"'
	# QEMU loads the initramfs from outside: the current one, as an archive after the old one
	mkdir -p "$GUEST/more/etc/dm-remap/sets.d"
	guest_run "cat /etc/dm-remap/sets.d/$uuid" >"$GUEST/more/etc/dm-remap/sets.d/$uuid"
	(cd "$GUEST/more" && find . | cpio --quiet -o -H newc >"$GUEST/more.cpio")
	machine_reboot
}

@test "it boots ten times, after a power cut each second time, and has all that was written" {
	for ((n = 1; n <= BOOTS; n++)); do
		# both kernels
		machine_boot "$( ((n % 4 < 2)) && echo 6.12 || echo 6.1)" "$SPARE" "$(cat "$GUEST/main")" \
			"initrd+=$GUEST/more.cpio"
		check_and_write "$n"
		if ((n % 2)); then
			# in the middle of something
			guest_run '(while :; do cp /ballast /var/rig/copy; done) >/dev/null 2>&1 &'
			sleep 1
			machine_kill
		else
			guest_run "[ \$(dmsetup status root | cut -d' ' -f5) -ge 7 ]"
			machine_reboot
		fi
	done
}

# spare_arrives LINE...: a machine with the main only waits in the initramfs, and goes on
spare_arrives() {
	local i
	machine_start "$@" "$(cat "$GUEST/main")" "initrd+=$GUEST/more.cpio"
	for ((i = 0; i < 400; i++)); do
		! grep -q 'root waits for its spare' "$GUEST/console.log" || break
		sleep 0.5
	done
	grep 'root waits for its spare' "$GUEST/console.log"
	# said once, not each second; initramfs-tools' gives up after 30
	sleep 5
	[ "$(grep -c 'root waits for its spare' "$GUEST/console.log")" = 1 ]
	machine_plug spare
	machine_ready
}

@test "the root file system's set waits for its spare in the initramfs" {
	spare_arrives 6.12
	check_and_write $((BOOTS + 1))
	machine_reboot
}

@test "it does so in dracut's initramfs" {
	spare_arrives 6.1 dracut
	check_and_write $((BOOTS + 2))
	machine_reboot
}

# dracut takes minutes in an emulated machine: only what this system needs is in its initramfs
@test "dracut makes an initramfs with the set that / is on, and it boots" {
	local uuid
	uuid=$(<"$GUEST/uuid")
	machine_boot 6.1 dracut "$SPARE" "$(cat "$GUEST/main")" "disk image size=64M if=virtio" "initrd+=$GUEST/more.cpio"
	guest_run "rm /etc/dm-remap/sets.d/$uuid
		dracut --hostonly --no-hostonly-cmdline --modules 'base udev-rules dm dm-remap rootfs-block fs-lib' \
			--drivers 'virtio_pci virtio_blk ext4' --force /root/dracut.img \"\$(uname -r)\" 2>&1 | tee /tmp/said
		grep -F 'is on set $uuid, which this host did not know' /tmp/said &&
		lsinitrd /root/dracut.img | grep etc/dm-remap/sets.d/$uuid &&
		grep -x name=root /etc/dm-remap/sets.d/$uuid &&
		dd if=/root/dracut.img of=/dev/disk/by-id/virtio-image bs=1M conv=fsync status=none"
	machine_reboot
	# without the archive of before
	machine_boot 6.1 "initrd=$GUEST/image.img" "$SPARE" "$(cat "$GUEST/main")"
	check_and_write $((BOOTS + 3))
	machine_reboot
}
