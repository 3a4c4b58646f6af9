#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap scan, and the output of status, wait and assemble for sets, on images instead of
# disks. tests/guest/assemble.bats has real ones.

bats_require_minimum_version 1.5.0
load live.bash
load machine.bash

A=5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a
B=0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b

# main NAME MAJ:MIN LINE...; spare NAME MAJ:MIN LINE...: a disk, described as for mkimage
main() {
	local name=$1 number=$2
	shift 2
	printf '%s\n' label "main 8M" "$@" | image "$name"
	disk "$name" "$number"
}
spare() {
	local name=$1 number=$2
	shift 2
	printf '%s\n' "spare 1M" "main 8M" "$@" | image "$name"
	disk "$name" "$number"
}
# blank NAME MAJ:MIN [SIZE]: a disk with nothing on it
blank() {
	truncate -s "${3:-8M}" "$1.img"
	disk "$1" "$2"
}

dev() { echo "$DMREMAP_ROOT/dev/$1"; }

# udev NAME: the properties for a udev rule
udev() { run dmremap scan --udev "$(dev "$1")"; assert_success; }

# found: devices, as scan finds them
found() { dmremap scan --json 2>&1 | jq -r '.devices[].device' | sed 's,.*/,,' | paste -sd' '; }

@test "--udev tells of halves what a rule needs, and of others nothing" {
	main sda 8:0 "name safe"
	spare sdb 8:16 "uuid 11" "name other"
	spare sdc 8:32 "uuid 12"
	blank sdd 8:48
	udev sda
	assert_output "DM_REMAP_ROLE=main
DM_REMAP_UUID=$A
DM_REMAP_NAME=safe
DM_REMAP_AUTO=0"
	udev sdb
	assert_output "DM_REMAP_ROLE=spare
DM_REMAP_UUID=$B
DM_REMAP_NAME=other
DM_REMAP_AUTO=0"
	udev sdc
	assert_line DM_REMAP_NAME=dm-remap-0c0c0c0c-0c0c-0c0c-0c0c-0c0c0c0c0c0c
	udev sdd
	assert_output ""
	udev nosuch
	assert_output ""
	# for one device only
	run dmremap scan --udev
	assert_failure 16
	run dmremap scan --udev "$(dev sda)" "$(dev sdb)"
	assert_failure 16
}

@test "a name cannot become another property" {
	main sda 8:0 'name safe\nDM_REMAP_ROLE=spare\nID_FS_TYPE=x y"$'
	udev sda
	assert_equal "${#lines[@]}" 4
	assert_line 'DM_REMAP_NAME=safe\x0aDM_REMAP_ROLE=spare\x0aID_FS_TYPE=x\x20y\x22\x24'
}

@test "all halves are listed, in the order of the disks" {
	spare sdb 8:16 "name safe" "main_id wwn-1"
	main sda 8:0 "name safe"
	blank sdc 8:32
	register $A
	run dmremap scan
	assert_success
	assert_equal "${#lines[@]}" 3
	assert_line --regexp "/dev/sda main +safe $A known label\$"
	assert_line --regexp "/dev/sdb spare safe $A known superblock\$"
	run jq -c '.devices[] | [.role, .uuid, .name, .main_sectors, .main_id, .generation, .trouble]' \
		<(dmremap scan --json)
	assert_output "[\"main\",\"$A\",\"safe\",16384,null,null,null]
[\"spare\",\"$A\",\"safe\",16384,\"wwn-1\",100,null]"
	run dmremap scan "$(dev sda)"
	assert_equal "${#lines[@]}" 2
	run dmremap scan "$(dev sdc)"
	assert_success
	assert_output --partial "No device is a half"
	run dmremap scan "$(dev sda)" "$(dev sdz)"
	assert_failure 8
	assert_output --partial "sdz cannot be read: No such file"
	assert_output --partial "$A"
}

@test "devices that are not looked at" {
	local name n=0
	for name in sr0 fd0 ram1 zram0 mtdblock0 mmcblk0boot0 loop0 dm-1 dm-2 sdx sdy sdz dm-7; do
		main $name 8:$((n++))
	done
	main sde 9:0
	main loop1 9:1
	main srv 9:2
	mkdir -p "$DMREMAP_ROOT/$BLOCK"/{loop1/loop,dm-1/remap,dm-{1,2,7,8}/dm,md0/md}
	echo /x >"$DMREMAP_ROOT/$BLOCK/loop1/loop/backing_file"
	echo DMREMAP-degraded >"$DMREMAP_ROOT/$BLOCK/dm-2/dm/uuid"
	echo mpath-1 >"$DMREMAP_ROOT/$BLOCK/dm-8/dm/uuid"
	echo 1 >"$DMREMAP_ROOT/$BLOCK/dm-7/dm/suspended"
	holder sdx dm-8
	holder sdy md0
	echo 1 >"$DMREMAP_ROOT/$BLOCK/sdz/hidden"
	# in use by a set
	holder sde dm-1
	# size 0
	main sdw 9:3
	echo 0 >"$DMREMAP_ROOT/$BLOCK/sdw/size"
	# a partition of a path of a multipath, and one of a disk
	main sdx1 9:4
	mv "$DMREMAP_ROOT/$BLOCK/sdx1" "$DMREMAP_ROOT/$BLOCK/sdx/sdx1"
	ln -s sdx/sdx1 "$DMREMAP_ROOT/$BLOCK/sdx1"
	echo 1 >"$DMREMAP_ROOT/$BLOCK/sdx/sdx1/partition"
	assert_equal "$(found)" "loop1 sde srv"
}

@test "what was a half, and what only looks like one" {
	# a disk that was a spare, and has something else now
	spare sda 8:0
	printf 'something else' | dd of="$(dev sda)" conv=notrunc status=none
	# a spare whose first superblock is ruined: the other one counts
	spare sdb 8:16
	printf x | dd of="$(dev sdb)" bs=1 seek=100 conv=notrunc status=none
	# both are
	spare sdc 8:32
	printf x | dd of="$(dev sdc)" bs=1 seek=100 conv=notrunc status=none
	printf x | dd of="$(dev sdc)" bs=1 seek=$(((2048 - 8) * 512 + 100)) conv=notrunc status=none
	# a label on a disk that has shrunk, and one with a flaw
	main sdd 8:48
	truncate -s 7M "$(dev sdd)"
	main sde 8:64
	printf x | dd of="$(dev sde)" bs=1 seek=20 conv=notrunc status=none
	# a label counts, whatever is at the end
	spare sdf 8:80 "uuid 11" "spare 8M"
	printf '%s\n' label "main 8M" "uuid 11" | image label
	dd if=label.img of="$(dev sdf)" bs=512 count=1 conv=notrunc status=none
	register $A
	register $B
	run dmremap scan
	assert_failure 4
	assert_equal "${#lines[@]}" 10
	assert_line --regexp "/sdb +spare +$A +known +superblock"
	assert_line --regexp "/sdc +- .*checksum"
	assert_line --regexp "/sdd +- .*smaller than its set"
	assert_line --regexp "/sde +- .*checksum"
	assert_line --regexp "/sdf +main +$B +known +label"
	# with the command that repairs it, or the remaining steps
	assert_line --regexp "/sdc was the spare of a set .*checksum.*\"dmremap check $(dev sdc)\" .*salvage"
	assert_line --regexp "/sdd was the main of a set.*smaller than its set.*\"dmremap assemble $(dev sdd) SPARE\".*seal"
	assert_line --regexp "/sde was the main of a set.*checksum.*\"dmremap assemble $(dev sde) SPARE\".*seal"
	assert_line --regexp "/sdb has lost one of its two superblocks: .*checksum.*\"dmremap repair $(dev sdb)\""
	known $A name=safe state=waiting-main main=- spare=8:16 generation=1 table=
	run dmremap status
	assert_line --regexp "safe waits for its main.* $(dev sdb) has lost one .*\"dmremap repair $(dev sdb)\" rewrites"
	run dmremap assemble safe
	assert_failure 4
	assert_line --partial "\"dmremap repair $(dev sdb)\""
	dmremap repair --yes "$(dev sdb)" || [ $? = 1 ]
	for command in scan status "assemble safe"; do
		# shellcheck disable=SC2086 # words
		run dmremap $command
		refute_output --partial "lost one"
	done
	rm -r "$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly"
	for name in sda sdc sdd sde; do
		udev $name
		assert_output ""
	done
	run jq -c '.devices[] | select(.role == null) | .trouble | length > 0' <(dmremap scan --json)
	assert_output "true
true
true"
}

# spoilt NAME MAJ:MIN PART...: a spare with parts of its table ruined; a part is "PAGE REPLICA"
spoilt() {
	local name=$1 number=$2 part
	shift 2
	printf '%s\n' "spare 1M" "main 8M" "name safe" "fill 200" | image "$name"
	for part; do
		# shellcheck disable=SC2086 # words
		ruin "$name" noise page ${part#* } ${part% *}
	done
	disk "$name" "$number"
}

@test "damage to the table of a spare is named, and what mends it" {
	local command
	spoilt sda 8:0 "0 1"
	blank sdb 8:16
	register $A
	known $A name=safe state=complete main=8:16 spare=8:0 generation=1 \
		"table=0 16384 remap 8:16 0 8:0 3 persistent uuid $A"
	for command in scan "scan $(dev sda)" status; do
		# shellcheck disable=SC2086 # words
		run dmremap $command
		assert_line --partial "$(dev sda) has lost copies of 1 page of its table. \"dmremap repair $(dev sda)\" rewrites them"
		refute_output --partial "no usable copy"
	done
	known $A name=safe state=waiting-main main=- spare=8:0 generation=1 table=
	run dmremap assemble safe
	assert_failure 4
	assert_line --partial "\"dmremap repair $(dev sda)\""
	assert_equal "$(dmremap scan --json 2>/dev/null | jq -c '.devices[] | [.bad_pages, .lost_pages]')" "[1,0]"
	dmremap repair --yes "$(dev sda)" || [ $? = 1 ]
	run dmremap scan
	assert_success
	refute_output --partial "lost"
	# at boot no program reads it
	spoilt sdc 8:32 "0 1" "1 0" "1 1"
	known $A name=safe state=waiting-main main=- spare=8:32 generation=1 table=
	run dmremap assemble --auto --all
	refute_output --partial "page"
	run dmremap scan "$(dev sdc)"
	assert_failure 4
	assert_line --partial "lost copies of 1 page "
	assert_line --partial "no usable copy of 1 page of its table, so the set cannot be written. \"dmremap check $(dev sdc)\" says which; \"dmremap assemble --read-only safe\""
	run dmremap status
	assert_line --partial "no usable copy of 1 page"
}

@test "a spare that has become larger and lost superblock 0 is named when both devices are" {
	printf '%s\n' "spare 1M" "main 8M" "fill 5" | image sda
	truncate -s 3M sda.img
	dd if=/dev/urandom of=sda.img bs=4096 count=1 conv=notrunc status=none
	disk sda 8:0
	blank sdb 8:16
	known $A name=safe state=waiting-main main=- spare=8:0 generation=1 table=
	run dmremap assemble --dry-run "$(dev sdb)" "$(dev sda)"
	assert_failure 8
	assert_line --partial "$(dev sda) has become larger since it was last used: superblock 1 is at its former end, sector 2040."
	assert_line --partial "\"dmremap repair $(dev sda)\" rewrites its superblock 0. Then the set can be assembled."
	run dmremap repair --yes "$(dev sda)"
	assert_failure 1
	run dmremap assemble --dry-run "$(dev sdb)" "$(dev sda)"
	assert_success
	assert_output --partial "remap 8:16 0 8:0 3 persistent uuid $A"
}

@test "a main whose label is damaged is found, and taken together with its spare" {
	main sda 8:0 "name safe"
	printf x | dd of="$(dev sda)" bs=1 seek=90 conv=notrunc status=none
	# flags: the main has a label
	spare sdb 8:16 "name safe" "field flags 3"
	register $A
	known $A name=safe state=waiting-main main=- spare=8:16 generation=1 table=
	for command in status "assemble safe" "assemble $(dev sdb)"; do
		# shellcheck disable=SC2086 # words
		run dmremap $command
		assert_output --regexp "/sda has that size, and a label that cannot be used. .*\"dmremap assemble $(dev sda) $(dev sdb)\".*\"dmremap seal safe\""
	done
	# alone it is useless
	run dmremap assemble --dry-run "$(dev sda)"
	assert_failure 8
	assert_output --regexp "/sda was the main of a set, and its label cannot be used: .*\"dmremap assemble $(dev sda) SPARE\""
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	assert_success
	assert_output --partial "remap 8:0 0 8:16 3 persistent uuid $A"
	assert_output --partial "The label of $(dev sda) cannot be used: its checksum is wrong. \"dmremap seal safe\" makes a new one."
	# with the secret of another set it is another main
	printf x | dd of="$(dev sda)" bs=1 seek=32 conv=notrunc status=none
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	assert_failure 8
	refute_output --partial "Would activate"
	assert_output --partial "its main has a label"
}

@test "a sealed main is not a half any more when its first 4 KiB are zeros, as replace has it cleared" {
	main sda 8:0 "name safe"
	spare sdb 8:16 "name safe" "field flags 3"
	known $A name=safe state=waiting-main main=- spare=8:16 generation=1 table=
	udev sda
	assert_output --partial "$A"
	dd if=/dev/zero of="$(dev sda)" bs=4096 count=1 conv=notrunc status=none
	udev sda
	refute_output --partial "$A"
	assert_equal "$(wipefs --noheadings "$(dev sda)")" ""
	run dmremap assemble --dry-run "$(dev sda)" "$(dev sdb)"
	assert_failure 8
	assert_output --partial "its main has a label"
}

@test "two superblocks, of which one says that the spare is in no set: as the kernel sees them" {
	# an incomplete copy of another spare
	printf '%s\n' "spare 1M" "main 8M" "field flags 32" | image joining
	printf '%s\n' "spare 1M" "main 8M" "field flags 32" "uuid 11" | image other
	spare sda 8:0
	spare sdb 8:16
	spare sdc 8:32 "field flags 32"
	udev sda
	assert_output --partial "$A"
	# on equal sequences the first one counts
	copy_page joining.img 2040 "$(dev sda)" 2040
	udev sda
	assert_output --partial "$A"
	copy_page joining.img 0 "$(dev sdb)" 0
	udev sdb
	refute_output --partial "$A"
	# two sets are damage, though neither of the two is in use
	copy_page other.img 2040 "$(dev sdc)" 2040
	run dmremap scan "$(dev sdc)"
	assert_output --partial "they are of different sets"
}

# md1 IMAGE: make it a member of a mirror whose superblock is at the end (version 1.0); what is on
# the mirror begins where it begins
md1() {
	local at
	truncate -s +65536 "$1"
	at=$((($(stat -c %s "$1") / 512 - 16) & ~7))
	# magic, version; and at 144 its own place
	printf '\xfc\x4e\x2b\xa9\x01' | dd of="$1" bs=512 seek=$at conv=notrunc status=none
	printf %b "$(printf '\\x%02x\\x%02x' $((at & 255)) $((at >> 8)))" |
		dd of="$1" oflag=seek_bytes seek=$((at * 512 + 144)) conv=notrunc status=none
	[ "$(blkid -p -o value -s TYPE "$1")" = linux_raid_member ]
}

@test "a member of an array is not a half, though what is on the array begins there" {
	printf '%s\n' "spare 2M" "main 8M" | image sda
	md1 sda.img
	disk sda 8:0
	udev sda
	assert_output ""
	run dmremap scan
	assert_success
	assert_output --partial "No device is a half"
	# a spare that has only been enlarged is one
	printf '%s\n' "spare 1M" "main 8M" | image sdb
	truncate -s +65536 sdb.img
	disk sdb 8:16
	udev sdb
	assert_line DM_REMAP_ROLE=spare
	# the same for a main with a label
	printf '%s\n' label "main 8M" | image sdc
	md1 sdc.img
	disk sdc 8:32
	udev sdc
	assert_output ""
	run dmremap scan "$(dev sdc)"
	assert_success
	assert_output --partial "No device is a half"
	printf '%s\n' label "main 8M" | image sdd
	truncate -s +65536 sdd.img
	disk sdd 8:48
	udev sdd
	assert_line DM_REMAP_ROLE=main
}

@test "a disk that is too small for anything" {
	for size in 0 512 4096 8192; do
		blank "sd$size" "8:$size" $size
		udev "sd$size"
		assert_output ""
	done
}

@test "halves are given to the module, and nothing else" {
	spare sda 8:0
	blank sdb 8:16
	known $A name=safe state=waiting-main main=- spare=8:0 generation=1 table=
	dmremap scan >/dev/null
	assert_equal "$(scanned)" "$(dev sda)"
	# somebody has named it
	dmremap scan "$(dev sdb)" || true
	assert_equal "$(scanned)" "$(dev sdb)"
}

@test "sets that wait, and what to do" {
	spare sda 8:0 "main_id wwn-1"
	main sdb 8:16 "uuid 11"
	spare sdc 8:32 "uuid 12"
	register $A
	register $B
	register 0c0c0c0c-0c0c-0c0c-0c0c-0c0c0c0c0c0c
	known $A name=safe state=waiting-main main=- spare=8:0 generation=1 table=
	known $B name="a b" state=waiting-spare main=8:16 spare=- generation=1 table=
	known 0c0c0c0c-0c0c-0c0c-0c0c-0c0c0c0c0c0c name=c state=complete main=8:99 spare=8:32 \
		generation=1 "table=0 16384 remap 8:99 0 8:32 3 persistent uuid x"
	run dmremap status
	assert_failure 4
	assert_line --regexp "^safe +waiting-main +- .*/sda +$A\$"
	assert_line --regexp '^a\\x20b +waiting-spare .*/sdb +- '
	# its main has gone
	assert_line --regexp "^c +waiting-main +- "
	assert_line --partial "safe waits for its main, a device of 16384 sectors that is known as wwn-1. Connect it."
	assert_line --partial "\"dmremap assemble --degraded 'a\\x20b'\""
	run dmremap status safe
	refute_output --partial 'a\x20b'
	for name in "a b" 'a\x20b' "/dev/mapper/a b" '/dev/mapper/a\x20b'; do
		run dmremap status "$name"
		assert_line --regexp '^a\\x20b +waiting-spare '
		run dmremap wait --timeout 0 "$name"
		assert_line --partial 'a\x20b waits for its spare'
		run dmremap stop "$name"
		assert_failure 8
		assert_output "dmremap: $name is not active."
		run dmremap assemble "$name"
		assert_failure 4
		assert_line --partial 'a\x20b waits for its spare'
	done
	run dmremap status "a b" nosuch
	assert_failure 8
	assert_output --partial waiting-spare
	# a disk of the right size
	blank sdd 8:48
	run jq -c '.sets[] | [.name, .active, .state, .main == null, .spare == null, .remapped]' \
		<(dmremap status --json 2>/dev/null)
	assert_output "[\"a\\\\x20b\",false,\"waiting-spare\",false,true,null]
[\"c\",false,\"waiting-main\",true,false,null]
[\"safe\",false,\"waiting-main\",true,false,null]"
	run dmremap wait safe --timeout 0
	assert_failure 4
	assert_output --partial "dmremap assemble $(dev sdd) $(dev sda)"
	run dmremap assemble safe
	assert_failure 4
	run dmremap assemble --all
	assert_failure 4
	run dmremap assemble nosuch
	assert_failure 8
}

@test "what to do about a set is whole, however long its name is and however many copies there are" {
	local i
	register $A
	spare sda 8:0
	for i in {1..20}; do
		cp "$(dev sda)" "sd1$i.img"
		disk "sd1$i" "65:$i"
	done
	known $A "name=$(printf 'ж%.0s' {1..63})" state=conflict main=- spare=8:0 generation=1 table=
	LC_ALL=C run dmremap status
	assert_failure 4
	assert_line --partial " and 17 more all say that they are its spare. Disconnect the copy "
	assert_line --regexp 'set up multipath\.$'
	run dmremap wait --timeout 0 $A
	assert_line --regexp 'set up multipath\.$'
}

@test "what a spare says of its main does nothing to a terminal" {
	register $A
	spare sda 8:0 $'main_id \e[2Jx\a'
	known $A name=safe state=waiting-main main=- spare=8:0 generation=1 table=
	run dmremap status
	assert_failure 4
	assert_line --partial 'that is known as \x1b\x5b2Jx\x07. Connect it.'
}

@test "devices that are active" {
	local dir=$DMREMAP_ROOT/$BLOCK/dm-3
	active r
	spare sda 8:33
	there sdb 8:16
	run dmremap status
	assert_success
	assert_line --regexp "^r +degraded +.*/sdb +.*/sda +1102 of 4096 +0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\$"
	# udev has not made its node yet
	run dmremap wait r --timeout 0
	assert_failure 4
	assert_output --partial "there is no /dev/mapper/r"
	mkdir -p "$DMREMAP_ROOT/dev/mapper"
	touch "$DMREMAP_ROOT/dev/mapper/r"
	run dmremap wait r
	assert_success
	run dmremap wait 0F1E2D3C-4b5a-6978-8796-a5b4c3d2e1f0
	assert_success
	run dmremap stop --all --dry-run
	assert_output "Would remove r."
	run dmremap stop --json --dry-run r
	assert_success
	assert_equal "$(jq -c . <<<"$output")" \
		'{"devices":[{"name":"r","uuid":"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0","in_use":null,"removed":false}]}'
	run --separate-stderr dmremap stop --json --dry-run other
	assert_failure 8
	assert_equal "$(jq -c . <<<"$output")" '{"devices":[]}'
	# it has no table yet
	echo 0 >"$dir/size"
	run dmremap wait r --timeout 0
	assert_failure 4
}

# a device of device-mapper that is not of dm-remap
other_dm() {
	local dir=$DMREMAP_ROOT/$BLOCK/dm-7
	mkdir -p "$dir/dm" "$DMREMAP_ROOT/sys/dev/block"
	echo 254:7 >"$dir/dev"
	echo 100 >"$dir/size"
	printf 'DEVNAME=dm-7\nDEVTYPE=disk\n' >"$dir/uevent"
	echo "$1" >"$dir/dm/name"
	echo >"$dir/dm/uuid"
	ln -s ../../class/block/dm-7 "$DMREMAP_ROOT/sys/dev/block/254:7"
}

@test "a name that looks like an option, and one that is taken" {
	other_dm -x
	run dmremap stop -x
	assert_failure 16
	assert_line 'dmremap: If you mean the device -x: "/dev/mapper/-x".'
	for name in /dev/mapper/-x "-- -x"; do
		# shellcheck disable=SC2086 # words
		run dmremap stop $name
		assert_failure 8
		assert_output "dmremap: ${name#-- } is not a dm-remap device. \"dmsetup remove\" removes others."
	done
	run dmremap stop -y
	refute_output --partial "If you mean"
	# a person knows devices by their nodes
	local dir=$DMREMAP_ROOT/$BLOCK/dm-3
	device r
	mkdir -p "$dir"/{dm,remap}
	echo 254:3 >"$dir/dev"
	echo 100 >"$dir/size"
	echo r >"$dir/dm/name"
	echo >"$dir/dm/uuid"
	run dmremap rename r -- -x
	assert_failure 8
	assert_output "dmremap: There is a device -x already: $(dev dm-7)."
}

@test "a main that is active without its spare is shown" {
	local dir=$DMREMAP_ROOT/$BLOCK/dm-3
	mkdir -p "$dir"/{dm,slaves/sda}
	there sda 8:16
	echo 254:3 >"$dir/dev"
	echo 100 >"$dir/size"
	echo 1 >"$dir/ro"
	echo old >"$dir/dm/name"
	echo DMREMAP-degraded-8:16 >"$dir/dm/uuid"
	run dmremap status old
	assert_failure 4
	assert_line --regexp '^old +without-spare +[^ ]*/dev/sda +- '
	assert_line --regexp '^  main +[^ ]*/dev/sda, '
}

@test "a device of device-mapper is shown by its name, if it has a node of that name" {
	device r
	active r
	other_dm vg0-spare
	set_to r config/spare/device 254:7
	there sda 8:16
	run dmremap status
	assert_line --regexp '^r .*/dev/dm-7 '
	mkdir -p "$DMREMAP_ROOT/dev/mapper"
	: >"$DMREMAP_ROOT/dev/mapper/vg0-spare"
	run dmremap status
	assert_line --regexp '^r .*/dev/mapper/vg0-spare '
}

# active_set NAME UUID: a device dm-7
active_set() {
	local dir=$DMREMAP_ROOT/$BLOCK/dm-7
	blank dm-7 254:7
	mkdir -p "$dir"/{dm,remap}
	echo "$1" >"$dir/dm/name"
	echo "DMREMAP-$2" >"$dir/dm/uuid"
	echo 0 >"$dir/dm/suspended"
	mkdir -p "$DMREMAP_ROOT/dev/mapper"
	ln -s ../dm-7 "$DMREMAP_ROOT/dev/mapper/$1"
}

@test "a set does not get the name of another one that this host knows" {
	active_set r $A
	register $A name=r
	register $B name='other\x20one'
	run dmremap rename r "other one"
	assert_failure 8
	assert_output --partial "other\\x20one is the name of set $B"
	assert_output --partial "dmremap assemble --name OTHER $B"
	main sda 8:0 "uuid 11"
	spare sdb 8:16 "uuid 11"
	register $A name=r
	register $B name=safe
	known $B name=safe state=complete main=8:0 spare=8:16 generation=1 table="0 16384 remap 8:0 0 8:16 3 persistent uuid $B"
	rm -r "$DMREMAP_ROOT/$BLOCK/dm-7"
	run dmremap assemble --dry-run --name r $B
	assert_failure 8
	assert_output --partial "r is the name of set $A"
	run dmremap assemble --dry-run --name s $B
	assert_success
	# without an identity it could be what an interrupted run has noted
	register $A name=r main_id=wwn-0x5000c500a1b2c3d4
	run dmremap clone-uuid --name r "$(dev sda)" "$(dev sdb)"
	assert_failure 8
	assert_output --partial "r is the name of set $A"
}

@test "a disk with the content of a set that is not its main is named until it is cleared" {
	local key
	active_set r $A
	blank sdc 8:32
	blank sdd 8:48
	mkswap -q -U $B "$(dev dm-7)"
	cp "$(dev dm-7)" "$(dev sdc)"
	cp "$(dev dm-7)" "$(dev sdd)"
	by_id sdc wwn-0x5000c500a1b2c3d4
	by_id sdd wwn-0x5000c500a1b2c3d5
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/r"
	for key in next_main_id copy_id; do
		register $A name=r main_id=wwn-0x5000c500a1b2c3d0 $key=wwn-0x5000c500a1b2c3d4
		for command in status scan; do
			run dmremap $command
			assert_line --partial "$(dev sdc) has the content of r, and the same UUIDs, but is not its main"
			assert_line --partial "\"wipefs -a $(dev sdc)\""
			refute_output --partial "$(dev sdd)"
			[ $key != next_main_id ] || assert_line --partial "\"dmremap replace --force r $(dev sdc)\""
		done
	done
	# the set is on the other one, which is not noted yet
	register $A name=r main_id=wwn-0x5000c500a1b2c3d4 next_main_id=wwn-0x5000c500a1b2c3d0
	run dmremap status
	assert_line --partial "$(dev sdc) has the content of r"
	refute_output --partial "replace --force"
	# never the main in use, whatever is written down
	holder sdc dm-7
	for key in next_main_id copy_id; do
		register $A name=r main_id=wwn-0x5000c500a1b2c3d5 $key=wwn-0x5000c500a1b2c3d4
		run dmremap status
		refute_output --partial "$(dev sdc)"
	done
	rm "$DMREMAP_ROOT/$BLOCK/sdc/holders/dm-7"
	run dmremap status
	assert_line --partial "$(dev sdc) has the content of r"
	# on it is something else now, or nothing
	mkswap -q -U $A "$(dev sdc)"
	run dmremap status
	refute_output --partial "the same UUIDs"
	cp "$(dev dm-7)" "$(dev sdc)"
	wipefs -qa "$(dev sdc)"
	run dmremap status
	refute_output --partial "the same UUIDs"
	# without an identity each of those is looked at that has none
	rm -r "$DMREMAP_ROOT/dev/disk"
	register $A name=r main_id=- spare_id=- copy_id=-
	run dmremap status
	assert_line --partial "$(dev sdd) has the content of r"
	# and it is not forgotten when the set is written down again
	blank sde 8:64
	echo 8:32 >"$DMREMAP_ROOT/sys/kernel/config/dm-remap/r/main"
	mkdir -p "$DMREMAP_ROOT"/sys/kernel/config/{dm-remap/r/spare,dm-remap-reassembly/sets}
	: >"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/scan"
	echo 8:64 >"$DMREMAP_ROOT/sys/kernel/config/dm-remap/r/spare/device"
	run dmremap assemble r
	assert_success
	assert_equal "$(grep -v sectors "$(registered $A)")" $'name=r\nmain_id=-\nspare_id=-\ncopy_id=-'
}

@test "the record of an active set gets the hash of its secret, and keeps it" {
	local record first
	active_set r $A
	blank sdc 8:32
	spare sde 8:64 "secret 7"
	mkdir -p "$DMREMAP_ROOT"/sys/kernel/config/{dm-remap/r/spare,dm-remap-reassembly/sets}
	: >"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/scan"
	echo 8:32 >"$DMREMAP_ROOT/sys/kernel/config/dm-remap/r/main"
	echo 8:64 >"$DMREMAP_ROOT/sys/kernel/config/dm-remap/r/spare/device"
	record=$(registered $A)
	register $A name=r colour=red
	run dmremap assemble r
	assert_success
	first=$(cat "$record")
	run perl -ne 'print "found" if /^secret_hash=(.*)/ && crypt("07" x 16, $1) eq $1' "$record"
	assert_output found
	grep -qx colour=red "$record"
	# the same secret has the same hash, as long as it is recorded
	run dmremap assemble r
	assert_success
	assert_equal "$(cat "$record")" "$first"
	# a spare that cannot be read says nothing else
	FAULT_SECTORS="0-7 2040-2047" run faulty assemble r
	assert_success
	assert_equal "$(grep ^secret_hash "$record")" "$(grep ^secret_hash <<<"$first")"
	# another secret
	rm "$(dev sde)"
	printf '%s\n' "spare 1M" "main 8M" "secret 8" | image sde
	mv sde.img "$(dev sde)"
	run dmremap assemble r
	assert_success
	run perl -ne 'print "found" if /^secret_hash=(.*)/ && crypt("08" x 16, $1) eq $1' "$record"
	assert_output found
}

# member NAME UUID: an md member on a disk, of one array with all others, with a UUID of its own
member() {
	python3 - "$(dev "$1")" "$2" <<-'EOF'
		import struct, sys, uuid
		sb = bytearray(256)
		struct.pack_into("<II", sb, 0, 0xa92b4efc, 1)
		sb[16:32] = bytes(range(1, 17))
		struct.pack_into("<iIQIi", sb, 72, 1, 0, 8192, 0, 2)
		struct.pack_into("<QQQ", sb, 128, 2048, 8192, 8)
		sb[168:184] = uuid.UUID(sys.argv[2]).bytes
		words = struct.unpack("<64I", sb)
		total = sum(words)
		struct.pack_into("<I", sb, 216, ((total & 0xffffffff) + (total >> 32)) & 0xffffffff)
		file = open(sys.argv[1], "r+b")
		file.seek(4096)
		file.write(sb)
	EOF
}

@test "an initramfs that is made during a replacement has the record of both disks" {
	local record key
	active_set r $A
	blank sdc 8:32
	spare sde 8:64
	mkdir -p "$DMREMAP_ROOT"/sys/kernel/config/{dm-remap/r/spare,dm-remap-reassembly/sets}
	: >"$DMREMAP_ROOT/sys/kernel/config/dm-remap-reassembly/scan"
	echo 8:32 >"$DMREMAP_ROOT/sys/kernel/config/dm-remap/r/main"
	echo 8:64 >"$DMREMAP_ROOT/sys/kernel/config/dm-remap/r/spare/device"
	record=$(registered $A)
	for key in next_main_id next_spare_id; do
		register $A name=r "$key=wwn-2"
		cp "$record" before
		DM_REMAP_INITRAMFS_HOOK=1 run dmremap assemble $A
		assert_success
		cmp "$record" before
		# at any other time the set shows which of the two it is
		run dmremap assemble $A
		assert_success
		run grep next_ "$record"
		assert_failure
	done
}

@test "a disk that is another member of what is on a set is not named as a copy of it" {
	active_set r $A
	blank sdc 8:32
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/r"
	register $A name=r main_id=- copy_id=-
	member dm-7 $A
	member sdc $B
	assert_equal "$(blkid -p -o value -s UUID "$(dev sdc)")" "$(blkid -p -o value -s UUID "$(dev dm-7)")"
	for command in status scan; do
		run dmremap $command
		refute_output --partial "the same UUIDs"
	done
	member sdc $A
	run dmremap status
	assert_line --partial "\"wipefs -a $(dev sdc)\""
}

@test "a copy that is mounted in the place of the set is not to be cleared yet" {
	local number
	active_set r $A
	blank sdc 8:32
	blank sdc1 8:33
	mv "$DMREMAP_ROOT/$BLOCK/sdc1" "$DMREMAP_ROOT/$BLOCK/sdc/sdc1"
	echo 1 >"$DMREMAP_ROOT/$BLOCK/sdc/sdc1/partition"
	ln -s sdc/sdc1 "$DMREMAP_ROOT/$BLOCK/sdc1"
	mkswap -q -U $B "$(dev dm-7)"
	cp "$(dev dm-7)" "$(dev sdc)"
	by_id sdc wwn-0x5000c500a1b2c3d4
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/r" "$DMREMAP_ROOT/proc/self"
	register $A name=r main_id=wwn-0x5000c500a1b2c3d0 copy_id=wwn-0x5000c500a1b2c3d4
	for number in 8:32 8:33; do
		echo "36 35 $number / /srv rw - ext4 /dev/nosuch rw" >"$DMREMAP_ROOT/proc/self/mountinfo"
		run dmremap status
		assert_line --partial "is in use in its place: it is mounted on /srv"
		refute_output --partial "wipefs"
	done
	: >"$DMREMAP_ROOT/proc/self/mountinfo"
	run dmremap status
	assert_line --partial "\"wipefs -a $(dev sdc)\""
}

@test "what looks at sets again and again reads no disks" {
	active_set r $A
	blank sdc 8:32
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/r" "$DMREMAP_ROOT/etc/dm-remap"
	echo ok >"$DMREMAP_ROOT/sys/kernel/config/dm-remap/r/state"
	mkswap -q -U $B "$(dev dm-7)"
	register $A name=r main_id=wwn-0x5000c500a1b2c3d0 copy_id=wwn-0x5000c500a1b2c3d4
	# it does not answer
	rm "$(dev sdc)"
	mkfifo "$(dev sdc)"
	run timeout 10 "$DMREMAP" status --check
	assert_success
	mkdir -p "$DMREMAP_ROOT"/{run,var/lib}
	run timeout 10 "$DMREMAP" monitor --once
	assert_success
	# for a person, up to the limit
	echo device_timeout=1 >"$DMREMAP_ROOT/etc/dm-remap/dm-remap.conf"
	run timeout 20 "$DMREMAP" status
	assert_success
	assert_line --regexp "^r +ok"
	# the process that is left waiting for it
	exec {fifo}<>"$(dev sdc)"
	sleep 0.5
	exec {fifo}>&-
}

@test "a set that is suspended is named, with the way out" {
	active_set r $A
	register $A name=r
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/r"
	run dmremap status
	refute_output --partial "is suspended"
	echo 1 >"$DMREMAP_ROOT/$BLOCK/dm-7/dm/suspended"
	run dmremap status
	assert_output --partial '"dmsetup resume r"'
	assert_equal "$(dmremap status --json 2>&1 | jq -r '.sets[0].message // empty' | grep -c 'dmsetup resume r')" 1
}

@test "a command that is printed can be pasted into a shell, whatever its names are" {
	local command name='\xd0\xb6\xd1\x83\xd0\xba'
	# pasted STATUS COMMAND...: the words of the command that is printed, one on each line
	pasted() {
		run "${@:2}"
		assert_failure "$1"
		command=$(sed -nE "s/.*\"(dm(setup|remap) [^\"]* [^\"]*)\".*/\1/p" <<<"$output" | tail -1)
		eval "printf '%s\\n' $command"
	}
	active_set "$name" $A
	register $A "name=$name"
	mkdir -p "$DMREMAP_ROOT/sys/kernel/config/dm-remap/$name"
	echo 1 >"$DMREMAP_ROOT/$BLOCK/dm-7/dm/suspended"
	assert_equal "$(pasted 4 dmremap status)" "$(printf '%s\n' dmsetup resume "$name")"
	echo 0 >"$DMREMAP_ROOT/$BLOCK/dm-7/dm/suspended"
	# a path with a space, a quote and a dollar
	image good <<<"fill 5"
	cp good.img "a \$1 'b'.img"
	copy_page /dev/zero 0 "a \$1 'b'.img" 0
	assert_equal "$(pasted 4 dmremap check "a \$1 'b'.img")" "$(printf '%s\n' dmremap repair "a \$1 'b'.img")"
}

@test "tables keep their columns with names in any language" {
	spare sda 8:0 "uuid 11"
	register $B
	known $A name=größe state=waiting-main main=- spare=8:16 generation=1 table=
	known $B name=数据 state=waiting-main main=- spare=8:0 generation=1 table=
	for locale in C C.UTF-8; do
		LC_ALL=$locale dmremap status >table 2>errors || :
		assert_equal "$(wc -l <table)" 3
		# the columns before STATE have the same width in each line
		assert_equal "$(sed -E 's/(STATE|waiting-main).*//' table | while IFS= read -r before; do
			LC_ALL=C.UTF-8 wc -L <<<"$before"
		done | sort -u | wc -l)" 1
	done
	# letters are shown where the locale has them, and nothing else is decoded
	grep "^größe " table
	grep "^数据 " table
	known $A name=$'a\xe2\x80\xaeb\xc3\x1b' state=waiting-main main=- spare=8:16 generation=1 table=
	LC_ALL=C.UTF-8 run dmremap status
	assert_line --partial 'a\xe2\x80\xaeb\xc3\x1b '
	assert_line --partial 数据
	LC_ALL=C run dmremap status
	assert_line --partial '\xe6\x95\xb0\xe6\x8d\xae waiting-main'
}

@test "the device of a set is the main of another one if both are named" {
	local dir=$DMREMAP_ROOT/$BLOCK/dm-3
	blank dm-3 254:3
	mkdir -p "$dir"/{dm,remap}
	echo lower >"$dir/dm/name"
	echo DMREMAP-$B >"$dir/dm/uuid"
	spare sda 8:0
	register $A
	known $A name=upper state=waiting-main main=- spare=8:0 generation=1 table=
	run dmremap assemble --dry-run upper
	assert_failure 4
	run dmremap assemble --dry-run "$(dev dm-3)" "$(dev sda)"
	assert_success
	assert_output --partial "remap 254:3 0 8:0 3 persistent uuid $A"
	# there is no node: these are not below the root of the test
	run dmremap assemble --dry-run /dev/mapper/lower "$(dev sda)"
	assert_output --regexp "^dmremap: /dev/mapper/lower .*No such file"
	run dmremap assemble --dry-run /dev/mapper/upper /dev/mapper/nosuch
	refute_output --partial "No such file"
}

@test "a set whose disks have another content by now is named in what is said of it" {
	blank sda 8:0
	blank sdb 8:16
	known $A name=r state=complete main=8:0 spare=8:16 generation=1 "table=0 16384 remap 8:0 0 8:16 3 persistent uuid $A"
	for words in r "--once r" $A; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble $words
		assert_failure 4
		assert_line "dmremap: r: its halves have changed since the module saw them. Run \"dmremap scan\"."
	done
	[ "$(scanned)" = "$(dev sda)" ]
}

@test "what does not go together" {
	for arguments in "--all --incremental x" "--all x" "--name x --all" "--name x a b" "a /b" \
		"--degraded" "--degraded a b" "--degraded --all" "--incremental" "--queue --all"; do
		# shellcheck disable=SC2086 # words
		run dmremap assemble $arguments
		assert_failure 16
	done
	for arguments in "" "--all x"; do
		# shellcheck disable=SC2086 # words
		run dmremap stop $arguments
		assert_failure 16
	done
}
