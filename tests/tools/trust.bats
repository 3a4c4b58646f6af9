#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# docs/security.md: which disks dmremap believes, and for what. Sets are not activated here:
# --dry-run says the result.

# shellcheck disable=SC2030,SC2031 # each test is a process
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

@test "a set that a person names is activated, and is said to be foreign; --auto asks for more than its uuid" {
	root_disk_and_stick
	run dmremap assemble $B --dry-run
	assert_success
	would evil 8:0 8:16
	run dmremap assemble evil --dry-run
	would evil 8:0 8:16
	run jq -c '.sets[] | [.uuid, .foreign, .remembered]' <(dmremap assemble --json --dry-run $B)
	assert_output "[\"$B\",true,false]"
	# nothing on that main says that it is of the set
	command_line "dm_remap.assemble=$A,${B^^}"
	auto
	assert_failure 4
	refute_would
	assert_output --partial "Type \"dmremap assemble $B\"."
	run dmremap assemble --auto --incremental "$(dev sdb)" --dry-run
	assert_failure 4
	# until a half has come the set waits, as one of ours
	says $B waiting-main - 8:16 evil
	auto
	assert_failure 4
	says $B complete 8:0 8:16 evil
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
	conf device_timeout=x colour=red
	auto
	would evil 8:0 8:16
	assert_output --partial 'device_timeout must be a number of seconds up to 86400, not "x"'
	assert_output --partial "there is no setting colour"
	# perhaps it was to forbid something
	conf assemble=perhaps
	auto
	assert_failure 4
	refute_would
	assert_output --partial 'assemble must be known, sealed or none, not "perhaps"'
	conf "assemble none"
	auto
	assert_failure 4
	refute_would
	assert_output --partial '"assemble none" is not understood'
	{ echo assemble=none; yes "# a long story" | head -c 4096; } >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	auto
	refute_would
	assert_output --partial "cannot be read: it is longer than 4096 bytes, or has a NUL in it"
	printf 'assemble=none\n\0' >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	auto
	refute_would
	# a person at the boot prompt goes on
	command_line dm_remap.assemble=known
	auto
	would evil 8:0 8:16
}

@test "a record that is damaged makes no set known" {
	local long record
	root_disk_and_stick
	register $B
	auto
	would evil 8:0 8:16
	long=$(yes "# a long story" | head -c 4096)
	for record in "" "name=evil" "main_id=-" "spare_id=-" 'main_id=-\nspare_id=-\n\0' "main_id=-\nspare_id=-\n$long"; do
		printf '%b\n' "$record" >"$(registered $B)"
		auto
		assert_success
		refute_would
		# once
		assert_equal "$(grep -c "$B cannot be used: " <<<"$output")" 1
		run dmremap assemble --dry-run $B
		would evil 8:0 8:16
	done
	# what another version has written is kept
	register $B "# mine" colour=red name=evil
	run dmremap set evil main_id=wwn-0x5
	assert_success
	run cat "$(registered $B)"
	assert_line "# mine"
	assert_line colour=red
	assert_line main_id=wwn-0x5
}

@test "a sealed foreign pair comes up in the mode that is for it, under a name that nobody has" {
	local name
	main sda 8:0 "uuid 11" "name data"
	spare sdb 8:16 "uuid 11" "name data" "field flags 3"
	says $B complete 8:0 8:16 data
	auto
	assert_output ""
	# the medium does not choose the name of its device, whatever else has that name or does not
	command_line dm_remap.assemble=sealed
	auto
	would data-0b0b0b0b 8:0 8:16
	run dmremap assemble --auto --incremental "$(dev sdb)" --dry-run
	would data-0b0b0b0b 8:0 8:16
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
	# a disk that is slow is tried again
	echo device_timeout=1 >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	FAULT_SLOW=/sda LD_PRELOAD=$HELPERS/faults.so run timeout -s KILL 40 "$DMREMAP" assemble --auto --all --dry-run
	assert_failure 4
	assert_output --partial "one of its disks answers slowly"
	rm "$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	# who lists the set of the root file system has its name there, too
	command_line "root=/dev/mapper/data dm_remap.assemble=$B"
	auto
	would data 8:0 8:16
	# but a set that the host knows keeps its name
	register $A name=data
	auto
	would data-0b0b0b0b 8:0 8:16
	rm "$DMREMAP_ROOT/etc/dm-remap/initramfs"
	command_line dm_remap.assemble=sealed
	# a known set has this name, though its disks are missing
	auto
	would data-0b0b0b0b 8:0 8:16
	run dmremap assemble --name data --dry-run $B
	assert_failure 8
	assert_output --partial "data is the name of set $A, which this host knows"
	rm "$(registered $A)"
	# nor does a known set whose name is the whole one that it would get
	register $A name=data-0b0b0b0b
	auto
	would dm-remap-$B 8:0 8:16
	rm "$(registered $A)"
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

@test "a foreign set that somebody asks for has its own name, unless a file names a device by it" {
	local line
	main sda 8:0 "uuid 11" "name vg-home"
	spare sdb 8:16 "uuid 11" "name vg-home" "field flags 3"
	says $B complete 8:0 8:16 vg-home
	mkdir -p "$DMREMAP_ROOT/etc"
	asked() { run dmremap assemble --dry-run $B; }
	asked
	would vg-home 8:0 8:16
	for line in /dev/mapper/vg-home /dev/disk/by-id/dm-name-vg-home; do
		echo "$line /home ext4 defaults 0 2" >"$DMREMAP_ROOT/etc/fstab"
		asked
		would vg-home-0b0b0b0b 8:0 8:16
		echo "# $line /home" >"$DMREMAP_ROOT/etc/fstab"
		asked
		would vg-home 8:0 8:16
		command_line "root=$line"
		asked
		would vg-home-0b0b0b0b 8:0 8:16
		command_line ""
	done
	for line in "vg-home UUID=x none luks" "x /dev/mapper/vg-home none luks"; do
		echo "$line" >"$DMREMAP_ROOT/etc/crypttab"
		asked
		would vg-home-0b0b0b0b 8:0 8:16
	done
	rm "$DMREMAP_ROOT/etc/crypttab"
	# what nobody has asked for is not found by any of these, nor by a name that LVM or a program has
	command_line dm_remap.assemble=sealed
	for line in /dev/mapper/vg-home /dev/disk/by-id/dm-name-vg-home /dev/vg/home UUID=x; do
		echo "$line /home ext4 defaults 0 2" >"$DMREMAP_ROOT/etc/fstab"
		auto
		would vg-home-0b0b0b0b 8:0 8:16
	done
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
	# one that was made up tells nothing of a disk, so the host goes on with what it knows
	cp "$BATS_TEST_TMPDIR/kept" "$(dev sdb)"
	register $A name=safe main_id=wwn-0x2 main_sectors=16384 spare_id=usb-ours
	cp "$(registered $A)" "$BATS_TEST_TMPDIR/record"
	run dmremap set safe main_id=mydisk
	assert_success
	assert_equal "$(dmremap dump --json "$(dev sdb)" | jq -r .main_id)" mydisk
	cmp "$(registered $A)" "$BATS_TEST_TMPDIR/record"
	auto
	assert_success
	would safe 8:32 8:16
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

# resize NAME SIZE: as a partition or a volume that was made larger, or smaller, while its set was down
resize() {
	truncate -s "$2" "$(dev "$1")"
	echo $(($(stat -c %s "$(dev "$1")") / 512)) >"$DMREMAP_ROOT/$BLOCK/$1/size"
}
# would_larger: as would, with the main_id, by which the kernel takes it
would_larger() {
	assert_output --partial "Would activate safe: 0 16384 remap 8:0 0 8:16 5 persistent uuid $A main_id wwn-0x1"
}

@test "a main that was made larger is taken by its identity, in every way" {
	local way
	blank sda 8:0
	by_id sda wwn-0x1
	spare sdb 8:16 "name safe" "main_id wwn-0x1"
	by_id sdb usb-ours
	register $A name=safe main_id=wwn-0x1 main_sectors=16384 spare_id=usb-ours
	resize sda 9M
	says $A waiting-main - 8:16
	auto
	# the module has been given it
	assert_equal "$(scanned)" "$(dev sda)"
	says $A complete 8:0 8:16
	for way in "$(dev sda) $(dev sdb)" $A safe --all "--auto --all" "--auto --incremental $(dev sda)"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble --dry-run $way
		assert_success
		would_larger
	done
	run dmremap assemble --dry-run --read-only safe
	assert_output --partial "6 persistent uuid $A main_id wwn-0x1 read_only"
	# the set must fit
	resize sda 7M
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	assert_failure 8
	assert_output --partial "neither the size nor the identity"
	auto
	assert_failure
	refute_would
}

@test "the number of a partition is no identity of another size, as partitions are renumbered" {
	local way id=0a1b2c3d-06
	blank sda 8:0
	by_id sda $id
	spare sdb 8:16 "name safe" "main_id $id"
	by_id sdb usb-ours
	register $A name=safe main_id=$id main_sectors=16384 spare_id=usb-ours
	says $A complete 8:0 8:16
	auto
	would safe 8:0 8:16
	resize sda 9M
	for way in $A safe --all "--auto --all" "--auto --incremental $(dev sda)"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble --dry-run $way
		assert_failure
		refute_would
	done
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	assert_success
	# with the label, too, it is the same partition
	main sda 8:0 "name safe"
	by_id sda $id
	spare sdb 8:16 "name safe" "main_id $id" "field flags 3"
	by_id sdb usb-ours
	resize sda 9M
	auto
	assert_success
	assert_output --partial "Would activate safe: 0 16384 remap 8:0 0 8:16 5 persistent uuid $A main_id $id"
}

@test "a sealed main that was made larger is taken by its identity, and so is given by it" {
	our_set
	resize sda 9M
	says $A waiting-main - 8:16
	auto
	assert_equal "$(scanned)" "$(dev sda)"
	run dmremap assemble --dry-run --incremental "$(dev sda)"
	assert_equal "$(scanned)" "$(dev sda)"
	says $A complete 8:0 8:16
	auto
	assert_success
	would_larger
	run dmremap scan
	assert_success
	assert_line --regexp "/sda +main +safe +$A +known +label"
}

@test "a larger main with nothing but the label is for a person" {
	local way
	main sda 8:0 "name safe"
	spare sdb 8:16 "name safe" "field flags 3"
	by_id sdb usb-ours
	register $A name=safe main_id=- main_sectors=16384 spare_id=usb-ours
	resize sda 9M
	says $A waiting-main - 8:16
	for way in --all "--auto --all" "--auto --incremental $(dev sda)"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble --dry-run $way
		assert_failure 4
		refute_would
	done
	# nor if the module says so
	says $A complete 8:0 8:16
	auto
	assert_failure 4
	assert_output --partial "sda, which has 18432 sectors: its main had 16384."
	assert_output --partial "\"dmremap assemble $(dev sda) $(dev sdb)\""
	# nor is it by one who names nothing, whatever the module says
	run dmremap assemble --dry-run
	assert_failure 8
	refute_would
	says $A waiting-main - 8:16
	run dmremap assemble --dry-run
	assert_failure 4
	refute_would
	for way in "$(dev sda) $(dev sdb)" $A safe; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble --dry-run $way
		assert_success
		would safe 8:0 8:16
	done
	# a foreign set must be named by its devices
	mv "$(registered $A)" "$BATS_TEST_TMPDIR/kept"
	run dmremap assemble --dry-run safe
	assert_failure 4
	refute_would
	assert_output --partial "sda has its label, and 18432 sectors. If it was made larger, and is not a member of an array: \"dmremap assemble $(dev sda) $(dev sdb)\"."
	mv "$BATS_TEST_TMPDIR/kept" "$(registered $A)"
	# the right one, if it is there as well
	main sdc 8:32 "name safe"
	says $A conflict 8:0 8:16
	auto
	assert_success
	would safe 8:32 8:16
	run dmremap assemble --dry-run safe
	would safe 8:32 8:16
}

@test "an identity with a backslash is recorded, found and printed as it is" {
	local id='usb-a\x20b\c'
	blank sda 8:0
	spare sdb 8:16 "name safe" 'main_id usb-a\x20b\c'
	by_id sda "$id"
	by_id sdb usb-ours
	register $A name=safe "main_id=$id" main_sectors=16384 spare_id=usb-ours
	says $A waiting-main - 8:16
	run dmremap assemble --dry-run --all
	assert_equal "$(scanned)" "$(dev sda)"
	says $A complete 8:0 8:16
	run dmremap assemble --dry-run --all
	would safe 8:0 8:16
	# of another size, the table line has it for the kernel, whose words libdm escapes
	resize sda 9M
	run dmremap assemble --dry-run --all
	assert_line --partial "main_id $id"
	assert_equal "$(dmremap assemble --dry-run --json --all | jq -r '.sets[0].table' | grep -cF " main_id $id")" 1
}

@test "a larger disk with nothing that speaks for it is refused" {
	blank sda 8:0
	spare sdb 8:16 "name safe"
	resize sda 9M
	says $A waiting-main - 8:16
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	assert_failure 8
	refute_would
	assert_output --partial "neither the size nor the identity"
}

@test "a disk without an identity contradicts nothing, nor does a main_id that somebody made up" {
	blank sda 8:0
	spare sdb 8:16 "name safe" "main_id wwn-0x1"
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
	spare sdc 8:32 "name safe" "main_id shelf-3"
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

@test "a spare with the uuid of a set of ours does not name our set, nor say anything else of it" {
	our_set
	spare sdc 8:32 "name evil" "main_id wwn-0x1" "field flags 3"
	by_id sdc usb-stick
	# the name is in use: the set would stay down
	mkdir -p "$DMREMAP_ROOT/$BLOCK/dm-7/dm"
	echo evil >"$DMREMAP_ROOT/$BLOCK/dm-7/dm/name"
	echo 254:7 >"$DMREMAP_ROOT/$BLOCK/dm-7/dev"
	for state in conflict complete; do
		for spare in 8:16 8:32; do
			says $A $state 8:0 $spare evil
			auto
			assert_success
			would safe 8:0 8:16
		done
	done
	known $A name=evil state=complete main=8:0 spare=8:16 "table=0 8 remap 8:0 64 8:16 3 persistent uuid $A"
	auto
	would safe 8:0 8:16
	run dmremap assemble --dry-run safe
	would safe 8:0 8:16
	run dmremap status
	assert_output --partial "safe is complete and not active"
	refute_output --partial evil
	# a set that was renamed by another host, which this host has not recorded yet
	spare sdd 8:48 "uuid 11" "name newer"
	register $B name=older
	says $B waiting-main - 8:48 newer
	run dmremap assemble --dry-run newer
	assert_output --partial "older waits for its main"
}

# hash BYTE: what is recorded of a secret of these bytes
hash() { perl -e 'print crypt(sprintf("%02x", $ARGV[0]) x 16, "\$5\$rounds=1000\$salt")' "$1"; }

@test "a spare with the uuid and the identity of ours, but without its secret, is a copy" {
	# devices without an identity look all the same, as those do that copy a PARTUUID
	blank sda 8:0
	by_id sda wwn-0x1
	spare sdb 8:16 "name safe" "main_id wwn-0x1" "secret 7"
	spare sdc 8:32 "name evil" "main_id wwn-0x1"
	register $A name=safe main_id=wwn-0x1 "secret_hash=$(hash 7)"
	for spare in 8:16 8:32; do
		for state in conflict complete; do
			says $A $state 8:0 $spare
			auto
			assert_success
			would safe 8:0 8:16
		done
	done
	run dmremap scan
	assert_line --regexp "/dev/sdb +spare +safe +$A +known"
	assert_line --regexp "/dev/sdc +spare +evil +$A +copy"
	# as before the secret was recorded
	register $A name=safe main_id=wwn-0x1
	says $A conflict 8:0 8:32
	auto
	refute_would
	# ours is away: it is waited for
	register $A name=safe main_id=wwn-0x1 "secret_hash=$(hash 7)"
	rm "$(dev sdb)"
	rm -r "$DMREMAP_ROOT/$BLOCK/sdb" "$DMREMAP_ROOT/sys/dev/block/8:16"
	says $A complete 8:0 8:32
	auto
	assert_failure 4
	refute_would
	assert_output --partial "sdc, which has the uuid of the set, but not its secret"
	run dmremap assemble --dry-run safe
	assert_failure 8
	refute_would
	# but naming both is the user's decision
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdc)"
	assert_success
	would evil 8:0 8:32
	# a hash that cannot be one matches nothing
	register $A name=safe main_id=wwn-0x1 "secret_hash=\$5\$"
	auto
	refute_would
}

@test "the secret itself is not recorded, and its hash does not change" {
	local record before secret
	main sda 8:0 "name safe" "secret 7"
	by_id sda wwn-0x1
	spare sdb 8:16 "name safe" "secret 7" "field flags 3"
	mkdir -p "$DMREMAP_ROOT/etc"
	run dmremap clone-uuid "$(dev sda)" "$(dev sdb)"
	assert_success
	record=$(echo "$DMREMAP_ROOT"/etc/dm-remap/sets.d/*)
	before=$(grep '^secret_hash=[$]5[$]' "$record")
	# of 16 bytes, the uuid is before it
	secret=$(od -An -tx1 -j 32 -N 16 "$(dev sda)" | tr -d ' \n')
	assert_equal "secret_hash=$(perl -e 'print crypt($ARGV[0], $ARGV[1])' "$secret" "${before#*=}")" "$before"
	run ! grep -qi "$secret" "$record"
	says "${record##*/}" complete 8:0 8:16
	auto
	would safe-copy 8:0 8:16
	run dmremap set safe-copy main_id=wwn-0x1
	assert_success
	grep -qxF "$before" "$record"
}

@test "clone-uuid refuses a spare whose superblocks do not count all of its table" {
	main sda 8:0 "name safe" "secret 7"
	spare sdb 8:16 "name safe" "secret 7" "field flags 3" "fill 200" "field pages_used 1" "sb_sequence 0 8"
	cp "$(dev sda)" main.img
	cp "$(dev sdb)" spare.img
	run dmremap clone-uuid "$(dev sda)" "$(dev sdb)"
	assert_failure 8
	assert_output --partial "\"dmremap check\" says what is wrong with it"
	cmp "$(dev sda)" main.img
	cmp "$(dev sdb)" spare.img
}

@test "a sealed main is known by its label, whatever identity a device without one has" {
	local id way
	our_set
	# ours is away
	rm "$(dev sda)"
	rm -r "$DMREMAP_ROOT/$BLOCK/sda" "$DMREMAP_ROOT/sys/dev/block/8:0"
	blank sdc 8:32
	by_id sdc wwn-0x1
	says $A complete 8:32 8:16
	for way in safe $A --all "--auto --all"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble --dry-run $way
		assert_failure
		refute_would
		assert_output --partial "its main has a label, and that device has none"
	done
	run dmremap assemble --dry-run "$(dev sdc)" "$(dev sdb)"
	assert_success
	would safe 8:32 8:16
	# a label that cannot be read may be there, but not if anybody can have the identity
	FAULT_SECTORS=0-7 run faulty assemble --auto --all --dry-run
	assert_success
	would safe 8:32 8:16
	for id in 01234567-01 md-uuid-01234567:89abcdef:01234567:89abcdef dm-uuid-LVM-x; do
		spare sdd 8:48 "name safe" "main_id $id" "field flags 3" "secret 7"
		by_id sdc $id
		register $A name=safe main_id=$id
		says $A complete 8:32 8:48
		FAULT_SECTORS=0-7 run faulty assemble --auto --all --dry-run
		refute_would
		# a spare that is proven to be ours outweighs a bad sector, but not a label that is not there
		register $A name=safe main_id=$id "secret_hash=$(hash 7)"
		FAULT_SECTORS=0-7 run faulty assemble --auto --all --dry-run
		assert_success
		would safe 8:32 8:48
		auto
		refute_would
		rm "$(dev sdd)"
		rm -r "$DMREMAP_ROOT/$BLOCK/sdd" "$DMREMAP_ROOT/sys/dev/block/8:48"
	done
}

@test "two devices with the identity of an unsealed main: neither is taken, whichever has the link" {
	local id=01234567-01 number
	blank sda 8:0
	spare sdb 8:16 "name safe" "main_id $id"
	by_id sdb usb-ours
	register $A name=safe main_id=$id main_sectors=16384 spare_id=usb-ours
	mkdir -p "$DMREMAP_ROOT/dev/disk/by-partuuid"
	ln -s ../../sda "$DMREMAP_ROOT/dev/disk/by-partuuid/$id"
	says $A complete 8:0 8:16
	auto
	would safe 8:0 8:16
	# a name in either directory counts
	blank sdc 8:32
	by_id sdc $id
	for number in 8:0 8:32; do
		says $A complete $number 8:16
		auto
		assert_failure 4
		refute_would
		assert_output --partial "both have the identity of its main"
		run dmremap assemble --dry-run safe
		refute_would
	done
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	would safe 8:0 8:16
	# one that is something else by its content is no rival
	main sdd 8:48 "uuid 11"
	mv "$(dev sdd)" "$(dev sdc)"
	by_id sdc $id
	says $A complete 8:0 8:16
	auto
	would safe 8:0 8:16
}

@test "a copy that arrives activates nothing, also not a set that was stopped" {
	local copy
	our_set
	spare sdc 8:32 "name safe" "main_id wwn-0x1" "field flags 3"
	by_id sdc usb-stick
	main sdd 8:48 "name safe"
	by_id sdd usb-other
	says $A complete 8:0 8:16 safe "8:32 spare"
	mkdir -p "$DMREMAP_ROOT/run/dm-remap"
	: >"$DMREMAP_ROOT/run/dm-remap/stopped-$A"
	for copy in sdc sdd; do
		run dmremap assemble --auto --dry-run --incremental "$(dev $copy)"
		assert_success
		assert_output ""
		# the module knows it, so that status can tell of it, and no other device is offered to it
		assert_equal "$(scanned)" "$(dev $copy)"
	done
	# nor do two that agree with each other
	spare sde 8:64 "name safe" "main_id usb-other" "field flags 3"
	by_id sde usb-third
	says $A complete 8:48 8:64
	run dmremap assemble --auto --dry-run --incremental "$(dev sdd)"
	assert_success
	assert_output ""
	says $A complete 8:0 8:16 safe "8:32 spare"
	# a half of ours is a reason
	for half in sda sdb; do
		run dmremap assemble --auto --dry-run --incremental "$(dev $half)"
		assert_success
		would safe 8:0 8:16
	done
	# where the set is missed, the copy is named
	rm "$DMREMAP_ROOT/run/dm-remap/stopped-$A"
	run dmremap assemble --auto --dry-run --incremental "$(dev sdc)"
	assert_failure 4
	refute_would
	assert_output --partial "this host knows usb-ours as that half. Connect that one."
	# the spare knows of a main that has moved, which the record does not
	register $A name=safe main_id=usb-former main_sectors=16384 spare_id=usb-ours
	run dmremap assemble --auto --dry-run --incremental "$(dev sda)"
	assert_success
	would safe 8:0 8:16
	run dmremap assemble --auto --dry-run --incremental "$(dev sdd)"
	assert_failure 4
	refute_would
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
	mkdir -p "$DMREMAP_ROOT/srv"
	touch "$DMREMAP_ROOT/srv/main.img" "$DMREMAP_ROOT/srv/spare.img" mallory.img
	export FAULT_LOOP="loop0=$DMREMAP_ROOT/srv/main.img loop1=$DMREMAP_ROOT/srv/spare.img"
	run faulty assemble --auto --all --dry-run
	would safe 7:0 7:1
	# the path of a file in a mount namespace of somebody's own
	FAULT_LOOP="loop0=$DMREMAP_ROOT/srv/main.img loop1=$PWD/mallory.img" run faulty assemble --auto --all --dry-run
	assert_failure 4
	refute_would
	assert_output --partial "this host knows file:/srv/spare.img as that half"
	FAULT_LOOP="loop0=$PWD/mallory.img loop1=$DMREMAP_ROOT/srv/spare.img" run faulty assemble --auto --all --dry-run
	assert_failure 4
	refute_would
}

@test "a main without a label does not bring up a known set that the command line leaves out" {
	blank sda 8:0
	by_id sda wwn-0x1
	spare sdb 8:16 "name safe" "main_id wwn-0x1"
	register $A name=safe main_id=wwn-0x1
	says $A complete 8:0 8:16
	command_line "dm_remap.assemble=$A"
	run dmremap assemble --auto --dry-run --incremental "$(dev sda)"
	would safe 8:0 8:16
	command_line "dm_remap.assemble=$B"
	run dmremap assemble --auto --dry-run --incremental "$(dev sda)"
	assert_success
	refute_would
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

# slow_disks ID: the set of ours waits for its main, known by ID, and a stick has a dozen partitions of
# its size that do not answer
slow_disks() {
	local i
	blank sdc 8:32
	for ((i = 1; i <= 12; i++)); do
		truncate -s 8M slow$i.img
		part sdc slow$i "8:$((32 + i))"
	done
	blank sdd 8:64
	spare sdb 8:16 "name safe" "main_id $1"
	by_id sdb usb-ours
	register $A name=safe "main_id=$1" main_sectors=16384 spare_id=usb-ours
	says $A waiting-main "" 8:16
	echo device_timeout=1 >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
}

# boots STATUS WORD...: within a time that does not depend on the number of slow disks
boots() {
	local wanted=$1 began=$SECONDS
	shift
	FAULT_SLOW='/dev/slow*' LD_PRELOAD=$HELPERS/faults.so run timeout -s KILL 40 "$DMREMAP" "$@"
	assert_equal "$status" "$wanted"
	[ $((SECONDS - began)) -lt 18 ]
}

@test "slow disks of the size of a main that is away hold up the boot for no longer than one" {
	slow_disks wwn-0x1
	boots 4 assemble --auto --all --dry-run
	assert_output --partial "safe waits for its main, a device of 16384 sectors that is known as wwn-0x1."
	assert_output --partial "slow12 answers slowly, and is left out"
	# a device that could be it is named, though others do not answer
	assert_output --partial "Of that size there is"
	boots 4 assemble --auto --incremental "$(dev sdb)" --dry-run
	assert_output --partial "safe waits for its main"
	# what udev itself runs
	boots 0 assemble --auto --queue --incremental "$(dev slow3)"
	assert_output ""
}

@test "ten spares that do not answer cost one time-out together, and none of what only looks at states" {
	local i uuid began
	blank sdc 8:32
	for i in 0 1 2 3 4 5 6 7 8 9; do
		uuid="0${i}0${i}0${i}0${i}-0${i}0${i}-0${i}0${i}-0${i}0${i}-0${i}0${i}0${i}0${i}0${i}0${i}"
		printf '%s\n' "spare 1M" "main 8M" "uuid 0$i" | image slow$i
		part sdc slow$i "8:$((33 + i))"
		register "$uuid" name=set$i
		known "$uuid" name=set$i state=waiting-main main=- spare=8:$((33 + i)) generation=1 table=
	done
	echo device_timeout=3 >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	began=$SECONDS
	FAULT_SLOW='/dev/slow*' run faulty status
	assert_failure 4
	assert_equal "$(grep -c "and its spare .* does not answer" <<<"$output")" 10
	[ $((SECONDS - began)) -lt 9 ]
	began=$SECONDS
	FAULT_SLOW='/dev/slow*' run faulty status --check
	assert_failure 2
	assert_equal "${#lines[@]}" 10
	[ $((SECONDS - began)) -lt 3 ]
}

@test "a spare that does not answer is waited for once, and is not said to be none" {
	local began
	our_set
	says $A waiting-main "" 8:16
	echo device_timeout=4 >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	began=$SECONDS
	FAULT_SLOW=/sdb run faulty status
	assert_failure 4
	assert_output --partial "its spare $(dev sdb) does not answer"
	[ $((SECONDS - began)) -lt 8 ]
	# the last thing that can be said of a conflict takes a look at all devices
	says $A conflict "" 8:16
	began=$SECONDS
	FAULT_SLOW=/sdb run faulty status
	assert_failure 4
	[ $((SECONDS - began)) -lt 8 ]
}

@test "processes that are left behind are no zombies for good" {
	"$HELPERS/test-left"
}

@test "nor do they if the main is known by its PARTUUID, which has to be read" {
	slow_disks 01234567-89ab-cdef-0123-456789abcdef
	boots 4 assemble --auto --all --dry-run
	assert_output --partial "safe waits for its main"
	boots 4 assemble --auto --incremental "$(dev sdb)" --dry-run
	assert_output --partial "safe waits for its main"
	boots 0 assemble --auto --queue --incremental "$(dev slow3)"
	assert_output ""
}

@test "a PARTUUID is looked up among udev's links first" {
	slow_disks 01234567-89ab-cdef-0123-456789abcdef
	mkdir -p "$DMREMAP_ROOT/dev/disk/by-partuuid"
	ln -s ../../slow7 "$DMREMAP_ROOT/dev/disk/by-partuuid/01234567-89ab-cdef-0123-456789abcdef"
	mkdir bin
	printf '#!/bin/sh\necho "$*"\n' >bin/systemd-run
	chmod +x bin/systemd-run
	PATH=$PWD/bin:$PATH boots 0 assemble --auto --queue --incremental "$(dev slow7)"
	assert_output --partial "--incremental $(dev slow7)"
	# what it has a link for is not that of another set
	register $A name=safe "main_id=file:/srv/main" main_sectors=16384 spare_id=usb-ours
	PATH=$PWD/bin:$PATH boots 0 assemble --auto --queue --incremental "$(dev slow7)"
	assert_output ""
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
		SECONDS=0
		until [ -s waits ]; do
			[ $SECONDS -lt 60 ]
			sleep 0.1
		done
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

@test "making an initramfs warns of a set of the root that is not recorded" {
	local record=$DMREMAP_ROOT/etc/dm-remap/sets.d/$A
	mkdir -p bin "${record%/*}"
	# the set is active; whether it can be recorded is another matter
	printf '#!/bin/sh\necho %s\n' $A >bin/root-on-set
	printf '#!/bin/sh\n[ ! -e %s/record ] || cp %s/record %s\n' "$PWD" "$PWD" "$record" >bin/dmremap
	chmod +x bin/*
	sed "s|@LIBDIR@|$PWD/bin|; s|@SBINDIR@|$PWD/bin|; s|/etc/dm-remap|$DMREMAP_ROOT&|" "$TOP/tools/boot/record-root" >record-root
	run sh record-root
	assert_success
	assert_output --partial "set $A is not recorded: the next boot does not find it"
	# nor is it by what is left of a file
	echo name=safe >"$record"
	run sh record-root
	assert_output --partial "is not recorded"
	printf 'main_id=-\nspare_id=-\n' >record
	run sh record-root
	assert_output "I: dm-remap: / or /usr is on set $A, which this host did not know."
	run sh record-root
	assert_output ""
}
