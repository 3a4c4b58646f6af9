#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap replace --rescue-spare, on images; and a spare that was growing when power failed.

bats_require_minimum_version 1.5.0
load lib.bash

# a_spare [LINE...]: of a main of 64 MiB, with content in its blocks
a_spare() {
	local slot
	image spare <<-EOF
		spare 1M
		map 0 10
		map 1 11 129
		pending 2 12
		map 3 9 0 0
		map 4 9 0 1
		$(printf '%s\n' "$@")
	EOF
	data=$(place spare "layout 2 [0-9]*")
	for slot in 0 1 2 3 4; do
		yes "slot $slot" | head -c 4096 |
			dd of=spare.img bs=512 seek=$((data + slot * 8)) conv=notrunc status=none
	done
	cp spare.img before.img
}

# block SECTOR: the image's content there
block() { dd if=image bs=512 skip="$1" count="${2:-8}" status=none | head -c 6; }

@test "what is on a spare, with a mapfile for the rest" {
	a_spare
	run dmremap replace --rescue-spare spare.img --image image --mapfile map
	assert_failure 4
	assert_output --partial "spare.img has 22 sectors of the main of set"
	assert_output --partial '"ddrescue MAIN image map" fills it in'
	assert_output --partial "2 sectors are lost"
	assert_output --partial "1 block is on the list"
	cmp spare.img before.img
	[ "$(stat -c %s image)" = $((64 << 20)) ]
	# sparse
	[ "$(stat -c %b image)" -lt 128 ]
	# of the two entries of block 9 the newer one counts
	[ "$(block 72)" = "slot 4" ]
	[ "$(block 80)" = "slot 0" ]
	[ -z "$(block 88 1 | tr -d '\0')" ]
	[ "$(grep -v '^#' map | tr -s ' ')" = "0x00000000 ? 1
0x00000000 0x00009000 ?
0x00009000 0x00002000 +
0x0000B000 0x00000200 -
0x0000B200 0x00000C00 +
0x0000BE00 0x00000200 -
0x0000C000 0x03FF4000 ?" ]
	# nothing is written over
	run dmremap replace --rescue-spare spare.img --image image --mapfile other
	assert_failure 8
	assert_output --partial "image already exists"
	run dmremap replace --rescue-spare spare.img --image other --mapfile map
	assert_failure 8
	[ ! -e other ]
	run dmremap replace --rescue-spare spare.img --image other
	assert_failure 16
	run dmremap replace --rescue-spare map --image other --mapfile another
	assert_failure 8
	[ ! -e other ]
}

@test "positions are those of the main, and what cannot be read is lost" {
	a_spare "main_start 2048"
	FAULT_SECTORS=$((data + 32))-$((data + 32)) run faulty replace --rescue-spare spare.img \
		--image image --mapfile map
	assert_failure 4
	assert_output --partial "3 sectors are lost"
	[ "$(block $((2048 + 80)))" = "slot 0" ]
	[ "$(grep -v '^#' map | tr -s ' ' | sed -n 2,4p)" = "0x00000000 0x00109000 ?
0x00109000 0x00000200 -
0x00109200 0x00001E00 +" ]
}

@test "a spare that was growing: superblock 1 at the new end counts" {
	image small <<-EOF
		spare 1M
		fill 5 100
		field sequence 5
	EOF
	image large <<-EOF
		spare 1300K
		fill 5 100
		field sequence 6
	EOF
	# the growth has moved superblock 1, and power failed before superblock 0
	cp large.img grown.img
	copy_page small.img 0 grown.img 0
	copy_page large.img "$(sed -n 's/^sb 1 //p' large.places)" grown.img \
		"$(sed -n 's/^sb 1 //p' large.places)"
	run dmremap check grown.img
	assert_failure 4
	assert_output --partial "older"
	run dmremap repair --yes grown.img
	assert_failure 1
	run dmremap check grown.img
	assert_success
	run dmremap dump --json grown.img
	assert_output --partial '"spare_sectors": 2600'
}

@test "a growth that was undone although superblock 0 records it: superblock 1 where it was counts" {
	image small <<-EOF
		spare 1M
		fill 5 100
		field sequence 7
	EOF
	image large <<-EOF
		spare 1300K
		fill 4 100
		field sequence 6
		field former_spare_sectors 2048
		field flags 128
	EOF
	cp small.img undone.img
	truncate -s 1300K undone.img
	copy_page large.img 0 undone.img 0
	run dmremap check undone.img
	assert_failure 4
	assert_output --partial "older"
	run dmremap dump --json undone.img
	assert_output --partial '"spare_sectors": 2048'
	# one of a later version at the new end is not passed over
	image later <<-EOF
		spare 1300K
		fill 4 100
		field sequence 8
		field incompat 4096
	EOF
	cp undone.img newer.img
	copy_page later.img "$(sed -n 's/^sb 1 //p' later.places)" newer.img \
		"$(sed -n 's/^sb 1 //p' later.places)"
	run dmremap dump --json newer.img
	refute_output --partial '"spare_sectors": 2048'
	run dmremap check newer.img
	refute_output --partial "older"
	# what the growth wrote at the new end could not be erased, with and without superblock 0
	cp undone.img kept.img
	copy_page large.img "$(sed -n 's/^sb 1 //p' large.places)" kept.img \
		"$(sed -n 's/^sb 1 //p' large.places)"
	run dmremap dump --json kept.img
	assert_output --partial '"spare_sectors": 2048'
	copy_page small.img 0 kept.img 0
	run dmremap dump --json kept.img
	assert_output --partial '"spare_sectors": 2048'
	copy_page /dev/zero 0 kept.img 0
	run dmremap dump --json kept.img
	assert_output --partial '"spare_sectors": 2048'
	run dmremap repair --yes undone.img
	assert_failure 1
	run dmremap check undone.img
	assert_success
	run dmremap dump undone.img
	assert_output --regexp "4 mapped +832 "
	# an older one there is left over from a growth that has been completed
	copy_page large.img 0 undone.img 0
	image small <<-EOF
		spare 1M
		fill 5 100
		field sequence 5
	EOF
	copy_page small.img 2040 undone.img 2040
	run dmremap dump --json undone.img
	assert_output --partial '"spare_sectors": 2600'
}

# in_doubt: what is on the spare may not be all, or not the newest
in_doubt() {
	rm -f image map
	run dmremap replace --rescue-spare spare.img --image image --mapfile map
	assert_failure 4
	assert_output --partial "Blocks may be missing from image, or be older there"
	refute_output --partial "The rest was only on the main"
}

@test "a spare whose superblocks or table cannot be taken at their word: blocks may be missing" {
	# sound
	printf '%s\n' "spare 1M" "fill 200" | image spare
	run dmremap replace --rescue-spare spare.img --image image --mapfile map
	assert_success
	assert_output --partial "The rest was only on the main"
	# the newest superblock is lost: the older one does not count the second page
	printf '%s\n' "spare 1M" "fill 200" "field pages_used 1" "sb_sequence 0 8" | image spare
	in_doubt
	assert_output --partial "spare.img has 1352 sectors of the main"
	# nor any page: it names a new main, but the set has gone back
	printf '%s\n' "spare 1M" "map 3 7" "new_main 9" "sb_sequence 0 8" | image spare
	in_doubt
	# they are of two sets, or one is of a later version
	printf '%s\n' "spare 1M" "map 3 7" "field uuid 5 1" | image spare
	in_doubt
	printf '%s\n' "spare 1M" "map 3 7" "field incompat 4096 1" | image spare
	in_doubt
	# none of two entries is newer, nor any of two copies
	printf '%s\n' "spare 1M" "map 3 7" "map 4 7" | image spare
	in_doubt
	printf '%s\n' "spare 1M" "map 3 9" | image other
	printf '%s\n' "spare 1M" "map 3 7" | image spare
	copy_page other.img "$(place other page 1 0)" spare.img "$(place spare page 1 0)"
	in_doubt
}
