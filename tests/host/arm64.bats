#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A Debian 12 for arm64: the packages that rig/cross-deb has made install there, DKMS builds the modules on it, and a
# set of data comes up at boot, with its remaps. One system and its two disks go through all tests of this
# file, in order.
#
# shellcheck disable=SC2016 # evaluated in the machine
#
# rig: debian-arm64
# rig: test=-

load ../lib/machine.sh
load ../lib/data-set.sh

# an emulated compiler is slow
export BATS_TEST_TIMEOUT=7200 GUEST_TIMEOUT=7000

# QEMU loads the initramfs from outside: this disk is to get the system's
INITRD="disk initrd size=64M if=virtio"
take_initramfs() { guest_run 'cat "/boot/initrd.img-$(uname -r)" >/dev/disk/by-id/virtio-initrd && sync'; }

setup_file() {
	export GUEST=$BATS_FILE_TMPDIR/machine
}
setup() { machine_setup; }
teardown() { machine_teardown; }

# boot DISK...: the system, with its own initramfs
boot() {
	machine_boot arm64 system "initrd=$GUEST/initrd" "$@"
	up
}

# runs: the system has started, and no unit has failed
runs() { guest_run '[ "$(systemctl is-system-running)" = running ] || { systemctl --failed; exit 1; }'; }

@test "the packages install, and DKMS builds the modules" {
	(cd "$DEBIAN/deb-arm64" && tar -cf "$GUEST/debs.img" dm-remap-dkms_*_all.deb dm-remap-tools_*_arm64.deb)
	machine_boot arm64 system "disk debs if=virtio" "$INITRD"
	up
	guest_run 'mkdir /tmp/debs && tar -C /tmp/debs -xf /dev/disk/by-id/virtio-debs && dpkg -i /tmp/debs/*.deb'
	run guest_run "dpkg-query -W -f '\${Package} \${Architecture} \${db:Status-Status}\n' 'dm-remap*'"
	[ "$output" = $'dm-remap-dkms all installed\ndm-remap-tools arm64 installed' ]
	guest_run 'set -e
		for module in dm-remap dm-remap-metadata dm-remap-stats dm-remap-reassembly; do
			[[ $(modinfo -n $module) == /lib/modules/$(uname -r)/updates/dkms/$module.ko* ]]
			[[ $(modinfo -F vermagic $module) == "$(uname -r) "*" aarch64" ]]
		done'
	take_initramfs
	machine_reboot
	mv "$GUEST/initrd.img" "$GUEST/initrd"
}

@test "the initramfs of the system has the tool and the modules" {
	boot
	guest_run 'set -e
		lsinitramfs "/boot/initrd.img-$(uname -r)" >/tmp/files
		for file in usr/sbin/dmremap updates/dkms/dm-remap.ko updates/dkms/dm-remap-metadata.ko \
				updates/dkms/dm-remap-reassembly.ko rules.d/59-dm-remap.rules scripts/local-block/dm-remap; do
			grep "$file" /tmp/files
		done'
	runs
	machine_reboot
}

@test "a set is made, and named in fstab" {
	boot "$MAIN" "$SPARE"
	make_data_set
	data_is_there 80
	# the bad sectors are below the files
	[ "$(remapped)" -ge 5 ]
	guest_run 'dmremap list data | tee /root/list; [ "$(wc -l </root/list)" -ge 5 ]'
	only_on_the_set
	machine_reboot
}

# comes_back: the set is active and mounted after a boot, with the remaps that it had
comes_back() {
	data_is_there 80
	guest_run 'dmremap list data | cmp - /root/list'
	only_on_the_set
	runs
}

@test "after a restart udev has it assembled, and it is mounted" {
	boot "$MAIN" "$SPARE" "$INITRD"
	comes_back
	# the initramfs was made before the set, which it does not know
	guest_run '! lsinitramfs "/boot/initrd.img-$(uname -r)" | grep sets.d/'
	guest_run 'update-initramfs -u && lsinitramfs "/boot/initrd.img-$(uname -r)" | grep "sets.d/$(ls /etc/dm-remap/sets.d)"'
	take_initramfs
	guest_run '(while :; do cat /data/[1-9] >/data/more; done) >/dev/null 2>&1 &'
	machine_kill
	mv "$GUEST/initrd.img" "$GUEST/initrd"
}

@test "after a power cut the initramfs has it assembled, and it is mounted" {
	boot "$MAIN" "$SPARE"
	comes_back
	# it was active before the root file system was mounted
	guest_run 'dmesg | awk "/dm_remap: loading/ { active = 1 } /EXT4-fs .vda.: mounted/ { exit !active }"'
	machine_reboot
}
