#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A Debian 12 system with the packages installed: a set of data comes up at boot, whatever happens to its
# disks, and is mounted from fstab by the UUID of its file system. One system and its two disks
# go through all tests of this file, in order.
#
# shellcheck disable=SC2016,SC2153 # evaluated in the machine; of data-set.sh
#
# rig: debian
# rig: test=-

load ../lib/machine.sh
load ../lib/data-set.sh

setup_file() {
	export GUEST=$BATS_FILE_TMPDIR/machine
}
setup() { machine_setup; }
teardown() { machine_teardown; }

# in STEP VERSION WHAT: that the initramfs had it then
has() { grep -qE "$3" "$DEBIAN/steps/$1.$(sed -n "s/^$2 //p" "$DEBIAN/versions")"; }
modules() {
	local module
	for module in dm-remap dm-remap-metadata dm-remap-reassembly; do
		has "$1" "$2" "/updates/dkms/$module\\.ko" || return
	done
}

@test "an initramfs has the modules, also of a kernel whose headers come after it" {
	modules packages 6.1
	for what in usr/sbin/dmremap lib/udev/rules.d/59-dm-remap.rules lib/udev/rules.d/55-dm.rules \
		scripts/local-block/dm-remap scripts/local-top/dm-remap libdevmapper.so; do
		has packages 6.1 "$what"
	done
	# without headers there are none, and that is said
	run modules kernel 6.12
	[ "$status" != 0 ]
	grep -q '^W: dm-remap: there are no modules for Linux 6.12' "$DEBIAN/steps/kernel.log"
	modules headers 6.12
	modules headers 6.1
}

# letters_are_there UUID ESCAPED: the set whose name has letters that are not ASCII is active, below each of its names
letters_are_there() {
	guest_run "set -e
		node=\$(basename \"\$(realpath '/dev/mapper/$2')\")
		[ \"\$(cat /sys/block/\$node/dm/name)\" = '$2' ]
		[ \"\$(cat /sys/block/\$node/dm/uuid)\" = DMREMAP-$1 ]
		dmremap status данные
		[ \"\$(LC_ALL=C.UTF-8 dmremap status | grep -c '^данные ')\" = 1 ]
		[ \"\$(findmnt -no MAJ:MIN /letters | tr -d ' ')\" = \"\$(cat /sys/block/\$node/dev)\" ]
		grep -x written /letters/file
		[ /dev/disk/by-dm-remap/$1-main -ef /dev/disk/by-id/virtio-letters ]
		[ /dev/disk/by-dm-remap/$1-spare -ef /dev/disk/by-id/virtio-more ]
		[ '/dev/disk/by-id/dm-name-$2' -ef /dev/\$node ]
		systemctl is-active \"\$(systemd-escape --path --suffix=device '/dev/mapper/$2')\"
		systemctl is-active letters.mount
		[ \"\$(systemctl show -P What letters.mount)\" -ef /dev/\$node ]"
}

@test "a name in any language comes back at boot, from the initramfs on" {
	local name=данные escaped uuid disks=("disk letters size=64M if=virtio" "disk more size=32M if=virtio")
	# as libdevmapper and udev write it
	escaped=$(printf %s "$name" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')
	machine_boot 6.12 system "${disks[@]}"
	up
	guest_run "set -e
		dmremap create $name /dev/disk/by-id/virtio-letters /dev/disk/by-id/virtio-more
		dmremap seal $name
		mkfs.ext4 -q '/dev/mapper/$escaped'
		mkdir /letters
		printf '%s /letters ext4 defaults,x-systemd.device-timeout=900s 0 2\n' '/dev/mapper/$escaped' >>/etc/fstab
		systemctl daemon-reload
		mount /letters
		echo written >/letters/file"
	uuid=$(guest_run 'ls /etc/dm-remap/sets.d')
	guest_run 'update-initramfs -u -k "$(uname -r)" && unmkinitramfs "/boot/initrd.img-$(uname -r)" /tmp/files &&
		find /tmp/files -path "*/etc/dm-remap/sets.d/*" -exec cp {} /tmp/known \; && rm -r /tmp/files'
	guest_run 'cat /tmp/known' >"$GUEST/known"
	grep -Fx "name=$escaped" "$GUEST/known"
	# QEMU loads the initramfs from outside: the current one, as an archive after the old one
	mkdir -p "$GUEST/archive/etc/dm-remap/sets.d"
	cp "$GUEST/known" "$GUEST/archive/etc/dm-remap/sets.d/$uuid"
	(cd "$GUEST/archive" && find . | cpio --quiet -o -H newc >"$GUEST/archive.cpio")
	# A program that does not encode names leaves the letters themselves on the spare.
	guest_run "set -e
		umount /letters
		export DM_DEFAULT_NAME_MANGLING_MODE=none
		dmsetup rename '$escaped' $name
		dmsetup suspend $name
		dmsetup resume $name
		dmsetup remove $name"
	machine_reboot
	grep -aqF "$name" "$GUEST/more.img"
	machine_boot 6.12 system "${disks[@]}" "initrd+=$GUEST/archive.cpio"
	up
	letters_are_there "$uuid" "$escaped"
	guest_run '[ "$(systemctl is-system-running)" = running ] || { systemctl --failed; exit 1; }'
	# it was active before the root file system was mounted
	guest_run 'dmesg | awk "/dm_remap: loading/ { active = 1 } /EXT4-fs .vda.: mounted/ { exit !active }"'
	# and is found by udev and systemd, too
	guest_run "set -e
		umount /letters
		dmremap stop $name
		udevadm settle
		udevadm trigger --settle --action=add /dev/disk/by-id/virtio-more
		dmremap wait --timeout 120 $name
		mount /letters"
	letters_are_there "$uuid" "$escaped"
	guest_run "set -e
		umount /letters
		sed -i '/letters/d' /etc/fstab
		systemctl daemon-reload
		dmremap delete $name
		[ ! -e /etc/dm-remap/sets.d/$uuid ]"
	machine_reboot
}

@test "a set is made on the upgraded kernel, and named in fstab" {
	machine_boot 6.12 system "$MAIN" "$SPARE"
	up
	make_data_set
	data_is_there 80
	# the bad sectors are below the files
	[ "$(remapped)" -ge 5 ]
	only_on_the_set
	machine_reboot
}

@test "the disks may come in another order" {
	machine_boot 6.12 system "$SPARE" "$MAIN"
	up
	guest_run '[ "$(readlink -f /dev/disk/by-id/virtio-spare)" = /dev/vdb ]'
	data_is_there 80
	[ "$(remapped)" -ge 5 ]
	only_on_the_set
	run guest_run 'systemctl --failed --no-legend; systemctl is-system-running'
	[ "$output" = running ]
	write_files "{81..85}"
	guest_run '(while :; do cat /data/[1-9] >/data/more; done) >/dev/null 2>&1 &'
	machine_kill
}

@test "a power cut is no matter, and a set that is stopped stays stopped" {
	# life.bats has a main whose driver is not in the initramfs
	machine_boot 6.1 system "$MAIN" "$SPARE"
	up
	data_is_there 85
	# what tries once more, soon after the start, has done so
	guest_run 'until [ -n "$(systemctl show -P ExecMainExitTimestamp dm-remap-assemble.service)" ]; do sleep 0.5; done'
	guest_run 'rm -f /data/more; umount /data && dmremap stop data && udevadm settle'
	# closing a disk is a change of it, which udev hears of
	guest_run 'udevadm trigger --settle --action=change --subsystem-match=block; sleep 3; [ ! -e /dev/mapper/data ]'
	guest_run 'udevadm trigger --settle --action=add --subsystem-match=block; dmremap wait --timeout 60 data && systemctl start data.mount'
	data_is_there 85
	machine_reboot
}

@test "without its spare a set waits, says so, and comes when the spare does" {
	machine_boot 6.12 system "$MAIN"
	# the initramfs was made before the set, so the system reports it, 20 s after its start
	guest_run 'for i in {1..400}; do
			journalctl -b -u dm-remap-assemble.service | grep "data waits for its spare" && exit
			sleep 0.5
		done
		exit 1'
	grep 'data waits for its spare' "$GUEST/console.log"
	run guest_run 'systemctl is-system-running'
	# the boot stands still
	[[ $output == initializing || $output == starting ]]
	guest_run '! mountpoint -q /data && [ ! -e /dev/mapper/data ]'
	machine_plug spare
	up
	data_is_there 85
	only_on_the_set
	write_files "{86..88}"
	machine_reboot
}

@test "without its main a set waits, and comes when the main does" {
	machine_boot 6.12 system "$SPARE"
	guest_run 'udevadm settle; [ ! -e /dev/mapper/data ]'
	run guest_run 'dmremap assemble data'
	[ "$status" = 4 ]
	[[ $output == *"data waits for its main"* ]]
	machine_plug main
	up
	data_is_there 88
	machine_reboot
}

@test "dm_remap.assemble=0 leaves a set alone, which then is assembled by hand" {
	machine_boot 6.12 system "$MAIN" "$SPARE" append=dm_remap.assemble=0 append=systemd.mask=data.mount
	up
	guest_run 'udevadm settle; [ ! -e /dev/mapper/data ] && [ ! -e /dev/disk/by-uuid/'"$UUID"' ]'
	guest_run 'udevadm trigger --settle --action=add --subsystem-match=block; sleep 3; [ ! -e /dev/mapper/data ]'
	guest_run 'dmremap assemble data && mount /dev/mapper/data /data'
	data_is_there 88
	# a file system stays mounted while its main gets a label, or loses it
	for command in unseal seal unseal; do
		guest_run "dmremap $command data && udevadm settle && udevadm trigger --settle --action=change --subsystem-match=block"
		data_is_there 88
	done
	machine_reboot
}

# pulled NAME: the disk with that serial number; connected: reconnect it
pulled() {
	guest_run 'd=$(realpath "/sys/class/block/$(basename "$(realpath /dev/disk/by-id/virtio-'"$1"')")/device/..") &&
		echo 1 >"$d/remove" && udevadm settle && [ ! -e /dev/disk/by-id/virtio-'"$1"' ]'
}
connected() { guest_run 'echo 1 >/sys/bus/pci/rescan'; }

# arrives NAME: udev hears of this disk as if it had just come
arrives() { guest_run "udevadm trigger --settle --action=add /dev/disk/by-id/virtio-$1"; }

@test "a main that is not sealed is found by its serial number, whichever half comes last" {
	local late
	machine_boot 6.12 system "$MAIN" "$SPARE" append=systemd.mask=data.mount
	up
	for late in spare main; do
		guest_run 'dmremap wait --timeout 60 data && mount /dev/mapper/data /data'
		data_is_there 88
		# among links to the same file system that of the set is preferred
		guest_run '[ "$(realpath /dev/disk/by-uuid/'"$UUID"')" = "$(realpath /dev/mapper/data)" ]'
		guest_run 'umount /data && dmremap stop data && modprobe -r dm_remap_reassembly'
		pulled $late
		# the other one is there alone: a main that says nothing of itself, or a spare that waits
		if [ $late = main ]; then
			arrives spare
			guest_run 'until dmremap status | grep "^data *waiting-main"; do sleep 0.5; done'
		else
			arrives main
			guest_run '[ ! -e /sys/module/dm_remap_reassembly ]'
		fi
		guest_run '[ ! -e /dev/mapper/data ]'
		connected
	done
	guest_run 'dmremap wait --timeout 60 data && dmremap stop data && udevadm settle'
	# where it was not installed as a package the initramfs has it in the same place
	guest_run 'mkdir -p /run/rig/sbin /run/rig/image && cp /usr/sbin/dmremap /run/rig/sbin/ &&
		sed s:/usr/sbin:/run/rig/sbin:g /usr/share/initramfs-tools/hooks/dm-remap >/run/rig/hook &&
		DESTDIR=/run/rig/image version=$(uname -r) sh /run/rig/hook
		[ -s /run/rig/image/run/rig/sbin/dmremap ]'
	# Debian's rules of multipath come after ours have looked
	guest_run 'starts() { udevadm test --action=add "$(udevadm info --query=path /dev/disk/by-id/virtio-spare)" 2>&1 | grep -- --incremental; }
		starts || exit
		mkdir -p /run/udev/rules.d
		echo "KERNEL==\"vd*\", ENV{DM_MULTIPATH_DEVICE_PATH}=\"1\", ENV{ID_FS_TYPE}=\"mpath_member\"" >/run/udev/rules.d/60-multipath.rules
		udevadm control --reload
		! starts'
	machine_reboot
}

@test "from its sources, installed as README.md says, a set comes back at boot" {
	local disks=("${MAIN/main/first}" "${SPARE/spare/second}") uuid=${UUID%1}2
	machine_boot 6.1 readme "${disks[@]}"
	up
	# nothing of it is from a package
	guest_run 'set -e
		[ "$(command -v dmremap)" = /usr/local/sbin/dmremap ]
		! dpkg -l | grep -i "dm[-_]remap"
		! dpkg -S "$(command -v dmremap)" /lib/udev/rules.d/64-dm-remap.rules "$(modinfo -n dm-remap)"
		[ "$(systemctl is-enabled dm-remap-assemble.timer dm-remap-monitor | sort -u)" = enabled ]
		systemctl is-active dm-remap-monitor
		lsinitramfs "/boot/initrd.img-$(uname -r)" >/tmp/files
		for file in usr/local/sbin/dmremap dm-remap.ko dm-remap-metadata.ko dm-remap-reassembly.ko 64-dm-remap.rules; do
			grep "$file$" /tmp/files
		done'
	guest_run "set -e
		dmremap create safe /dev/disk/by-id/virtio-first /dev/disk/by-id/virtio-second
		mkfs.ext4 -q -b 4096 -m 0 -U $uuid /dev/mapper/safe
		dmremap seal safe
		mkdir -p /srv
		echo 'UUID=$uuid /srv ext4 defaults,nofail 0 2' >>/etc/fstab
		systemctl daemon-reload
		mount /srv
		cd /srv
		for f in {1..80}; do head -c 1000000 /dev/urandom >\$f; done
		sha256sum [1-9]* >sums
		[ \$(dmsetup status safe | cut -d' ' -f5) -ge 5 ]"
	machine_reboot
	machine_boot 6.1 readme "${disks[@]}"
	up
	# with nofail the boot does not wait for it
	guest_run 'set -e
		until mountpoint -q /srv; do sleep 0.5; done
		[ "$(findmnt -no SOURCE /srv)" = /dev/mapper/safe ]
		cd /srv && sha256sum --quiet -c sums && [ $(wc -l <sums) = 80 ]
		[ $(dmsetup status safe | cut -d" " -f5) -ge 5 ]
		dmremap status safe
		[ "$(systemctl is-system-running)" = running ] || { systemctl --failed; exit 1; }'
	machine_reboot
}
