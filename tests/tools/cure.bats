#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap cure and files, as far as they need no kernel: the description of a sector, files, and wrong usage.
# tests/guest/weak.bats has the rest.

load volume.bash

# smartctl, which counts differently the second time
a_smartctl() {
	mkdir -p bin
	cat >bin/smartctl <<-'END'
		#!/bin/sh
		n=8; [ ! -e asked ] || n=7; : >asked
		echo '{"json_format_version":[1,0],"smartctl":{"version":[7,3],"exit_status":0},
			"ata_smart_attributes":{"table":[
			{"id":5,"name":"Reallocated_Sector_Ct","value":100,"thresh":10,"raw":{"value":'$((108 - n))',"string":"'$((108 - n))'"}},
			{"id":197,"name":"Current_Pending_Sector","value":100,"thresh":0,"raw":{"value":'$n',"string":"'$n'"}}]}}'
	END
	chmod +x bin/smartctl
	PATH=$PWD/bin:$PATH
}

a_disk() {
	SB=$DMREMAP_ROOT/dev/sdb
	mkdir -p "$DMREMAP_ROOT/dev"
	head -c 65536 /dev/zero | tr '\0' x >"$SB"
	disk size 128
	disk queue/physical_block_size 4096
}

@test "a sector that can be read is left alone, whatever is asked for" {
	a_disk
	run dmremap cure "$SB" --sector 17 --overwrite --yes
	assert_success
	assert_output "Sector 17 of $SB.
It can be read, and nothing is written.
On $SB: the file is not known: no file system is known there."
	[ "$(tr -d x <"$SB" | wc -c)" = 0 ]
	run dmremap cure "$SB" --sector 128
	assert_failure 8
	assert_output "dmremap: Sector 128 is beyond the end of $SB, which has 128 sectors."
	run dmremap cure "$SB.not" --sector 0
	assert_failure 8
}

@test "the whole physical sector is written, and SMART is told before and after" {
	a_disk
	a_smartctl
	export FAULT_SECTORS="18-18"
	run faulty cure "$SB" --sector 17
	assert_failure 4
	assert_output --partial "writes zeros over its 4096 bytes"
	[ "$(tr -d x <"$SB" | wc -c)" = 0 ]
	run faulty cure "$SB" --sector 17 --overwrite </dev/null
	assert_failure 8
	[ "$(tr -d x <"$SB" | wc -c)" = 0 ]
	rm asked
	# it still cannot be read: this disk does not replace it
	run faulty cure "$SB" --sector 17 --overwrite --yes
	assert_failure 4
	assert_line "SMART before: 8 pending, 100 replaced."
	assert_line "SMART after: 7 pending, 101 replaced."
	assert_output --partial "cannot write the sector"
	[ "$(tr -d x <"$SB" | wc -c)" = 4096 ]
	[ "$(head -c 12288 "$SB" | tail -c 4096 | tr -d '\0' | wc -c)" = 0 ]
}

@test "physical sectors begin where the device says, and nothing beside the bad one is written" {
	a_disk
	# overwritten FIRST LAST SECTOR DEVICE: only these sectors have zeros, whichever of them is named
	overwritten() {
		head -c 65536 /dev/zero | tr '\0' x >"$4"
		FAULT_SECTORS="$1-$2" run faulty cure "$4" --sector "$3" --overwrite --yes
		assert_failure 4
		{
			head -c $(($1 * 512)) /dev/zero | tr '\0' x
			head -c $((($2 - $1 + 1) * 512)) /dev/zero
			head -c $((65536 - ($2 + 1) * 512)) /dev/zero | tr '\0' x
		} | cmp - "$4"
	}
	# a disk that shifts them, so that the last one ends beyond it
	disk alignment_offset 3584
	overwritten 0 6 6 "$SB"
	overwritten 7 14 7 "$SB"
	overwritten 7 14 14 "$SB"
	overwritten 127 127 127 "$SB"
	# a partition that begins within one
	disk alignment_offset 0
	partition 63 128
	echo 512 >"$DISK/sdb1/alignment_offset"
	overwritten 9 16 9 "$DMREMAP_ROOT/dev/sdb1"
	overwritten 9 16 16 "$DMREMAP_ROOT/dev/sdb1"
	overwritten 0 0 0 "$DMREMAP_ROOT/dev/sdb1"
	overwritten 121 127 125 "$DMREMAP_ROOT/dev/sdb1"
	# it does not know
	echo -1 >"$DISK/sdb1/alignment_offset"
	overwritten 8 15 9 "$DMREMAP_ROOT/dev/sdb1"
}

@test "where it is" {
	a_disk
	partition 32 96
	mkdir -p "$DMREMAP_ROOT/sys/devices/sdb/sdb1"
	cp "$SB" "$DMREMAP_ROOT/dev/sdb1"
	run dmremap cure "$SB" --sector 40
	assert_success
	assert_line --partial "Sector 40 of $SB is sector 8 of "
	run dmremap cure "$SB" --sector 31
	assert_line "Sector 31 of $SB."
}

@test "the file that a sector belongs to is named" {
	local at gap
	a_disk
	disk queue/physical_block_size 1024
	mkdir -p files/sub bin
	head -c 20000 /dev/urandom >files/sub/one
	head -c 4194304 /dev/zero >"$DMREMAP_ROOT/dev/sdb1"
	mkfs.ext4 -q -b 1024 -d files "$DMREMAP_ROOT/dev/sdb1"
	partition 33 8192
	head -c $((33 * 512)) /dev/zero | cat - "$DMREMAP_ROOT/dev/sdb1" >"$SB"
	disk size 8225
	at=$(debugfs -R "blocks /sub/one" "$DMREMAP_ROOT/dev/sdb1" 2>/dev/null | awk '{ print $2 * 2 }')
	# the partition begins within a physical sector: this one has the end of one block, and the
	# start of the next
	FAULT_SECTORS="$((at + 33))-$((at + 33))" run faulty cure "$SB" --sector $((at + 33))
	assert_failure 4
	assert_line --index 0 --partial "Sector $((at + 33)) of $SB is sector $at of $DMREMAP_ROOT/dev/sdb1"
	assert_line --index 1 --partial "It cannot be read: "
	assert_line --index 2 "On $DMREMAP_ROOT/dev/sdb1 (ext4): the file /sub/one."
	FAULT_SECTORS="$((at + 33))-$((at + 33))" run faulty cure "$SB" --sector $((at + 33)) --overwrite --yes
	assert_line "On $DMREMAP_ROOT/dev/sdb1 (ext4): the file /sub/one."
	# what can be read, and what no file has
	gap=$(debugfs -R "ffb 1 3000" "$DMREMAP_ROOT/dev/sdb1" 2>/dev/null | awk '{ print $NF * 2 }')
	run dmremap cure "$SB" --sector $((gap + 35))
	assert_success
	assert_line --partial "On $DMREMAP_ROOT/dev/sdb1 (ext4): free space."
	run dmremap cure "$SB" --sector 3
	assert_success
	assert_line "On $SB: the file is not known: no file system is known there."
	# without the program that can tell
	PATH=$PWD/bin run "$DMREMAP" cure "$SB" --sector $((at + 33))
	assert_success
	assert_line --partial "the file is not known: debugfs is not installed"
}

# a_set SECTORS: the set is an image, which a file system can be made on
a_set() {
	local set=$DMREMAP_ROOT/sys/devices/set
	mkdir -p "$set" "$DMREMAP_ROOT/dev"
	IMAGE=$DMREMAP_ROOT/dev/set
	truncate -s $(($1 * 512)) "$IMAGE"
	ln -s ../../devices/set "$DMREMAP_ROOT/sys/dev/block/0:0"
	echo 0:0 >"$set/dev"
	echo DEVNAME=set >"$set/uevent"
	echo "$1" >"$set/size"
}

# pending SECTORS START...: such blocks are pending
pending() {
	local sectors=$1
	shift
	block_size $((sectors * 512))
	mapfile -t lines < <(printf "%d $sectors\n" "$@" | sort -n | awk '{ print $1, $1, $2, "pending 0x0 0x0" }')
	remapped "${lines[@]}"
}

# counted PROGRAM COMMAND...: the first argument of each run of this program goes to "asked"
counted() {
	local real
	real=$(type -P "$1")
	mkdir -p bin
	# shellcheck disable=SC2016 # "$1" and "$@" are for the program
	printf '#!/bin/bash\necho "$1" >>%s\nexec %s "$@"\n' "$PWD/asked" "$real" >"bin/$1"
	chmod +x "bin/$1"
	PATH=$PWD/bin:$PATH "${@:2}"
}

# sectors FILE: of each file or other use in this JSON
sectors() {
	jq -r '.places | group_by(.path // .message)[] | "\(.[0].path // .[0].message) \(map(.sectors) | add)"' "$1"
}

@test "ext4: the files of many sectors are found in one pass" {
	a_set 16384
	mkdir files
	head -c 400000 /dev/urandom >files/one
	head -c 400000 /dev/urandom >"files/two words"
	mkfs.ext4 -q -b 1024 -d files "$IMAGE"
	# the superblock, both files, and 200 blocks that nothing uses
	# shellcheck disable=SC2046 # a number each
	pending 2 2 $({
		debugfs -R "blocks /one" "$IMAGE"
		debugfs -R 'blocks "/two words"' "$IMAGE"
		seq 6001 2 6400
	} 2>/dev/null | tr ' ' '\n' | awk 'NF { print $1 * 2 }')
	counted debugfs fake files --json safe >answer
	assert_equal "$(sectors answer)" "/one 782
/two words 782
free space 400
metadata of the file system 2"
	# an icheck, an ncheck, and the use of what is in no file
	assert_equal "$(paste -sd' ' asked)" "-R -R -f"
}

@test "xfs: the files of many sectors are found in one pass" {
	type -P mkfs.xfs xfs_db >/dev/null || skip "no xfsprogs"
	a_set 655360
	head -c 819200 /dev/urandom >one
	printf '%s\n' dummy "1 0" "d--755 0 0" "one ---644 0 0 $PWD/one" '$' >proto
	mkfs.xfs -q -b size=4096 -p proto "$IMAGE"
	first=$(xfs_db -r -c "path /one" -c "dblock 0" -c daddr "$IMAGE" | sed -n 's/current daddr is //p')
	# shellcheck disable=SC2046 # a number each
	pending 8 0 $(seq "$first" 8 $((first + 1599))) $(seq 300000 16 301599)
	counted xfs_db fake files --json safe >answer
	assert_equal "$(sectors answer)" "/one 1600
free space 800
metadata of the file system (sb) 8"
	assert_equal "$(cat asked)" "-r"
}

@test "a half of a set that is not active is not overwritten" {
	local set=0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a sets=$DMREMAP_ROOT/etc/dm-remap/sets.d command
	mkdir -p "$sets" "$DMREMAP_ROOT/dev/disk/by-id"
	ln -s ../../sdb "$DMREMAP_ROOT/dev/disk/by-id/wwn-1"
	SB=$DMREMAP_ROOT/dev/sdb
	disk size 16384
	# refused WHAT ROLE: with and without --overwrite
	refused() {
		cp "$SB" before
		for command in "4" "8 --overwrite --yes"; do
			# shellcheck disable=SC2086 # words
			run env FAULT_SECTORS=4000-4000 LD_PRELOAD="$HELPERS/faults.so" "$DMREMAP" cure "$SB" --sector 4000 ${command#?}
			assert_failure "${command%% *}"
			assert_line "dmremap: $SB is the $2 of $1, a set that is not active, and nothing is written past it. Activate it: \"dmremap assemble $1\"."
			refute_output --partial "writes zeros"
			cmp "$SB" before
		done
	}
	printf '%s\n' "main 8M" "uuid 10" label | image half
	mv half.img "$SB"
	refused $set main
	refute_output --partial "rm /etc"
	printf '%s\n' "main 8M" "uuid 10" "spare 8M" | image half
	mv half.img "$SB"
	refused $set spare
	truncate -s 0 "$SB"
	truncate -s 8M "$SB"
	printf '%s\n' name=r main_id=- spare_id=wwn-1 >"$sets/$set"
	refused r spare
	# a main without a label, which only the record shows
	printf '%s\n' name=r main_id=wwn-1 spare_id=- >"$sets/$set"
	refused r main
	assert_line --partial "\"rm /etc/dm-remap/sets.d/$set\""
	# and the record alone does not keep the sector from being looked at
	run dmremap cure "$SB" --sector 4000
	assert_success
}

@test "wrong usage" {
	for words in "" "safe x" "safe 1+" "--overwrite safe" "--sector x safe" "--sector 1" "--json --sector 1 x"; do
		# shellcheck disable=SC2086
		run fake cure $words
		assert_failure 16
	done
}
