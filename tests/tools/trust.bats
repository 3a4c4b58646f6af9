#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# docs/security.md: which disks dmremap believes, and for what. Sets are not activated here:
# --dry-run says the result.

bats_require_minimum_version 1.5.0
load live.bash
load machine.bash

A=5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a
B=0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b

dev() { echo "$DMREMAP_ROOT/dev/$1"; }

# main, spare NAME MAJ:MIN LINE...: a disk, described as for mkimage
main() { half "label" "$@"; }
spare() { half "spare 1M" "$@"; }
half() {
	local first=$1 name=$2 number=$3
	shift 3
	printf '%s\n' "$first" "main 8M" "$@" | image "$name"
	disk "$name" "$number"
}
blank() { truncate -s 8M "$1.img"; disk "$1" "$2"; }

# says UUID STATE MAIN SPARE [NAME [COPIES]]: the module's attributes of a set
says() {
	local table=
	[ "$2" != complete ] || table="0 16384 remap $3 0 $4 3 persistent uuid $1"
	known "$1" "name=${5:-safe}" "state=$2" "main=$3" "spare=$4" generation=1 "table=$table" "copies=${6:-}"
}

# would NAME MAIN SPARE: be activated, by the current attributes
would() { assert_output --partial "Would activate $1: 0 16384 remap $2 0 $3 3 persistent"; }
refute_would() { refute_output --partial "Would activate"; }

auto() { run dmremap assemble --auto --all --dry-run; }

# root_disk_and_stick: a disk without a set, and a spare that names it as its main
root_disk_and_stick() {
	blank sda 8:0
	by_id sda wwn-0x5000c500a1b2c3d4
	spare sdb 8:16 "uuid 11" "name evil" "main_id wwn-0x5000c500a1b2c3d4"
	says $B complete 8:0 8:16 evil
}

@test "a spare that names a disk of the host as its main gets nothing" {
	local mode
	root_disk_and_stick
	for mode in "" dm_remap.assemble=known dm_remap.assemble=sealed dm_remap.assemble=none \
			dm_remap.assemble=0 "dm_remap.assemble=$A"; do
		command_line ro "$mode" quiet
		auto
		assert_success
		assert_output ""
		run dmremap assemble --auto --incremental "$(dev sdb)"
		assert_success
		assert_output ""
		assert_equal "$(scanned)" ""
	done
	# nor when the user assembles a foreign set
	run dmremap assemble --all --dry-run
	refute_would
	assert_output --partial "1 set is here that this host does not know"
}

@test "a set that a person names is activated, is said to be foreign, and --auto obeys its uuid" {
	root_disk_and_stick
	run dmremap assemble $B --dry-run
	assert_success
	would evil 8:0 8:16
	run dmremap assemble evil --dry-run
	would evil 8:0 8:16
	run jq -c '.sets[] | [.uuid, .foreign, .remembered]' <(dmremap assemble --json --dry-run $B)
	assert_output "[\"$B\",true,false]"
	command_line "dm_remap.assemble=$A,${B^^}"
	auto
	would evil 8:0 8:16
	# and a set is known by its file
	command_line ""
	register $B
	auto
	would evil 8:0 8:16
	run dmremap assemble --all --dry-run
	would evil 8:0 8:16
}

@test "what the settings say, and what is said of those that are wrong" {
	root_disk_and_stick
	register $B
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap"
	conf() { printf '%s\n' "$@" >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"; }
	conf "# nothing" "" "assemble=none # by hand"
	auto
	assert_success
	assert_output ""
	# the command line counts more, and the last word of it
	command_line dm_remap.assemble=none dm_remap.assemble=known
	auto
	would evil 8:0 8:16
	command_line dm_remap.assemble=certainly
	conf "device_timeout=5"
	auto
	would evil 8:0 8:16
	assert_output --partial "has dm_remap.assemble=certainly, which is not"
	command_line ""
	conf assemble=perhaps device_timeout=x colour=red "what"
	auto
	would evil 8:0 8:16
	assert_output --partial 'assemble must be known, sealed or none, not "perhaps"'
	assert_output --partial 'device_timeout must be a number of seconds up to 86400, not "x"'
	assert_output --partial "there is no setting colour"
	assert_output --partial '"what" is not understood'
}

@test "a sealed foreign pair comes up in the mode that is for it, under a name that nobody has" {
	local name
	main sda 8:0 "uuid 11" "name data"
	spare sdb 8:16 "uuid 11" "name data" "field flags 3"
	says $B complete 8:0 8:16 data
	auto
	assert_output ""
	command_line dm_remap.assemble=sealed
	auto
	would data 8:0 8:16
	# an initramfs may have an old list of the known sets
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap"
	: >"$DMREMAP_ROOT/etc/dm-remap/initramfs"
	auto
	assert_success
	assert_output ""
	run dmremap scan --udev "$(dev sda)"
	assert_line DM_REMAP_AUTO=0
	command_line "dm_remap.assemble=$B"
	auto
	would data 8:0 8:16
	rm "$DMREMAP_ROOT/etc/dm-remap/initramfs"
	command_line dm_remap.assemble=sealed
	# a known set has this name, though its disks are missing
	register $A name=data
	auto
	would data-0b0b0b0b 8:0 8:16
	run dmremap assemble --name data --dry-run $B
	assert_failure 8
	assert_output --partial "data is the name of set $A, which this host knows"
	rm "$(registered $A)"
	# the tables of the system, and those that the initramfs has
	mkdir -p "$DMREMAP_ROOT/etc/dm-remap"
	for name in etc/fstab etc/dm-remap/fstab; do
		echo "/dev/mapper/data /srv ext4 defaults 0 2" >"$DMREMAP_ROOT/$name"
		auto
		would data-0b0b0b0b 8:0 8:16
		echo "# /dev/mapper/data /srv" >"$DMREMAP_ROOT/$name"
		auto
		would data 8:0 8:16
	done
	for name in "data UUID=x none luks" "x /dev/mapper/data none luks"; do
		echo "$name" >"$DMREMAP_ROOT/etc/crypttab"
		auto
		would data-0b0b0b0b 8:0 8:16
	done
	rm "$DMREMAP_ROOT/etc/crypttab"
	command_line dm_remap.assemble=sealed root=/dev/mapper/data
	auto
	would data-0b0b0b0b 8:0 8:16
	command_line dm_remap.assemble=sealed
	# a device of device-mapper
	mkdir -p "$DMREMAP_ROOT/$BLOCK/dm-7/dm"
	echo data >"$DMREMAP_ROOT/$BLOCK/dm-7/dm/name"
	echo 254:7 >"$DMREMAP_ROOT/$BLOCK/dm-7/dev"
	auto
	would data-0b0b0b0b 8:0 8:16
	# one of ours does not get out of the way: that is a failure that names both
	register $B
	auto
	assert_failure 8
	assert_output --partial "Set $B is not activated: another device has the name data (254:7)"
}

@test "two sets that this host knows do not change names" {
	main sda 8:0 "uuid 11" "name data"
	spare sdb 8:16 "uuid 11" "name data" "field flags 3"
	says $B complete 8:0 8:16 data
	register $A name=data
	register $B name=other
	auto
	would other 8:0 8:16
	# one that was renamed keeps its new name
	register $A name=third
	auto
	would data 8:0 8:16
}

@test "an unsealed main is never taken for a foreign set, though the spare says that it is sealed" {
	blank sda 8:0
	by_id sda wwn-0x5000c500a1b2c3d4
	spare sdb 8:16 "uuid 11" "main_id wwn-0x5000c500a1b2c3d4" "field flags 3"
	says $B complete 8:0 8:16
	command_line dm_remap.assemble=sealed
	auto
	assert_success
	refute_would
}

# our_set: known to this host; sealed, main sda, spare sdb
our_set() {
	main sda 8:0 "name safe"
	by_id sda wwn-0x1
	spare sdb 8:16 "name safe" "main_id wwn-0x1" "field flags 3"
	by_id sdb usb-ours
	register $A name=safe main_id=wwn-0x1 main_sectors=16384 spare_id=usb-ours
}

@test "a contradiction refuses a main always" {
	local way n torn
	our_set
	# the right one is away
	main sdc 8:32 "name safe"
	by_id sdc wwn-0x2
	rm "$(dev sda)"
	rm -r "$DMREMAP_ROOT/$BLOCK/sda" "$DMREMAP_ROOT/sys/dev/block/8:0"
	says $A complete 8:32 8:16
	for way in "$(dev sdc) $(dev sdb)" $A safe --all "--auto --all"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble --dry-run $way
		assert_failure
		refute_would
		assert_output --partial "the set's main is known as wwn-0x1, and this device as wwn-0x2"
		assert_output --partial "dmremap set safe main_id=wwn-0x2"
	done
	# who moved the data there says so, and the command that is named does it
	cp "$(dev sdb)" "$BATS_TEST_TMPDIR/kept"
	cp "$(dev sdc)" "$BATS_TEST_TMPDIR/moved"
	run dmremap set nosuch main_id=wwn-0x2
	assert_failure 8
	run dmremap set safe main_id=
	assert_failure 8
	run dmremap set safe main_id=wwn-0x2 errors/retries=1
	assert_failure 8
	cmp "$(dev sdb)" "$BATS_TEST_TMPDIR/kept"
	for way in safe $A; do
		cp "$BATS_TEST_TMPDIR/kept" "$(dev sdb)"
		register $A name=safe main_id=wwn-0x1 main_sectors=16384 spare_id=usb-ours
		run dmremap set "$way" main_id=wwn-0x2
		assert_success
		assert_output ""
		run dmremap check "$(dev sdb)"
		assert_success
		assert_equal "$(dmremap dump --json "$(dev sdb)" | jq -r .main_id)" wwn-0x2
		auto
		assert_success
		would safe 8:32 8:16
	done
	# killed before each write, or in it, it is given again
	for n in 0 1; do
		for torn in no 3; do
			cp "$BATS_TEST_TMPDIR/kept" "$(dev sdb)"
			unset FAULT_TORN
			[ $torn = no ] || export FAULT_TORN=$torn
			FAULT_WRITES=$n run faulty set safe main_id=wwn-0x2
			assert_failure 99
			[ $torn = no ] || dmremap repair --yes "$(dev sdb)" || [ $? = 1 ]
			run dmremap set safe main_id=wwn-0x2
			assert_success
			run dmremap check "$(dev sdb)"
			assert_success
			assert_equal "$(dmremap dump --json "$(dev sdb)" | jq -r .main_id)" wwn-0x2
		done
	done
	# another set of that name is left alone
	spare sde 8:64 "uuid 11" "name safe"
	cp "$(dev sde)" "$BATS_TEST_TMPDIR/foreign"
	run dmremap set safe main_id=wwn-0x2
	assert_success
	cmp "$(dev sde)" "$BATS_TEST_TMPDIR/foreign"
	rm "$(registered $A)"
	run dmremap set safe main_id=wwn-0x2
	assert_failure 8
	assert_output --partial "2 spares are of safe"
	rm "$(dev sde)"
	rm -r "$DMREMAP_ROOT/$BLOCK/sde" "$DMREMAP_ROOT/sys/dev/block/8:64"
	# a spare that is damaged is not written
	cp "$BATS_TEST_TMPDIR/kept" "$(dev sdb)"
	dd if=/dev/zero of="$(dev sdb)" bs=4096 seek=255 count=1 conv=notrunc status=none
	cp "$(dev sdb)" "$BATS_TEST_TMPDIR/damaged"
	run dmremap set safe main_id=wwn-0x2
	assert_failure 8
	assert_output --partial "dmremap check"
	cmp "$(dev sdb)" "$BATS_TEST_TMPDIR/damaged"
	cp "$BATS_TEST_TMPDIR/kept" "$(dev sdb)"
	register $A name=safe main_id=wwn-0x1 main_sectors=16384 spare_id=usb-ours
	# without a label too
	dd if=/dev/zero of="$(dev sdc)" bs=4096 count=1 conv=notrunc status=none
	run dmremap assemble --dry-run "$(dev sdc)" "$(dev sdb)"
	assert_failure 8
	assert_output --partial "is known as wwn-0x1, and this device as wwn-0x2"
}

@test "a disk without an identity contradicts nothing, nor does a main_id that somebody made up" {
	blank sda 8:0
	spare sdb 8:16 "main_id wwn-0x1"
	says $A complete 8:0 8:16
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	would safe 8:0 8:16
	register $A
	auto
	assert_failure 4
	assert_output --partial "only the size shows"
	by_id sda ata-disk
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	assert_failure 8
	assert_output --partial "this device as ata-disk"
	spare sdc 8:32 "main_id shelf-3"
	says $A complete 8:0 8:32
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdc)"
	would safe 8:0 8:32
}

@test "a label with the uuid of a set of ours does not make a disk its main" {
	our_set
	main sdc 8:32 "name safe"
	by_id sdc usb-stick
	# whatever the module says
	for state in complete conflict; do
		says $A $state 8:32 8:16
		auto
		assert_success
		would safe 8:0 8:16
		run dmremap assemble --dry-run safe
		would safe 8:0 8:16
	done
}

@test "a spare with the uuid of a set of ours is a copy, and ours is used" {
	our_set
	spare sdc 8:32 "name safe" "main_id wwn-0x1" "field flags 3"
	by_id sdc usb-stick
	says $A conflict 8:0 8:32
	auto
	assert_success
	would safe 8:0 8:16
	says $A complete 8:0 8:32
	auto
	would safe 8:0 8:16
	run dmremap scan
	assert_line --regexp "/dev/sdb +spare +safe +$A +known"
	assert_line --regexp "/dev/sdc +spare +safe +$A +copy"
	assert_output --partial "sdc claims to be the spare of safe, but this host knows another device as that half"
	# ours is away: it is waited for
	rm "$(dev sdb)"
	rm -r "$DMREMAP_ROOT/$BLOCK/sdb" "$DMREMAP_ROOT/sys/dev/block/8:16"
	auto
	assert_failure 4
	refute_would
	assert_output --partial "this host knows usb-ours as that half. Connect that one."
	run dmremap assemble --dry-run safe
	assert_failure 8
	refute_would
	# but naming both is the user's decision
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdc)"
	assert_success
	would safe 8:0 8:32
}

@test "naming both devices decides between copies" {
	our_set
	rm "$(registered $A)"
	spare sdc 8:32 "name safe" "main_id wwn-0x1" "field flags 3"
	says $A conflict 8:0 8:32 safe "8:16 spare"
	run dmremap assemble --dry-run safe
	refute_would
	for name in sdb:8:16 sdc:8:32; do
		run dmremap assemble --dry-run "$(dev sda)" "$(dev ${name%%:*})"
		assert_success
		would safe 8:0 "${name#*:}"
	done
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)" "$(dev sdc)"
	refute_would
}

@test "a spare of another set that asks for our main keeps nobody down" {
	blank sda 8:0
	by_id sda wwn-0x1
	spare sdb 8:16 "name safe" "main_id wwn-0x1"
	by_id sdb usb-ours
	register $A name=safe main_id=wwn-0x1 main_sectors=16384 spare_id=usb-ours
	spare sdc 8:32 "uuid 11" "main_id wwn-0x1"
	says $A conflict 8:0 8:16
	says $B conflict 8:0 8:32 evil
	auto
	assert_success
	would safe 8:0 8:16
	refute_output --partial evil
}

@test "status and scan show foreign sets apart, with the command, and they are no fault" {
	root_disk_and_stick
	run dmremap status
	assert_success
	assert_output --partial "evil is foreign: this host does not activate it automatically. \"dmremap assemble $B\""
	run jq -c '.sets[] | [.name, .foreign]' <(dmremap status --json 2>/dev/null)
	assert_output '["evil",true]'
	run dmremap scan
	assert_success
	assert_line --regexp "sdb spare evil $B foreign superblock"
	assert_output --partial "\"dmremap assemble $B\" activates and records it"
	run jq -c '.devices[] | [.role, .trust]' <(dmremap scan --json)
	assert_output '["spare","foreign"]
["main","foreign"]'
}

@test "a loop device is known by its file, which nobody can choose for another" {
	main loop0 7:0 "name safe"
	spare loop1 7:1 "name safe" "field flags 3"
	mkdir -p "$DMREMAP_ROOT/$BLOCK"/loop{0,1}/loop
	echo /srv/main.img >"$DMREMAP_ROOT/$BLOCK/loop0/loop/backing_file"
	echo /home/mallory/spare.img >"$DMREMAP_ROOT/$BLOCK/loop1/loop/backing_file"
	register $A main_id=file:/srv/main.img spare_id=file:/srv/spare.img
	says $A complete 7:0 7:1
	auto
	assert_failure 4
	assert_output --partial "this host knows file:/srv/spare.img as that half"
	echo /srv/spare.img >"$DMREMAP_ROOT/$BLOCK/loop1/loop/backing_file"
	auto
	would safe 7:0 7:1
}

@test "udev is told what may be activated, and systemd runs nothing else" {
	local auto
	our_set
	spare sdc 8:32 "uuid 11" "name evil" "main_id wwn-0x1"
	blank sdd 8:48
	mkdir bin
	printf '#!/bin/sh\necho "$*"\n' >bin/systemd-run
	chmod +x bin/systemd-run
	PATH=$PWD/bin:$PATH
	for name in sda:1 sdb:1 sdc:0; do
		run dmremap scan --udev "$(dev ${name%:*})"
		assert_line DM_REMAP_AUTO=${name#*:}
		# the properties from the udev rules
		auto=${name#*:}
		DM_REMAP_ROLE=spare DM_REMAP_AUTO=$auto run dmremap assemble --auto --queue --incremental "$(dev ${name%:*})"
		assert_success
		if [ "$auto" = 1 ]; then
			assert_output --regexp "SuccessExitStatus=4 .*dmremap assemble --auto --incremental $(dev ${name%:*})\$"
		else
			assert_output ""
		fi
	done
	run dmremap assemble --auto --queue --incremental "$(dev sdd)"
	assert_output ""
	# an unsealed main of ours
	register $A main_id=ata-ours main_sectors=16384
	run dmremap assemble --auto --queue --incremental "$(dev sdd)"
	assert_output ""
	by_id sdd ata-ours
	run dmremap assemble --auto --queue --incremental "$(dev sdd)"
	assert_output --partial "--incremental $(dev sdd)"
	command_line dm_remap.assemble=none
	run dmremap assemble --auto --queue --incremental "$(dev sdd)"
	assert_output ""
}

@test "a disk that does not answer is left out after a while, and the others are not" {
	local began=$SECONDS
	our_set
	spare sdc 8:32 "uuid 11"
	says $A complete 8:0 8:16
	echo device_timeout=1 >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	FAULT_SLOW=/sdc run faulty assemble --auto --all --dry-run
	assert_success
	would safe 8:0 8:16
	assert_output --partial "sdc answers slowly, and is left out"
	FAULT_SLOW=/sdc run faulty scan --udev "$(dev sdc)"
	assert_success
	assert_output ""
	[ $((SECONDS - began)) -lt 20 ]
}

@test "hundreds of foreign spares are read once each and given to nobody" {
	local i
	our_set
	says $A complete 8:0 8:16
	spare sdc 8:32 "uuid 11" "main_id wwn-0x1"
	for ((i = 0; i < 200; i++)); do
		cp "$(dev sdc)" "sd1$i.img"
		disk "sd1$i" "65:$i"
	done
	auto
	assert_success
	would safe 8:0 8:16
	assert_equal "$(scanned)" "$(dev sdb)"
}

@test "scan says that it needs privileges, and not that there is nothing" {
	[ "$(id -u)" = 0 ] || skip "needs root to be somebody else"
	our_set
	chmod 600 "$(dev sda)" "$(dev sdb)"
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
	run setpriv --reuid=65534 --regid=65534 --clear-groups env DMREMAP_ROOT="$DMREMAP_ROOT" "$DMREMAP" scan
	assert_failure 8
	assert_output --partial "requires root privileges"
	refute_output --partial "No device is a half"
}

# slowly WORD...: with disks that do not answer when a set is activated; PID and KEY are those of
# the waiter
slowly() { SLOW_DM=$BATS_TEST_TMPDIR/waits LD_PRELOAD=$HELPERS/slowdm.so "$DMREMAP" "$@" 3>&-; }
cookie_is_there() { ipcs -s | grep -q "^$1 "; }

@test "at boot nobody waits for good for a set to come up, which is not given up" {
	local began=$SECONDS pid key
	our_set
	says $A complete 8:0 8:16
	echo device_timeout=1 >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	run slowly assemble --auto --all
	assert_failure 4
	assert_output "dmremap: waiting: safe: its spare $(dev sdb) answers slowly. It is activated when the disk has answered; nothing waits for it."
	[ $((SECONDS - began)) -lt 20 ]
	read -r pid key <waits
	kill -0 "$pid"
	cookie_is_there "$key"
	kill -KILL "$pid"
	ipcrm -S "$key"
}

@test "a signal ends a command that waits for a disk, and leaves no cookie" {
	local signal pid key waiter status words
	our_set
	says $A complete 8:0 8:16
	active r
	for signal in INT:"assemble safe" TERM:"assemble safe" HUP:"assemble safe" INT:"stop r" TERM:"stop r"; do
		words=${signal#*:}
		signal=${signal%%:*}
		rm -f waits
		# a shell in the background has its children ignore INT, and nohup HUP
		# shellcheck disable=SC2086 # words
		env SLOW_DM="$PWD/waits" LD_PRELOAD="$HELPERS/slowdm.so" \
			python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$DMREMAP" $words 3>&- &
		waiter=$!
		until [ -s waits ]; do sleep 0.1; done
		read -r pid key <waits
		cookie_is_there "$key"
		kill -"$signal" $waiter
		status=0
		wait $waiter || status=$?
		[ "$status" -gt 128 ]
		run ! kill -0 "$pid"
		run ! cookie_is_there "$key"
	done
}
