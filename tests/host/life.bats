#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The life of a set on a Debian 12 system, as a person types it: a disk in service gets bad sectors,
# it becomes the main of a set, its spare is too small, the disk is replaced, and at last the set
# ends and no package. One system goes through all tests of this file, in order. Input and output
# are left in build/results/host/life.txt.
#
# shellcheck disable=SC2016 # evaluated in the machine
#
# rig: debian
# rig: test=-

load ../lib/machine.sh

# DKMS takes minutes to remove modules
# shellcheck disable=SC2034 # for machine.sh
GUEST_TIMEOUT=900
STORY=$BUILD/results/host/life.txt
UUID=4a1c6f0e-5d0b-4f1e-9c51-5ad0c1d3a002
OLD=/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_old
SPARE=/dev/disk/by-id/virtio-spare
LARGER=/dev/disk/by-id/virtio-larger
NEW=/dev/disk/by-id/virtio-new

setup_file() {
	export GUEST=$BATS_FILE_TMPDIR/machine
	mkdir -p "${STORY%/*}"
	: >"$STORY"
}
setup() { machine_setup; }
# the machine goes on with the next test
teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || touch "$GUEST/failed"
}
teardown_file() { [ ! -e "$GUEST/pid" ] || machine_kill; }

# types COMMAND: as bats' run, in the machine, and for the story
types() {
	run guest_run "$1"
	printf '# %s\n%s\n[%s]\n\n' "$1" "$output" "$status" >>"$STORY"
}
# does COMMAND: it must succeed
does() {
	types "$1"
	[ "$status" = 0 ] || { echo "$output"; return 1; }
}
# says PATTERN: the last command did
says() { grep -qE -- "$1" <<<"$output" || { echo "not said: $1"; echo "$output"; return 1; }; }

# mail PATTERN: one that says so has come; what there is is taken away
mail() {
	guest_run "for i in {1..120}; do
			[ ! -s /var/mail/root ] || { grep -qE '$1' /var/mail/root && break; }
			sleep 0.5
		done; cat /var/mail/root && : >/var/mail/root" >"$GUEST/mail"
	printf 'MAIL\n%s\n\n' "$(cat "$GUEST/mail")" >>"$STORY"
	grep -qE "$1" "$GUEST/mail"
}

# /srv is on the set, under whatever name libmount has for it; on_disk DEVICE: on that
on_the_set() { on_disk /dev/mapper/safe; }
on_disk() { guest_run "[ \"\$(realpath \"\$(findmnt -no SOURCE /srv)\")\" = \"\$(realpath $1)\" ]"; }
mount_srv() { guest_run 'systemctl daemon-reload; mountpoint -q /srv || mount /srv'; }

# photos: all that is in /srv is as it was
photos() { guest_run 'mountpoint -q /srv && cd /srv && sha256sum --quiet -c sums && [ $(wc -l <sums) = 41 ]'; }

# a disk that is in service, with ext4 on it; three blocks of photo 7, and one of photo 9, go bad
disk_old() {
	local i seven nine block bad=
	mkdir "$GUEST/srv" "$GUEST/srv/photos"
	for i in {1..40}; do head -c 1000000 /dev/urandom >"$GUEST/srv/photos/$i"; done
	cp "$GUEST/srv/photos/7" "$GUEST/srv/photos/9" "$GUEST/"
	head -c 200000 /dev/urandom >"$GUEST/srv/letter"
	(cd "$GUEST/srv" && sha256sum photos/* letter >"$GUEST/sums" && mv "$GUEST/sums" .)
	truncate -s 100M "$GUEST/old.img"
	mkfs.ext4 -q -b 4096 -m 0 -U "$UUID" -d "$GUEST/srv" "$GUEST/old.img"
	read -ra seven < <(debugfs -R "blocks photos/7" "$GUEST/old.img" 2>/dev/null)
	read -ra nine < <(debugfs -R "blocks photos/9" "$GUEST/old.img" 2>/dev/null)
	for block in "${seven[@]:20:3}" "${nine[5]}"; do bad+=,$((block * 8))-$((block * 8 + 7)); done
	# the content of a backup, and newer packages
	mkdir "$GUEST/more"
	cp "$GUEST/7" "$GUEST/9" "$GUEST/more/"
	newer "$GUEST/more"
	truncate -s 32M "$GUEST/more.img"
	mkfs.ext4 -q -d "$GUEST/more" "$GUEST/more.img"
	echo "disk old if=nvme inject-error=${bad#,}"
}

# newer DIR: a newer dm-remap-tools
newer() {
	local deb
	deb=$(ls "$DEBIAN"/deb/dm-remap-tools_*.deb)
	dpkg-deb -R "$deb" "$GUEST/newer"
	sed -i 's/^Version: .*/&+1/' "$GUEST/newer/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$GUEST/newer" "$1/dm-remap-tools.deb" >/dev/null
	rm -r "$GUEST/newer"
}

boot() {
	machine_boot 6.12 programs "$(cat "$GUEST/old")" "disk spare size=4M if=virtio" "disk larger size=32M if=virtio" \
		"disk new size=128M if=virtio" "disk more if=virtio"
	up
}

@test "a disk in service gives errors, and advise tells what to do" {
	disk_old >"$GUEST/old"
	boot
	# its driver is not in the initramfs, and an emulated machine may come to it after systemd's 90 seconds
	guest_run "until [ -e /dev/disk/by-uuid/$UUID ]; do sleep 0.5; done"
	guest_run "echo 'UUID=$UUID /srv ext4 defaults,nofail,x-systemd.device-timeout=900s 0 2' >>/etc/fstab
		mkdir -p /srv /backup && systemctl daemon-reload && mount /srv && mount /dev/disk/by-id/virtio-more /backup"
	types 'cat /srv/photos/* >/dev/null'
	[ "$status" = 1 ]
	says 'photos/7: Input/output error'
	types "dmremap advise $OLD"
	says 'What to do:'
}

@test "mail is tried out" {
	does "sed -i 's/^#SETTLE .*/SETTLE 5/' /etc/dm-remap/monitor.conf && systemctl restart dm-remap-monitor"
	does 'dmremap monitor --test'
	mail 'nothing has happened'
}

@test "a set is made, and the files on bad sectors are restored" {
	does 'umount /srv'
	does "dmremap create safe $OLD $SPARE"
	does 'dmremap import --from-disk safe'
	says '[0-9]+ blocks marked'
	does 'dmremap seal safe'
	mount_srv
	on_the_set
	types 'dmremap status safe'
	says 'next .*dmremap files safe'
	types 'dmremap files safe'
	says /photos/7
	says /photos/9
	# as they were told, from a backup
	guest_run 'cd /backup && for f in 7 9; do dd if=$f of=/srv/photos/$f bs=4k conv=notrunc,fsync status=none; done'
	photos
	mail 'safe: blocks have moved to the spare'
	does 'dmremap status safe'
	says '^safe: ok'
}

@test "the spare is nearly full, and a larger one takes its place" {
	# a scan with badblocks has found a scratch
	guest_run 'seq 5000 5950 >/root/bad.list'
	does 'dmremap import --format badblocks --block-size 4096 --copy safe /root/bad.list'
	mail 'nearly full'
	grep -F 'dmremap replace-spare safe' "$GUEST/mail"
	does 'dmremap status safe'
	says 'next .*dmremap replace-spare safe'
	does "dmremap replace-spare safe $LARGER"
	does 'dmremap status safe'
	says '^safe: ok'
	says 'larger'
	photos
	guest_run "run=\$(wipefs $SPARE); [ -z \"\$run\" ]"
}

# fio writes to /srv and verifies, until /run/enough is there
FIO='fio --name=work --directory=/srv --size=6M --rw=randrw --bs=4k --direct=1 --verify=crc32c --verify_backlog=32
	--verify_fatal=1 --loops=1 --fallocate=none --output=/run/fio.txt --group_reporting'
works() {
	guest_run "rm -f /run/enough; (while [ ! -e /run/enough ]; do $(tr -d '\n' <<<"$FIO") || echo \$? >>/run/fio-failed; done
		touch /run/fio-ended) >/dev/null 2>&1 &"
}
worked() { guest_run 'touch /run/enough; until [ -e /run/fio-ended ]; do sleep 0.2; done; [ ! -e /run/fio-failed ]'; }

@test "the power fails while a new disk is copied to, and the set goes on" {
	works
	# slow enough for the power to fail in the middle
	guest_run "(systemd-run -q --scope -p 'IOWriteBandwidthMax=$NEW 4M' dmremap replace --leave --pause 60 safe $NEW) \
		>/root/replace 2>&1 &"
	guest_run "until dmremap status safe | grep -qE 'is under way: it has ([2-9][0-9])[.0-9]* MiB'; do sleep 0.5; done"
	machine_kill
	boot
	guest_run 'until mountpoint -q /srv; do sleep 0.5; done; mount /dev/disk/by-id/virtio-more /backup'
	on_the_set
	photos
	does 'dmremap status safe'
	says '^safe: ok'
	says 'copy .*was interrupted: it has [0-9.]+ MiB'
	says "\"dmremap replace safe [^ ]+\" goes on"
}

@test "the disk is replaced below a mounted file system" {
	local clear
	works
	does "dmremap replace --leave --pause 60 safe $NEW"
	says 'goes on: [0-9.]+ MiB of 100'
	says 'must not be in /etc/fstab'
	says "$LARGER is empty|/dev/vd. is empty"
	clear=$(sed -n 's/.*show the same UUIDs: "\(.*\)"\.$/\1/p' <<<"$output")
	worked
	photos
	guest_run 'dmsetup table safe | grep linear'
	guest_run "[ -z \"\$(wipefs $LARGER)\" ]"
	# as it was told: the old disk stays connected
	[[ $clear == *" /dev/nvme"* ]]
	does "$clear"
	machine_reboot
}

@test "the new disk is mounted by its own name" {
	boot
	guest_run 'until mountpoint -q /srv; do sleep 0.5; done; mount /dev/disk/by-id/virtio-more /backup'
	on_disk "$NEW"
	photos
	does 'dmremap status'
	says 'There are no'
}

@test "the package is upgraded below a set in use" {
	does 'umount /srv'
	does "dmremap create safe $NEW $SPARE"
	does 'dmremap seal safe'
	mount_srv
	on_the_set
	guest_run 'systemctl show -P MainPID dm-remap-monitor >/run/pid'
	guest_run 'rm -f /usr/sbin/policy-rc.d; sed -i s/yes/no/ /etc/initramfs-tools/update-initramfs.conf'
	does 'DEBIAN_FRONTEND=noninteractive apt-get install -y /backup/dm-remap-tools.deb 2>&1'
	says 'Unpacking dm-remap-tools .*[+]1'
	photos
	on_the_set
	guest_run 'dmremap status --check safe'
	guest_run 'systemctl is-active dm-remap-monitor && [ "$(systemctl show -P MainPID dm-remap-monitor)" != "$(cat /run/pid)" ]'
	guest_run '[ -s /etc/dm-remap/sets.d/* ]'
	# purging takes away what it keeps
	guest_run 'systemctl start dm-remap-scrub && [ -d /var/lib/dm-remap ]'
}

@test "the set ends, and the packages go" {
	types 'dmremap delete safe'
	[ "$status" = 8 ]
	says '/srv'
	does 'umount /srv && dmremap delete safe'
	says 'ordinary disk'
	guest_run "[ -z \"\$(wipefs $SPARE)\" ] && ! ls /etc/dm-remap/sets.d/* 2>/dev/null"
	mount_srv
	on_disk "$NEW"
	photos
	does 'DEBIAN_FRONTEND=noninteractive apt-get purge -y dm-remap-tools dm-remap-dkms 2>&1'
	guest_run '[ ! -e /etc/dm-remap ] && [ ! -e /usr/sbin/dmremap ] && ! dpkg -s dm-remap-tools dm-remap-dkms 2>/dev/null | grep Status'
	guest_run '! find /lib/modules /lib/udev /etc /usr/lib /var/lib /usr/share -name "*dm[-_]remap*" ! -path "*/info/*" | grep .'
	photos
	machine_kill
}
