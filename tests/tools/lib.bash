# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Helpers for the tests of dmremap on images.
#
#   image NAME < DESCRIPTION    make NAME.img, see mkimage.c
#   place NAME sb NR            sector of a part of it
#   place NAME page REPLICA NR
#   ruin NAME HOW PLACE...      zero, noise, shift or older; PLACE as above
#   table FILE                  the entries that dmremap shows
#   assert_good NAME TABLE      it is clean, has this table, and stays as it is

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
HELPERS=${HELPERS:-$TOP/build/tools-tests}
DMREMAP=${DMREMAP:-$TOP/tools/dmremap/dmremap}
PATH=$PATH:/usr/sbin:/sbin

load /usr/lib/bats/bats-support/load.bash
load /usr/lib/bats/bats-assert/load.bash

setup() { cd "$BATS_TEST_TMPDIR" || return; }

dmremap() { "$DMREMAP" "$@"; }
# with the faults that the environment asks for
faulty() { LD_PRELOAD=$HELPERS/faults.so "$DMREMAP" "$@"; }

image() { "$HELPERS/mkimage" "$1.img" >"$1.places"; }

place() {
	local name=$1
	shift
	sed -n "s/^$* //p" "$name.places"
}

# copy_page FROM SECTOR TO SECTOR
copy_page() { dd if="$1" skip="$2" of="$3" seek="$4" bs=512 count=8 conv=notrunc status=none; }

ruin() {
	local name=$1 how=$2 sector
	shift 2
	sector=$(place "$name" "$@")
	[ -n "$sector" ]
	case $how in
	zero) copy_page /dev/zero 0 "$name.img" "$sector" ;;
	noise) copy_page <(head -c 4096 /dev/urandom) 0 "$name.img" "$sector" ;;
	# what should be a page further on
	shift) copy_page "$name.img" $((sector >= 8 ? sector - 8 : 8)) "$name.img" "$sector" ;;
	older) copy_page older.img "$sector" "$name.img" "$sector" ;;
	esac
}

table() { dmremap dump --json "$1" | sed -n '/"entries"/,/^  ]/p'; }

# number BYTES FILE SECTOR OFFSET
number() { od -An -tu"$1" -j $(($3 * 512 + $4)) -N "$1" "$2" | tr -d ' '; }

assert_unchanged() { cmp "$1" "$2"; }

assert_good() {
	local name=$1
	run dmremap check "$name.img"
	assert_success
	assert_output "$name.img: clean"
	[ "$(table "$name.img")" = "$2" ]
	cp "$name.img" before.img
	run dmremap repair --yes "$name.img"
	assert_success
	assert_output "$name.img: clean"
	assert_unchanged before.img "$name.img"
}
