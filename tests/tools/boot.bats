#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The rules and scripts of tools/boot and tools/debian, with a root directory of their own and with
# other programs in the place of those that they call. tests/host/boot.bats boots with them.

# shellcheck disable=SC2016,SC2030,SC2031 # texts of programs; output of bats
bats_require_minimum_version 1.5.0
load lib.bash

BOOT=$BATS_TEST_DIRNAME/../../tools/boot
DEBIAN=$BATS_TEST_DIRNAME/../../tools/debian

# script FILE [PACKAGE]: make it a program here, whose files are below root. dmremap is not in its
# PATH.
script() {
	local name=${1##*/}
	name=${name%.sh}
	local ours='etc\|sys\|run\|proc\|dev/disk\|scripts\|usr/share'
	sed "s,@LIBDIR@,$PWD/bin,g; s,@SBINDIR@,$PWD/sbin,g; s,@UDEVDIR@,/lib/udev,g
		s,@PACKAGE@,${2:-dm-remap-tools},g; s,/usr/lib/dm-remap/,$PWD/bin/,g
		s,\\(^\\|[ \"(<>!=]\\)/\\($ours\\)/,\\1$PWD/root/\\2/,g" "$1" >"bin/$name"
	chmod +x "bin/$name"
}
# program NAME: with its text from the input
program() {
	local to=bin/$1
	[ "$1" != dmremap ] || to=sbin/$1
	{ echo '#!/bin/sh'; cat; } >"$to"
	chmod +x "$to"
}

# hook_functions: those that the hook of initramfs-tools needs
hook_functions() {
	mkdir -p root/usr/share/initramfs-tools made
	printf 'copy_exec() { :; }\nmanual_add_modules() { echo "$@" >added; }\n' \
		>root/usr/share/initramfs-tools/hook-functions
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p bin sbin root/etc/dm-remap root/run root/sys/kernel root/proc root/sys/class/block
	PATH=$PWD/bin:$PATH
}

rules() { python3 "$BATS_TEST_DIRNAME/udev-rules.py" "$@"; }

tables() {
	cat >root/etc/fstab <<-'END'
		# /dev/mapper/comment /old ext4
		/dev/mapper/data /srv ext4 defaults 0 2
		//server/share /mnt cifs username=u,password=secret 0 0
		UUID=1234 /home xfs logdev=/dev/mapper/log,noatime 0 2
	END
	cat >root/etc/crypttab <<-'END'
		luks UUID=5678 /etc/secret luks,header=/dev/mapper/head
		# no
		other /dev/mapper/under secretphrase luks # secret
	END
}
has_no_tables() {
	assert_equal "$(ls "$1/etc/dm-remap")" initramfs
	run grep -r secret "$1/etc/dm-remap"
	assert_failure 1
}

@test "the commands for the root file system leave the mounts of the rescue system" {
	local bind
	# shellcheck disable=SC2016 # of the page
	bind=$(sed -n 's,^    \(for .* mount .*\) /$d /mnt/$d; done$,\1 host/$d mnt/$d; done,p' \
		"$BATS_TEST_DIRNAME/../../docs/guide/root.md")
	[ -n "$bind" ]
	unshare --map-root-user --mount bash -euxc '
		mkdir host mnt
		mount -t tmpfs rescue host
		# as systemd has all mounts
		mount --make-rshared host
		mkdir host/dev host/proc host/sys
		for d in dev dev/pts proc sys sys/fs; do
			mkdir -p host/$d
			mount -t tmpfs $d host/$d
		done
		mount -t tmpfs system mnt
		mkdir mnt/dev mnt/proc mnt/sys
		eval "$1"
		mountpoint mnt/dev/pts
		umount -R mnt
		for d in dev dev/pts proc sys sys/fs; do mountpoint host/$d; done' - "$bind"
}

@test "an initramfs, which anybody can read, gets nothing of fstab and crypttab" {
	tables
	script "$BOOT/initramfs-tools/hook"
	echo | program record-root
	hook_functions
	DESTDIR=$PWD/made version=none run hook
	assert_success
	has_no_tables made
}

@test "nor does that of dracut" {
	tables
	script "$BOOT/dracut/module-setup.sh"
	echo | program record-root
	mkdir made
	run bash -euc '. bin/module-setup
		for word in inst_multiple inst_simple inst_rules inst_script dracut_need_initqueue; do
			eval "$word() { :; }"
		done
		initdir=$PWD/made dracutsysrootdir=$PWD/root moddir= install'
	assert_success
	has_no_tables made
}

# mounted POINT DEVICE...: ext4 on one device, or a btrfs on several; nothing else is mounted. NAME
# is the name of an ext4's device, as libdevmapper has made it; findmnt escapes it again.
mounted() {
	local device fs=ext4-uuid number=253:1 source
	source=/dev/mapper/${NAME-data}
	[ $# = 2 ] || { fs=btrfs-uuid number=0:40; }
	mkdir -p root/sys/fs/btrfs/btrfs-uuid/devices root/sys/dev/block
	ln -sfn "../../class/block/$2" root/sys/dev/block/253:1
	for device in "${@:2}"; do
		[ $fs = ext4-uuid ] || : >"root/sys/fs/btrfs/$fs/devices/$device"
	done
	program findmnt <<-END
		case "\$*" in
		*SOURCE*" $1") printf '%s\n' '${source//\\x/\\x5cx}' ;;
		*MAJ:MIN*" $1") echo "  $number" ;;
		*UUID*" $1") echo $fs ;;
		esac
	END
	# each is on a device of its own
	program lsblk <<-'END'
		for word; do
			case $word in
			/dev/mapper/*\\x5c*) exit 1 ;;
			/dev/mapper/*) echo dm-1 && echo below-dm-1 ;;
			/dev/*) echo "${word#/dev/}" && echo "below-${word#/dev/}" ;;
			esac
		done
		# without a device it lists all
		case "$*" in
		*/dev/*) ;;
		*) ls "$BATS_TEST_TMPDIR/root/sys/class/block" ;;
		esac
	END
	for device in dm-1 dm-2; do
		mkdir -p "root/sys/class/block/$device/dm"
		echo CRYPT-x >"root/sys/class/block/$device/dm/uuid"
	done
}
is_set() {
	mkdir -p "root/sys/class/block/$1/dm"
	echo "DMREMAP-$2" >"root/sys/class/block/$1/dm/uuid"
}

# root_is_found UUID...
root_is_found() {
	run root-on-set
	assert_success
	assert_equal "$(sort -u <<<"$output")" "$(printf '%s\n' "$@")"
	# the package, which has been removed
	echo 'echo "$*" >>"$BATS_TEST_TMPDIR/updates"' | program update-initramfs
	rm -f updates
	run dm-remap-tools.postrm remove
	assert_success
	assert_output --partial "the initramfs is left as it is"
	[ ! -e updates ]
}

@test "the sets of / are found, also below each device of a btrfs" {
	script "$BOOT/root-on-set"
	script "$DEBIAN/dm-remap-tools.postrm"
	mounted / dm-1
	# it is active, and / is not on it
	is_set dm-7 data
	run root-on-set
	assert_failure 1
	assert_output ""
	echo 'echo "$*" >>"$BATS_TEST_TMPDIR/updates"' | program update-initramfs
	run dm-remap-tools.postrm remove
	assert_success
	assert_equal "$(cat updates)" -u
	is_set below-dm-1 one
	root_is_found one
	mounted / dm-1 dm-2
	is_set below-dm-2 two
	root_is_found one two
	rm -r root/sys/class/block/below-dm-1
	root_is_found two
}

@test "and those of /usr" {
	script "$BOOT/root-on-set"
	script "$DEBIAN/dm-remap-tools.postrm"
	mounted /usr dm-1
	is_set dm-1 one
	root_is_found one
}

@test "also where libdevmapper has escaped letters of its name" {
	script "$BOOT/root-on-set"
	script "$DEBIAN/dm-remap-tools.postrm"
	NAME='\xd0\xb4\xd0\xb0' mounted / dm-1
	is_set dm-1 one
	root_is_found one
}

# module_setup FUNCTION: of dracut's module, with its functions; calls are in the file calls
module_setup() {
	run bash -uc '
		# there, and in the PATH that dracut sets
		require_binaries() {
			local name
			for name; do [ "$name" = dmsetup ] || [ -x "$name" ] || return; done
		}
		get_maj_min() { echo 253:1; }
		instmods() { echo instmods "$@" >>calls; [ "$1" != -c ] || [ -e modules ]; }
		inst_multiple() { echo inst_multiple "$@" >>calls; }
		derror() { echo "$@" >&2; }
		inst_rules() { :; }; inst_script() { :; }; dracut_need_initqueue() { :; }
		declare -A host_fs_types
		[ -z "${SWAPS:-}" ] || read -ra swap_devs <<<"$SWAPS"
		hostonly=1 mount_needs= dracutsysrootdir= kernel=6.1 moddir= initdir=$PWD/made
		. bin/module-setup
		"$1"' - "$1"
}

@test "dracut takes dmremap from where it is installed" {
	script "$BOOT/dracut/module-setup.sh"
	echo | program record-root
	echo 'echo one' | program root-on-set
	# not there
	module_setup check
	assert_failure 1
	echo | program dmremap
	module_setup check
	assert_success
	# no set is needed
	echo 'exit 1' | program root-on-set
	module_setup check
	assert_failure 255
	module_setup install
	assert_success
	grep "^inst_multiple $PWD/sbin/dmremap " calls
}

@test "an initramfs with the modules is not replaced by one without if / is on a set" {
	script "$BOOT/initramfs-tools/hook"
	script "$BOOT/dracut/module-setup.sh"
	echo | program record-root
	hook_functions
	echo '[ -e modules ]' | program modinfo
	export DESTDIR=$PWD/made version=6.1 outfile=/boot/initrd.img-6.1
	for lister in lsinitramfs lsinitrd; do
		echo '[ "$*" = /boot/initrd.img-6.1 ] && cat image' | program $lister
	done
	echo 'echo one' | program root-on-set
	# a kernel that is new, or never had the modules
	for image in "" usr/lib/modules/6.1/kernel/drivers/md/dm-mod.ko; do
		echo "$image" >image
		run hook
		assert_success
		assert_output --partial "no modules for Linux 6.1"
		module_setup installkernel
		assert_success
		assert_output --partial "no modules for Linux 6.1"
	done
	# initramfs-tools and dracut both end if these fail
	echo usr/lib/modules/6.1/updates/dkms/dm-remap-reassembly.ko >image
	run hook
	assert_failure 1
	module_setup installkernel
	assert_failure 1
	assert_output --partial "no modules for Linux 6.1"
	# it boots without a set, or has the modules
	echo 'exit 1' | program root-on-set
	run hook
	assert_success
	assert_output --partial "no modules for Linux 6.1"
	module_setup installkernel
	assert_success
	assert_output --partial "no modules for Linux 6.1"
	[ ! -e added ]
	: >modules
	echo 'echo one' | program root-on-set
	run hook
	assert_success
	grep dm_remap_reassembly added
	module_setup installkernel
	assert_success
	assert_output ""
}

@test "a disk that does not answer does not stop the making of an initramfs" {
	script "$BOOT/record-root"
	echo 'echo one' | program root-on-set
	echo 'exec sleep 100' | program dmremap
	echo 'shift; exec /usr/bin/timeout 1 "$@"' | program timeout
	mkdir -p root/etc/dm-remap/sets.d
	printf 'main_id=a\nspare_id=b\n' >root/etc/dm-remap/sets.d/one
	run /usr/bin/timeout 20 record-root
	assert_success
	assert_output --partial "set one is not recorded anew"
	# there is none
	rm root/etc/dm-remap/sets.d/one
	run /usr/bin/timeout 20 record-root
	assert_success
	assert_output --partial "set one is not recorded"
}

@test "a hibernated system is resumed before initramfs-tools activates a set" {
	script "$BOOT/initramfs-tools/local-block"
	script "$BOOT/initramfs-tools/local-top"
	mkdir -p root/scripts/local-block root/scripts/local-premount root/dev/disk/by-dm-remap
	mv bin/local-block root/scripts/local-block/dm-remap
	echo 'echo assemble >>calls' | program dmremap
	# as that of initramfs-tools, which waits for the swap area
	program resume <<-'END'
		echo "resume $resume" >>calls
		for i in 1 2 3; do root/scripts/local-block/dm-remap "$resume"; done
	END
	mv bin/resume root/scripts/local-premount/
	export resume=UUID=1
	local-top
	local-top
	assert_equal "$(cat calls)" $'resume UUID=1\nassemble\nassemble'
	# the hook has found that this one is on a set
	rm calls root/run/dm-remap.resumed
	echo UUID=1 >root/etc/dm-remap/resume-on-set
	local-top
	assert_equal "$(cat calls)" assemble
	rm calls root/run/dm-remap.resumed
	resume=UUID=2 local-top
	assert_equal "$(cat calls)" $'resume UUID=2\nassemble'
	# none is given, or the script is not there
	rm calls root/run/dm-remap.resumed
	resume='' local-top
	rm root/run/dm-remap.resumed root/scripts/local-premount/resume
	local-top
	assert_equal "$(cat calls)" $'assemble\nassemble'
}

@test "an initramfs knows which swap area to resume from is on a set" {
	script "$BOOT/initramfs-tools/hook"
	script "$BOOT/dracut/module-setup.sh"
	script "$BOOT/root-on-set"
	echo | program record-root
	echo '[ "$1" = UUID=1 ] && echo /dev/dm-1 || echo /dev/dm-2' | program findfs
	mounted /none dm-1
	is_set below-dm-1 one
	mkdir -p root/usr/share/initramfs-tools made/conf/conf.d
	printf 'copy_exec() { :; }\nmanual_add_modules() { :; }\n' \
		>root/usr/share/initramfs-tools/hook-functions
	export DESTDIR=$PWD/made version=none RESUME=UUID=2
	hook
	[ ! -e made/etc/dm-remap/resume-on-set ]
	# what initramfs-tools has found itself comes after its configuration
	echo RESUME=UUID=1 >made/conf/conf.d/zz-resume-auto
	hook
	assert_equal "$(cat made/etc/dm-remap/resume-on-set)" UUID=1
	rm made/etc/dm-remap/resume-on-set made/conf/conf.d/zz-resume-auto
	RESUME=UUID=1 hook
	assert_equal "$(cat made/etc/dm-remap/resume-on-set)" UUID=1
	# dracut has a list of them
	SWAPS="/dev/dm-1" module_setup install
	assert_success
	[ -e made/etc/dm-remap/swap-on-sets ]
	rm made/etc/dm-remap/swap-on-sets
	SWAPS="/dev/dm-1 /dev/dm-2" module_setup install
	[ ! -e made/etc/dm-remap/swap-on-sets ]
	module_setup install
	[ ! -e made/etc/dm-remap/swap-on-sets ]
}

# asked ANSWER: a debconf that gives this answer, or that shows nothing if it is ""
asked() {
	mkdir -p root/usr/share/debconf
	cat >root/usr/share/debconf/confmodule <<-END
		db_version() { :; }; db_fset() { :; }; db_subst() { :; }; db_stop() { :; }; db_go() { :; }
		db_get() { RET=\$(cat "$PWD/value"); }
		db_set() { echo "\$2" >"$PWD/value"; }
		db_input() { [ -z "$1" ] || echo "$1" >"$PWD/value"; }
	END
}

@test "an answer about the removal of a package is for that time only" {
	script "$DEBIAN/in-use.prerm"
	mkdir -p root/sys/class/block/dm-1/dm
	echo safe >root/sys/class/block/dm-1/dm/name
	echo DMREMAP-one >root/sys/class/block/dm-1/dm/uuid
	echo true >value
	# / is on a set, and nobody is asked
	echo 'echo one' | program root-on-set
	asked ""
	run in-use.prerm remove
	assert_failure 1
	assert_output --partial "is not removed: in use are safe (one)"
	# later it is not
	echo 'exit 1' | program root-on-set
	run in-use.prerm remove
	assert_success
	# somebody said no, and removes it another time by a script
	asked false
	run in-use.prerm remove
	assert_failure 1
	asked ""
	run in-use.prerm remove
	assert_success
	# "deconfigure" removes the modules, and of the other package nothing
	echo 'echo one' | program root-on-set
	run in-use.prerm deconfigure in-favour other 1
	assert_success
	script "$DEBIAN/in-use.prerm" dm-remap-dkms
	run in-use.prerm deconfigure in-favour other 1
	assert_failure 1
	assert_output --partial "dm-remap-dkms is not removed: in use are safe (one)"
	run in-use.prerm upgrade 2
	assert_success
	script "$DEBIAN/in-use.prerm"
	echo 'exit 1' | program root-on-set
	# the administrator has preset an answer
	echo false >value
	run in-use.prerm remove
	assert_failure 1
	run in-use.prerm remove
	assert_failure 1
}

@test "a half on a card that is put into a reader is assembled, and nothing else that changes" {
	local device=(SUBSYSTEM=block KERNEL=sdc "ENV{DEVTYPE}=disk" TEST=/run/systemd/system
		"ENV{DM_REMAP_ROLE}=spare" "ENV{DM_REMAP_AUTO}=1")
	run rules "$BOOT/udev/64-dm-remap.rules" "${device[@]}" ACTION=add
	assert_output --partial "RUN=@SBINDIR@/dmremap assemble"
	run rules "$BOOT/udev/64-dm-remap.rules" "${device[@]}" ACTION=change "ENV{DISK_MEDIA_CHANGE}=1"
	assert_output --partial "RUN=@SBINDIR@/dmremap assemble"
	run rules "$BOOT/udev/64-dm-remap.rules" "${device[@]}" ACTION=change
	assert_success
	refute_output --partial RUN=
	run rules "$BOOT/udev/64-dm-remap.rules" "${device[@]}" ACTION=change "ENV{DISK_MEDIA_CHANGE}=1" "ENV{DM_REMAP_AUTO}=0"
	refute_output --partial RUN=
}

@test "dracut tries again until no set is waiting, when a device has come or after a while" {
	# what the rule has queued, as dracut's initqueue does
	run rules "$BOOT/dracut/64-dm-remap-dracut.rules" SUBSYSTEM=block ACTION=add "ENV{DM_REMAP_ROLE}=spare" "ENV{DM_REMAP_AUTO}=1"
	assert_line "RUN=/sbin/initqueue --settled --unique /sbin/dm-remap-assemble"
	assert_line --regexp '^RUN=/sbin/initqueue --timeout .*--onetime .*/sbin/dm-remap-assemble now$'
	run rules "$BOOT/dracut/64-dm-remap-dracut.rules" SUBSYSTEM=block ACTION=add "ENV{DM_REMAP_ROLE}=spare" "ENV{DM_REMAP_AUTO}=0"
	refute_output --partial RUN=
	run rules "$BOOT/dracut/64-dm-remap-dracut.rules" SUBSYSTEM=block ACTION=add
	refute_output --partial RUN=

	script "$BOOT/dracut/dm-remap-assemble.sh"
	echo | program need_shutdown
	echo 'echo "$*" >>warned' | program warn
	program dmremap <<-'END'
		echo "$*" >>tries
		[ -e main ] || { echo "safe waits for its main" >&2; exit 4; }
	END
	export hookdir=$PWD/hooks
	mkdir -p hooks/initqueue/settled
	: >hooks/initqueue/settled/dm-remap-assemble.sh
	tried() { assert_equal "$(grep -cx "assemble --auto --all" tries)" "$1"; }
	echo 100 >root/sys/kernel/uevent_seqnum
	echo "5.25 1.00" >root/proc/uptime
	dm-remap-assemble
	tried 1
	# nothing has happened
	dm-remap-assemble
	tried 1
	# a device: it was not the main
	echo 101 >root/sys/kernel/uevent_seqnum
	dm-remap-assemble
	tried 2
	dm-remap-assemble
	tried 2
	assert_equal "$(cat warned)" "safe waits for its main"
	[ -e hooks/initqueue/settled/dm-remap-assemble.sh ]
	# at the end of dracut's patience
	dm-remap-assemble now
	tried 3
	# a disk may have been slow
	echo "17.00 1.00" >root/proc/uptime
	dm-remap-assemble
	tried 4
	# while a swap area to resume from is looked for, by dracut or systemd
	echo "40.00 1.00" >root/proc/uptime
	echo 40 >root/run/dm-remap.first
	: >hooks/initqueue/settled/resume.sh
	dm-remap-assemble
	tried 4
	rm hooks/initqueue/settled/resume.sh
	echo '[ ! -e hibernate-resume ] || echo 1 a.service start waiting' | program systemctl
	: >hibernate-resume
	dm-remap-assemble
	tried 4
	# for 30 s, and not if it can only be on a set
	: >root/etc/dm-remap/swap-on-sets
	dm-remap-assemble
	tried 5
	rm root/etc/dm-remap/swap-on-sets
	echo 102 >root/sys/kernel/uevent_seqnum
	echo "69.00 1.00" >root/proc/uptime
	dm-remap-assemble
	tried 5
	echo "70.00 1.00" >root/proc/uptime
	dm-remap-assemble
	tried 6
	rm hibernate-resume root/run/dm-remap.first
	# the main has come
	: >main
	echo 103 >root/sys/kernel/uevent_seqnum
	dm-remap-assemble
	tried 7
	[ ! -e hooks/initqueue/settled/dm-remap-assemble.sh ]
}
