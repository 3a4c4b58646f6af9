#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The pictures of the documentation are those that the program makes today.

bats_require_minimum_version 1.5.0
load lib.bash

@test "the pictures are up to date: \"make pictures\" makes them" {
	"$BATS_TEST_DIRNAME/pictures" made
	[ "$(ls made)" = $'map.svg\ntop.svg' ]
	for name in map top; do cmp "made/$name.svg" "$TOP/docs/pictures/$name.svg"; done
}

@test "they come out the same in another locale and on another terminal" {
	LC_ALL=C.UTF-8 COLUMNS=20 LINES=5 TERM=xterm "$BATS_TEST_DIRNAME/pictures" made
	for name in map top; do cmp "made/$name.svg" "$TOP/docs/pictures/$name.svg"; done
}

@test "they are well formed, and need nothing from elsewhere" {
	for name in map top; do
		picture=$TOP/docs/pictures/$name.svg
		python3 -c 'import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])' "$picture"
		[ "$(grep -c 'http' "$picture")" = 1 ]
		grep -q prefers-color-scheme "$picture"
		run ! grep -q 'href\|<script\|@import' "$picture"
	done
}

@test "what is seen of top is what top printed" {
	text=$(sed -n 's/<text[^>]*>\(.*\)<\/text>/\1/p' "$TOP/docs/pictures/top.svg" | sed 's/<[^>]*>//g')
	run echo "$text"
	assert_line "dmremap top: 2 devices, over 2.0 s"
	assert_line "backup: degraded, store clean, main 8:16, spare 8:33"
	# 81251713 - 81250101 in two seconds
	assert_line --partial "reads    806/s,"
	# and it is the device of the map
	assert_line --partial "981 remapped, 14 pending, 46 sectors lost"
	grep -q "<title>backup .*, 981 of 65280 blocks remapped, 14 pending, 46 sectors lost</title>" \
		"$TOP/docs/pictures/map.svg"
}

@test "text-svg keeps what XML would take for its own" {
	printf 'a <b> & c\n  d\n' | "$BATS_TEST_DIRNAME/text-svg" title >out.svg
	run python3 -c 'import xml.etree.ElementTree as tree
for e in tree.parse("out.svg").getroot().iter("{http://www.w3.org/2000/svg}text"): print(e.text)'
	assert_output $'a <b> & c\n  d'
}
