#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Output that cannot be written is an error of every command, and goes nowhere else.

bats_require_minimum_version 1.5.0
load lib.bash

make_images() {
	image good <<<"fill 50"
	image damaged <<<"fill 50"
	ruin damaged zero page 0 0
}

@test "a full disk" {
	make_images
	for command in "check good.img" "check --json damaged.img" "dump good.img" "dump --json good.img" \
		"repair --yes damaged.img" "--help" "--version" "map --help"; do
		run bash -c "'$DMREMAP' $command >/dev/full"
		assert_failure 8
		assert_output --partial "dmremap: The output cannot be written: No space left on device."
	done
	# the work has been done
	run dmremap check damaged.img
	assert_success
}

@test "closed: the image is not opened in its place" {
	# so many faults that output begins before the end
	image good < <(echo "spare 64M"; echo "fill 16000")
	image damaged < <(echo "spare 64M"; echo "fill 16000")
	for ((page = 0; page < 63; page++)); do ruin damaged zero page $((page % 2)) $page; done
	run dmremap check damaged.img
	[ "${#output}" -gt 4200 ]
	cp damaged.img before.img
	for command in check dump; do
		run bash -c "'$DMREMAP' $command good.img >&-"
		assert_failure 8
		assert_output --partial "dmremap: The output cannot be written: "
	done
	for closed in ">&-" "<&- >&-" ">&- 2>&-" "<&- >&- 2>&-" "2>&-"; do
		cp before.img damaged.img
		run bash -c "'$DMREMAP' repair --yes damaged.img $closed"
		[ "$status" = 8 ] || [ "$closed $status" = "2>&- 1" ]
		run dmremap check damaged.img
		assert_success
		# no text in the superblock
		run ! grep -qa "damaged.img" damaged.img
	done
}
