#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# docs/security.md on a Debian 12 system: media that somebody connects before it boots. One system goes
# through all tests of this file, in order.
#
# shellcheck disable=SC2016 # evaluated in the machine
#
# rig: debian
# rig: test=-

load ../lib/machine.sh

STICK="disk stick if=virtio"
MAIN="disk main size=64M if=virtio"
SPARE="disk spare size=32M if=virtio"

setup_file() {
	export GUEST=$BATS_FILE_TMPDIR/machine
	make -s -C "$TOP/tests/tools" O="$BUILD/tools-tests" "$BUILD/tools-tests/mkimage"
}
setup() { machine_setup; }
teardown() { machine_teardown; }

# stick MAIN_ID: a spare that says that it is that of the system's disk, and has what its file
# /etc/rig-mark shall be
stick() {
	local block
	block=$(debugfs -R "blocks /etc/rig-mark" "$GUEST/marked.img" 2>/dev/null)
	rm -f "$GUEST/stick.img"
	"$BUILD/tools-tests/mkimage" "$GUEST/stick.img" >"$GUEST/places" <<-END
		spare 32M
		main $(stat -c %s "$GUEST/marked.img")
		main_id $1
		name evil
		map 0 ${block%% *}
	END
	printf 'of the stick\n' | dd of="$GUEST/stick.img" bs=512 conv=notrunc status=none \
		seek="$(sed -n 's/^layout [0-9]* [0-9]* //p' "$GUEST/places")"
}

# the root file system is on the system's own disk, and has its own content
own_root() {
	guest_run '[ "$(findmnt -no SOURCE /)" = /dev/vda ] && grep -x "of the system" /etc/rig-mark &&
		[ ! -e /dev/mapper/evil ]'
}

# nothing was started, or even loaded, for the sets on the stick
nothing_ran() {
	guest_run '[ ! -e /sys/module/dm_remap_reassembly ] && ! journalctl -b | grep -i "sets that .* completes"'
}

@test "a stick with a spare that names the system's disk takes over nothing" {
	local line
	cp --sparse=always "$DEBIAN/system.img" "$GUEST/marked.img"
	printf 'of the system\n' >"$GUEST/mark"
	debugfs -w -R "write $GUEST/mark etc/rig-mark" "$GUEST/marked.img" 2>/dev/null
	# its name in /dev/disk/by-id, which everybody can read
	stick virtio-marked
	for line in "6.12" "6.12 append=dm_remap.assemble=sealed" "6.1 dracut append=dm_remap.assemble=sealed"; do
		# shellcheck disable=SC2086 # words
		machine_boot $line "disk marked if=virtio" "$STICK"
		own_root
		nothing_ran
		machine_kill
	done
	# it is shown, and udisks has nothing to offer for it
	machine_boot 6.12 "disk marked if=virtio" "$STICK"
	up
	own_root
	guest_run 'dmremap scan 2>&1 | tee /tmp/scan
		grep -E "^/dev/vdb +spare +evil .* foreign +superblock" /tmp/scan &&
		grep -F "evil is foreign: this host does not activate it automatically." /tmp/scan'
	guest_run 'udevadm info --query=property /dev/vdb | grep -x UDISKS_IGNORE=1'
	# by hand, it cannot take disks in use
	run guest_run 'dmremap assemble evil 2>&1'
	[ "$status" != 0 ]
	[[ $output == *"is in use"* ]]
	machine_kill
}

@test "a foreign set has another name than ours, which comes up" {
	local uuid foreign line
	rm -f "$GUEST/stick.img"
	machine_boot 6.12 "disk marked if=virtio" "$MAIN" "$SPARE" "disk main2 size=64M if=virtio" \
		"disk spare2 size=32M if=virtio"
	up
	# a sealed pair called data, as of another machine; the label of its file system is that of our root
	guest_run 'dmremap create data /dev/disk/by-id/virtio-main2 /dev/disk/by-id/virtio-spare2 &&
		mkfs.ext2 -q -L system /dev/mapper/data && dmremap seal data && dmremap stop data &&
		udevadm settle && cd /etc/dm-remap/sets.d && ls && rm *' >"$GUEST/foreign"
	foreign=$(tail -1 "$GUEST/foreign")
	guest_run 'dmremap create data /dev/disk/by-id/virtio-main /dev/disk/by-id/virtio-spare &&
		mkfs.ext4 -q /dev/mapper/data && dmremap seal data && udevadm settle &&
		[ -L /dev/mapper/data ] && mkdir -p /data &&
		mount /dev/mapper/data /data && echo ours >/data/whose && umount /data &&
		echo "/dev/mapper/data /data ext4 defaults,x-systemd.device-timeout=900s 0 2" >>/etc/fstab && sync'
	uuid=$(guest_run 'ls /etc/dm-remap/sets.d')
	guest_run 'grep -x name=data /etc/dm-remap/sets.d/* && grep -x main_id=virtio-main /etc/dm-remap/sets.d/* &&
		grep -x spare_id=virtio-spare /etc/dm-remap/sets.d/*'
	machine_reboot
	# the foreign disks come first; an initramfs that was made before our set does not know it
	for line in 6.12 "6.1 dracut"; do
		# shellcheck disable=SC2086 # words
		machine_boot $line "disk marked if=virtio" "disk main2 if=virtio" "disk spare2 if=virtio" \
			"$MAIN" "$SPARE" append=dm_remap.assemble=sealed
		up
		guest_run '[ "$(findmnt -no SOURCE /)" = /dev/vda ] && grep -x "of the system" /etc/rig-mark'
		guest_run "grep -x ours /data/whose &&
			[ \"\$(dmsetup info -c --noheadings -o uuid data)\" = DMREMAP-$uuid ]"
		guest_run "dmremap wait --timeout 120 data-${foreign:0:8} &&
			[ \"\$(dmsetup info -c --noheadings -o uuid data-${foreign:0:8})\" = DMREMAP-$foreign ]"
		guest_run 'udevadm settle; [ "$(realpath /dev/disk/by-label/system)" = /dev/vda ]'
		# the kernel knows the word
		guest_run '! dmesg | grep -i "unknown parameter"'
		machine_reboot
	done
}

# only our set is active, from our disks, with our file
ours() {
	guest_run 'dmremap wait --timeout 120 data && grep -x ours /data/whose && [ "$(dmsetup ls | wc -l)" = 1 ] &&
		dmsetup deps -o devname data | tee /tmp/deps &&
		for d in main spare; do
			grep -F "($(basename "$(realpath /dev/disk/by-id/virtio-$d)"))" /tmp/deps || exit
		done'
}

@test "halves that name our set, or our main, neither take its place nor keep it down" {
	local uuid line
	machine_boot 6.12 "disk marked if=virtio" "$MAIN" "$SPARE"
	uuid=$(guest_run 'ls /etc/dm-remap/sets.d')
	guest_run 'echo "secret of nobody" >/root/note'
	# files that a user may not read are reported as such
	guest_run 'setpriv --reuid nobody --clear-groups dmremap scan 2>&1 | tee /tmp/scan; grep -i "permission\|root" /tmp/scan'
	machine_reboot
	# a copy of the main; a disk that has only the uuid, which everybody can read; a spare of another set that names our
	# main; 100 sets that ask for 64 MiB of memory each; and
	# the pair of before, called as ours
	cp --sparse=always "$GUEST/main.img" "$GUEST/twin.img"
	guest_boot 6.12 "disk forged size=64M if=virtio"
	guest_run "rig-disks; /rig/tests/guest/label /dev/disk-forged $uuid data"
	guest_poweroff
	"$BUILD/tools-tests/mkimage" "$GUEST/rival.img" >/dev/null <<-END
		spare 32M
		main 64M
		main_id virtio-main
		name rival
		map 0 5
	END
	python3 "$TOP/tests/host/many-spares.py" "$GUEST/many.img" 100 0 "$BUILD/tools-tests/mkimage"
	for line in 6.12 "6.1 dracut"; do
		# shellcheck disable=SC2086 # words
		machine_boot $line "disk marked if=virtio" "disk twin if=virtio" "disk forged if=virtio" "disk rival if=virtio" \
			"disk many if=virtio" "disk main2 if=virtio" "disk spare2 if=virtio" "$MAIN" "$SPARE"
		up
		ours
		guest_run '[ "$(systemctl is-system-running)" = running ] || { systemctl --failed; exit 1; }'
		guest_run 'dmremap scan 2>&1 | tee /tmp/scan
			for d in twin forged rival; do
				grep -F "$(realpath /dev/disk/by-id/virtio-$d)" /tmp/scan || exit
			done'
		# by hand, named: contradictions are refused, and disks in use stay in use
		guest_run 'cd /dev/disk/by-id && umount /data && dmremap stop data'
		for half in twin forged; do
			run guest_run "cd /dev/disk/by-id && dmremap assemble virtio-$half virtio-spare 2>&1"
			[ "$status" != 0 ]
		done
		guest_run 'dmremap assemble data && mount /data'
		ours
		machine_reboot
	done
	rm -f "$GUEST"/{twin,forged,rival,many,main2,spare2}.img
}

@test "a copy of the spare is not taken while the spare is away" {
	cp --sparse=always "$GUEST/spare.img" "$GUEST/copy.img"
	machine_boot 6.12 "disk marked if=virtio" "$MAIN" "disk copy if=virtio" append=systemd.mask=data.mount
	up
	# nothing mounts file systems when one of them is masked
	guest_run 'mount -o remount,rw /'
	guest_run 'dmremap assemble --auto --all 2>&1 | tee /tmp/said; [ ! -e /dev/mapper/data ] &&
		grep -F "$(realpath /dev/disk/by-id/virtio-copy)" /tmp/said'
	machine_plug spare
	guest_run 'dmremap wait --timeout 120 data && systemctl unmask --runtime data.mount; mount /data'
	ours
	machine_reboot
}

@test "a spare that answers slowly keeps its own set waiting, and nothing else" {
	local started
	rm -f "$GUEST"/copy.img
	machine_boot 6.12 "disk marked if=virtio" "$MAIN" "$SPARE" "disk main3 size=64M if=virtio" "disk spare3 size=32M if=virtio"
	up
	guest_run 'cd /dev/disk/by-id && dmremap create archive virtio-main3 virtio-spare3 && dmremap seal archive'
	machine_reboot
	started=$SECONDS
	# 30 seconds for each read; halves.bats has initramfs-tools'
	machine_boot 6.1 dracut "disk marked if=virtio" "$MAIN" "$SPARE" "disk main3 if=virtio" "disk spare3 if=virtio read-bps=136"
	up
	ours
	echo "# $((SECONDS - started)) s" >&3
	# udev has no links for it yet; what looks at all devices soon after the start says why the set is not there
	guest_run '[ ! -e /dev/mapper/archive ] && d=$(grep -lx spare3 /sys/block/*/serial) && d=$(basename "${d%/serial}") &&
		for i in {1..400}; do
			journalctl -b | grep "/dev/$d answers slowly" && exit
			sleep 0.5
		done
		exit 1'
	# commands for other sets are not delayed
	guest_run 'umount /data && timeout 60 dmremap stop data && timeout 120 dmremap assemble data && mount /data'
	machine_kill
}

@test "a copy is not used, a name that is taken is a failure, and no udev cookie stays" {
	local uuid i
	cp --sparse=always "$GUEST/spare.img" "$GUEST/copy.img"
	machine_boot 6.1 dracut "disk marked if=virtio" "disk copy if=virtio" "$MAIN" "$SPARE"
	up
	# that of another set may be there as well
	uuid=$(guest_run 'basename "$(grep -lx name=data /etc/dm-remap/sets.d/*)"')
	guest_run 'dmremap wait --timeout 60 data'
	guest_run 'dmsetup deps -o devname data | grep -F "($(basename "$(realpath /dev/disk/by-id/virtio-spare)"))"'
	guest_run 'dmremap scan 2>&1 | grep -F "/dev/vdb claims to be the spare of data"'
	guest_run 'grep -x ours /data/whose'
	# ours is stopped, and another device has its name
	guest_run 'umount /data && dmremap stop data && dmsetup create data --table "0 8 zero" &&
		udevadm trigger --settle --action=add /dev/disk/by-id/virtio-spare'
	guest_run 'until systemctl --failed | grep -q run-; do sleep 0.5; done
		journalctl -b | grep -F "Set '"$uuid"' is not activated: another device has the name data"'
	guest_run 'dmsetup remove data; systemctl reset-failed; dmremap assemble data'
	# INT and TERM at any moment
	for i in 0.02 0.05 0.1 0.2 0.3 0.5; do
		guest_run "timeout -s INT $i dmremap stop data; timeout -s TERM $i dmremap assemble data; udevadm settle
			dmsetup udevcookies | tee /run/cookies; [ \$(grep -c 0x /run/cookies) = 0 ]"
	done
	guest_run 'dmremap assemble data'
	# the package asks before it goes
	guest_run 'echo "dm-remap-tools dm-remap-tools/remove-in-use boolean false" | debconf-set-selections'
	run guest_run 'DEBIAN_FRONTEND=noninteractive apt-get remove -y dm-remap-tools 2>&1'
	[ "$status" != 0 ]
	[[ $output == *"dm-remap-tools is not removed: in use are data ($uuid)"* ]]
	guest_run 'systemctl is-active dm-remap-assemble.timer'
	# the image has services left alone while it is made
	guest_run 'rm -f /usr/sbin/policy-rc.d
		echo "dm-remap-tools dm-remap-tools/remove-in-use boolean true" | debconf-set-selections
		DEBIAN_FRONTEND=noninteractive apt-get remove -y dm-remap-tools'
	guest_run '! systemctl is-active dm-remap-assemble.timer && dmsetup info data'
	machine_kill
}
