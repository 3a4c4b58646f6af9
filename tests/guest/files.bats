#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap files: names the files on bad sectors, through LVM and other devices, and says where it
# cannot know.
# rig: test=uml/3 timeout=600

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
DMREMAP=$PWD/../tools/dmremap/dmremap

setup() {
	null_blk main "${MAIN_MB:-64}"
	null_blk spare 8
	remap_create r /dev/main /dev/spare
	mkdir -p "$BATS_TEST_TMPDIR/d/sub dir"
	head -c 60000 /dev/urandom >"$BATS_TEST_TMPDIR/d/one"
	head -c 60000 /dev/urandom >"$BATS_TEST_TMPDIR/d/sub dir/two words"
	cd "$BATS_TEST_TMPDIR" || return
}
teardown() {
	! dmsetup info part >/dev/null 2>&1 || dmsetup remove part
	! dmsetup info vg-lv >/dev/null 2>&1 || in_lvm vgchange -an vg >/dev/null
	remove_devices
}
teardown_file() { clean_up; }

in_lvm() {
	local command=$1
	shift
	lvm "$command" --config 'activation { udev_sync=0 udev_rules=0 } devices { scan=["/dev/mapper"] use_devicesfile=0 } backup { backup=0 archive=0 }' \
		"$@" 3>&- 4>&-
}

# block_of DEVICE PATH N: the N-th block of a file, in sectors of the device
block_of() { echo $(($(debugfs -R "blocks \"$2\"" "$1" 2>/dev/null | awk "{ print \$$3 }") * 8)); }
mark() { echo "$1 ${2:-8}" >$CONFIG/remaps/mark; }

# lines: SECTOR SECTORS STATE WHAT PATH-OR-MESSAGE, with a DEVICE
lines() {
	"$DMREMAP" files --json "$@" |
		jq -r '.places[] | "\(.sector) \(.sectors) \(.state) \(.device) \(.what) \(.path // .message)"'
}

@test "ext4: files, free space, metadata, the journal; lost and pending sectors" {
	local one two
	mkfs.ext4 -q -b 4096 -d d $R
	one=$(block_of $R /one 3)
	two=$(block_of $R "/sub dir/two words" 1)
	mark "$one" 16
	null_blk_bad main "+$two-$((two + 2))"
	mark "$two"
	dmsetup message r 0 forget "$two" 8
	mark "$(block_of $R "<8>" 1)"
	mark 120000
	# the next read moves it, if the main returns it
	mark 0
	run lines r
	assert_line "$one 16 pending $R file /one"
	assert_line "$two 3 lost $R file /sub dir/two words"
	assert_line "0 8 pending $R system metadata of the file system"
	assert_line "120000 8 pending $R free free space"
	assert_line --partial "pending $R system the journal"
	assert_equal "${#lines[@]}" 5
	run lines --lost r
	assert_output "$two 3 lost $R file /sub dir/two words"
	run lines --remapped r
	assert_line "$((two + 3)) 5 remapped $R file /sub dir/two words"
	run "$DMREMAP" files --lost r
	assert_success
	assert_line --regexp "^ +$two +3 lost +$R ext4 /sub dir/two words\$"
	# a deleted file, and a rewritten one
	dd if=/dev/zero of=$R bs=512 seek="$one" count=16 oflag=direct status=none
	debugfs -w -R "rm /one" $R 2>/dev/null
	run lines --remapped r
	assert_line "$one 16 remapped $R free free space"
	run "$DMREMAP" files --lost nosuch
	assert_failure 8
}

@test "through LVM whose volume has two pieces, and another device on that" {
	local one
	in_lvm pvcreate -q $R
	in_lvm vgcreate -q -s 1M vg $R
	in_lvm lvcreate -q -n gap -l 8 vg
	in_lvm lvcreate -q -n lv -l 16 vg
	in_lvm lvcreate -q -n wall -l 4 vg
	in_lvm lvextend -q -l +16 vg/lv
	in_lvm lvchange -an vg/gap
	in_lvm lvchange -an vg/wall
	dmsetup create part --table "0 49152 linear /dev/mapper/vg-lv 2048"
	mkfs.ext4 -q -b 1024 -d d /dev/mapper/part
	# in the first piece and in the second
	one=$(debugfs -R "blocks /one" /dev/mapper/part 2>/dev/null | awk '{ print $1 * 2 }')
	assert [ "$one" -lt $((16 * 2048 - 2048)) ]
	# its place on the set: what LVM keeps at the front, the gap, the offset of the part
	one=$((2048 + 8 * 2048 + 2048 + one))
	mark $((one / 8 * 8))
	# the last block group lies behind the wall
	mark $((2048 + (8 + 16 + 4) * 2048 + 4096))
	mark 16
	mark $((2048 + 2048))
	run lines r
	assert_line --regexp "^$one [0-9]+ pending /dev/mapper/part file /one\$"
	assert_line --regexp "^$((2048 + 28 * 2048 + 4096)) [0-9]+ pending /dev/mapper/part (free|system) "
	assert_line "16 8 pending $R system metadata of LVM, LUKS or a partition table, or space in no volume"
	assert_line --regexp "^4096 8 pending $R system "
	dmsetup remove part
	in_lvm vgchange -an vg >/dev/null
	run "$DMREMAP" files r
	assert_failure 4
	assert_line --partial "no active LVM volume"
}

@test "what is not known, and a device that cannot be looked through" {
	# where no program looks for a file system
	mark 40000
	run "$DMREMAP" files r
	assert_failure 4
	assert_line --partial "no file system is known there"
	dmsetup create odd --table "0 49152 flakey $R 0 60 0"
	run "$DMREMAP" files r
	assert_failure 4
	assert_line --partial "it is used by flakey, through which dmremap cannot look"
	dmsetup remove odd
	mkswap $R >/dev/null
	run lines r
	assert_output "40000 8 pending $R unknown swap space"
}

@test "xfs" {
	local daddr
	remove_devices
	MAIN_MB=400 setup
	printf '%s\n' /nosuch "0 0" "d--755 0 0" "sub d--755 0 0" "two ---644 0 0 d/one" '$' '$' >proto
	mkfs.xfs -q -p proto $R
	daddr=$(xfs_db -r -c "path /sub/two" -c "dblock 0" -c daddr $R | sed -n 's/current daddr is //p')
	mark "$daddr"
	mark 0
	mark 600000
	run lines r
	assert_line "$daddr 8 pending $R file /sub/two"
	assert_line --partial "0 8 pending $R system metadata of the file system (sb)"
	assert_line "600000 8 pending $R free free space"
}
