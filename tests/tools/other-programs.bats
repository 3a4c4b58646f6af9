#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What other programs make of a sealed main and of a spare: docs/guide/other-programs.md

load lib

# halves: main.img, which is sealed, and spare.img
halves() {
	printf 'spare 400M\nmain 400M\n' | image spare
	printf 'label\nmain 400M\n' | image main
}

# stops IMAGE COMMAND...: on a terminal, and told "n", it leaves the image as it is
stops() {
	local img=$1
	shift
	type "$1" >/dev/null 2>&1 || { echo "# no $1" >&3; return 0; }
	cp --sparse=always "$img" before.img
	yes n 2>/dev/null | head -20 | timeout 120 script -qec "$*" /dev/null >said 2>&1 || :
	cmp "$img" before.img || { cat said; return 1; }
	grep -qi "dos\b" said || { cat said; return 1; }
}

@test "libblkid finds an empty partition table, and nothing to mount" {
	halves
	for img in main.img spare.img; do
		run blkid -p -o export "$img"
		assert_success
		assert_line PTTYPE=dos
		refute_line --partial TYPE=ext
		assert_equal "$(wipefs --noheadings --output TYPE,OFFSET "$img" | tr -s ' ')" "dos 0x1fe"
	done
}

@test "programs that make file systems stop, unless they have no terminal" {
	halves
	for img in main.img spare.img; do
		stops "$img" mkfs.ext4 "$img"
		stops "$img" mkfs.xfs "$img"
		stops "$img" mkfs.btrfs "$img"
		stops "$img" cryptsetup luksFormat "$img"
	done
	# the guide's column for a disk without a table
	mkfs.ext4 -q main.img </dev/null
	assert_equal "$(blkid -p -s TYPE -o value main.img)" ext4
}

@test "a partition table that was made on a spare can be mended" {
	printf 'spare 1M\nmain 64M\nmap 0 7\n' | image spare
	before=$(table spare.img)
	# as sfdisk does: the boot loader's part of the first sector stays, the table does not
	head -c 70 /dev/urandom | dd of=spare.img bs=1 seek=440 conv=notrunc status=none
	run dmremap repair --yes spare.img
	assert_failure 1
	assert_good spare "$before"
}
