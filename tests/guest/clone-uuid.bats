#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap clone-uuid: a set and its copy are in use at the same time; whenever it is
# interrupted it can be given again.
# rig: test=uml/3 timeout=300
# shellcheck disable=SC2030,SC2031 # status is of the last run

load ../lib/common
load ../lib/kill


teardown() {
	rm -rf /etc/dm-remap
	remove_devices
}
teardown_file() { clean_up; }

# a_set [SEAL]: and its copy, with data that is on the spare only
a_set() {
	local disk
	for disk in main main2; do null_blk $disk 2; done
	for disk in spare spare2; do null_blk $disk 1; done
	write_pattern /dev/main 0 2097152 1
	sfdisk -q /dev/main <<<$'label: gpt\n,,\n'
	"$DMREMAP" create r /dev/main /dev/spare
	[ $# = 0 ] || "$DMREMAP" seal r
	dmsetup message r 0 add 800 24
	write_pattern /dev/mapper/r 800 12288 2
	WHOLE=$(md5sum </dev/mapper/r)
	dmsetup remove r
	for disk in main spare; do
		dd if=/dev/$disk of=/dev/${disk}2 bs=1M iflag=direct oflag=direct status=none
	done
}

# both_work: at the same time, each with its own data from then on
both_work() {
	"$DMREMAP" assemble /dev/main /dev/spare
	"$DMREMAP" assemble /dev/main2 /dev/spare2
	assert_equal "$(md5sum </dev/mapper/r) $(md5sum </dev/mapper/r-copy)" "$WHOLE $WHOLE"
	write_pattern /dev/mapper/r-copy 800 4096 3
	write_pattern /dev/mapper/r-copy 80 4096 3
	blockdev --flushbufs /dev/mapper/r
	assert_equal "$(md5sum </dev/mapper/r)" "$WHOLE"
	assert_data /dev/mapper/r-copy 800 4096 3
	run ! cmp -s "$C/r/uuid" "$C/r-copy/uuid"
	"$DMREMAP" check /dev/spare2
	"$DMREMAP" delete r
	"$DMREMAP" delete r-copy
	assert_equal "$(md5sum </dev/main)" "$WHOLE"
}
C=/sys/kernel/config/dm-remap

@test "a plain set and a sealed one" {
	local seal
	for seal in "" seal; do
		# shellcheck disable=SC2086 # none, or a word
		a_set $seal
		run -0 "$DMREMAP" clone-uuid /dev/main2 /dev/spare2
		assert_output --partial "/dev/main2 and /dev/spare2 are set "
		assert_output --partial "called r-copy."
		both_work
		remove_devices
	done
}

# killed_at_each_write LEAST COMMAND...: on a set that COMMAND makes, which takes LEAST writes
killed_at_each_write() {
	local n least=$1
	shift
	for ((n = 1; ; n++)); do
		rm -f /etc/dm-remap/sets.d/*
		"$@"
		run env HALT_AT="$n" LD_PRELOAD="$HALT" "$DMREMAP" clone-uuid /dev/main2 /dev/spare2
		[ "$status" = 137 ] || break
		"$DMREMAP" clone-uuid --name r-copy /dev/main2 /dev/spare2
		"$DMREMAP" assemble /dev/main2 /dev/spare2
		assert_equal "$n: $(md5sum </dev/mapper/r*-copy)" "$n: $WHOLE"
		remove_devices
	done
	assert_success
	[ "$n" -ge "$least" ]
}

@test "killed before each write, it is given again" {
	killed_at_each_write 6 a_set seal
}

a_damaged_set() {
	a_set
	dd if=/dev/zero of=/dev/spare2 bs=4096 count=1 oflag=direct status=none
}

@test "with superblock 0 damaged, killed before each write, it is given again" {
	killed_at_each_write 4 a_damaged_set
}

@test "halves that do not go together, or are in use, stay as they are" {
	local before
	a_set seal
	before=$(md5sum </dev/spare2)
	null_blk other 4
	run -8 "$DMREMAP" clone-uuid /dev/other /dev/spare2
	assert_output --partial "has another size than the main"
	run -8 "$DMREMAP" clone-uuid /dev/main2 /dev/main2
	"$DMREMAP" assemble /dev/main /dev/spare
	run -8 "$DMREMAP" clone-uuid /dev/main /dev/spare
	assert_output --partial "is in use"
	assert_equal "$(md5sum </dev/spare2)" "$before"
}
