#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap delete: the main has all the data afterwards, nothing of the set is left on
# either disk, and whenever it is interrupted the set is there or it is not.
# rig: test=uml/3 timeout=900
# shellcheck disable=SC2030,SC2031 # each test sets WHOLE for itself

load ../lib/common
load ../lib/kill

R=/dev/mapper/r
KNOWN=/etc/dm-remap/sets.d

teardown() {
	rm -rf /etc/dm-remap
	remove_devices
}
teardown_file() { clean_up; }

# a_set: with data, some of it newer on the spare than on the main
a_set() {
	null_blk main 2
	null_blk spare 1
	write_pattern /dev/main 0 2097152 1
	sfdisk -q /dev/main <<<$'label: gpt\n,,\n'
	"$DMREMAP" create r /dev/main /dev/spare
	dmsetup message r 0 add 800 24
	dmsetup message r 0 mark 1600 8
	# the spare's data is newer than the main's
	write_pattern $R 800 12288 2
	WHOLE=$(sum $R)
}

# nothing_left: of the set, on either disk, and on this host
nothing_left() {
	assert_equal "$(wipefs --noheadings /dev/spare)" ""
	assert_equal "$(read_direct /dev/spare 0 4096 | grep -c -a DMREMAP)" 0
	assert_equal "$(dd if=/dev/spare bs=1M iflag=direct status=none | grep -c -a -e DMREMAPS -e DMREMAPT)" 0
	assert_equal "$(dd if=/dev/main bs=1M iflag=direct status=none | grep -c -a DMREMAPM)" 0
	assert_equal "$(ls $KNOWN)" ""
	assert_equal "$(sum /dev/main)" "$WHOLE"
	[ ! -e $R ]
}

@test "a plain set and a sealed one" {
	local sealed
	for sealed in "" yes; do
		a_set
		[ -z "$sealed" ] || "$DMREMAP" seal r
		[ -n "$(ls $KNOWN)" ]
		run -0 "$DMREMAP" delete r
		assert_output --partial "r is deleted. /dev/main is an ordinary disk"
		refute_output --partial "the next boot waits"
		nothing_left
		# both can be used for another set at once
		"$DMREMAP" create r /dev/main /dev/spare
		assert_equal "$(sum $R)" "$WHOLE"
		remove_devices
		rm -r /etc/dm-remap
	done
}

# with_scsi_spare: a set whose spare can be unplugged
with_scsi_spare() {
	unload scsi_debug
	null_blk main 2
	spare=$(scsi_disk dev_size_mb=8)
	write_pattern /dev/main 0 2097152 1
	"$DMREMAP" create r /dev/main "$spare"
}

@test "the spare has left the system, and nothing had moved" {
	local spare
	with_scsi_spare
	run -0 "$DMREMAP" status --check r
	scsi_unplug "$spare"
	run -3 "$DMREMAP" status --check r
	assert_output --partial "r: spare-gone: "
	null_blk new 1
	run -8 "$DMREMAP" replace-spare r /dev/new
	assert_output --partial 'which has left the system: no other one can take over without it'
	assert_equal "$(read_direct /dev/new 0 4096 | tr -d '\0' | wc -c)" 0
	run -4 "$DMREMAP" delete r
	assert_output --partial "/dev/main is an ordinary disk, to be used by its own name."
	[ ! -e $R ]
	assert_equal "$(ls $KNOWN)" ""
	assert_data /dev/main 0 2097152 1
}

@test "the spare has left the system, and what had moved is given up" {
	local spare sealed
	for sealed in "" yes; do
		with_scsi_spare
		[ -z "$sealed" ] || "$DMREMAP" seal r
		"$DMREMAP" add r 800+24
		write_pattern $R 800 12288 2
		scsi_unplug "$spare"
		unreadable $R 800 512
		run -8 "$DMREMAP" delete r
		assert_output --partial "its spare has left the system, with"
		[ -e $R ]
		"$DMREMAP" export r --format ddrescue >"$BATS_TEST_TMPDIR/map"
		grep -q "^0x00064000  0x00003000  -" "$BATS_TEST_TMPDIR/map"
		run -4 "$DMREMAP" delete --give-up --yes r
		[ ! -e $R ]
		assert_equal "$(ls $KNOWN)" ""
		if [ -n "$sealed" ]; then
			assert_output --partial '/dev/main is sealed: "dmremap salvage /dev/main" shows what it has.'
			run -0 "$DMREMAP" salvage /dev/main
			dmsetup remove r-salvage
		else
			assert_output --partial "/dev/main is an ordinary disk, with older data where blocks had moved"
			assert_data /dev/main 0 2097152 1
			null_blk new 1
			"$DMREMAP" create r /dev/main /dev/new
			"$DMREMAP" import r "$BATS_TEST_TMPDIR/map"
			assert_equal "$(remap_status r remapped pending)" "0 3"
		fi
		remove_devices
		rm -rf /etc/dm-remap
	done
}

@test "named by its spare, a set that is active stays, and the host knows it" {
	local record
	null_blk main 2
	null_blk spare 1
	"$DMREMAP" create r /dev/main /dev/spare
	record=$(echo $KNOWN/*)
	cp "$record" "$BATS_TEST_TMPDIR/record"
	run -8 "$DMREMAP" delete /dev/spare
	assert_output 'dmremap: /dev/spare is the spare of r, which is active: "dmremap delete r" ends the set.'
	cmp "$record" "$BATS_TEST_TMPDIR/record"
	# a spare that something else has open cannot be emptied either
	"$DMREMAP" stop r
	dmsetup create other --table "0 2048 linear /dev/spare 0"
	run -8 "$DMREMAP" delete /dev/spare
	assert_output --partial "/dev/spare is in use."
	cmp "$record" "$BATS_TEST_TMPDIR/record"
	dmsetup remove other
	run -0 "$DMREMAP" delete /dev/spare
	assert_equal "$(ls $KNOWN)" ""
	assert_equal "$(used_bytes /dev/spare 0 4096)" 0
}

@test "a spare that has left the system, and is there again, is still that of its set" {
	local spare record
	with_scsi_spare
	record=$(echo $KNOWN/*)
	scsi_unplug "$spare"
	spare=$(scsi_plug)
	run -8 "$DMREMAP" delete --give-up --yes "$spare"
	assert_output --partial "$spare is the spare of r, which is active"
	[ -e "$record" ]
	"$DMREMAP" stop r
	run -0 "$DMREMAP" delete "$spare"
	[ ! -e "$record" ]
}

@test "the module for reassembly learns which disks are halves no more" {
	local sets=/sys/kernel/config/dm-remap-reassembly/sets
	modprobe dm_remap_reassembly
	a_set
	"$DMREMAP" seal r
	"$DMREMAP" stop r
	"$DMREMAP" assemble r
	# a spare that was replaced is not a half, and the new one is
	null_blk spare2 1
	"$DMREMAP" replace-spare r /dev/spare2
	"$DMREMAP" stop r
	"$DMREMAP" assemble r
	[ -n "$(ls $sets)" ]
	"$DMREMAP" delete --yes r
	assert_equal "$(ls $sets)" ""
	unload dm_remap_reassembly
}

@test "a set that fstab names by its device" {
	a_set
	cp /etc/fstab "$BATS_TEST_TMPDIR/fstab" || : >"$BATS_TEST_TMPDIR/fstab"
	echo "/dev/mapper/r /srv ext4 defaults 0 2" >/etc/fstab
	run -0 "$DMREMAP" delete r
	cp "$BATS_TEST_TMPDIR/fstab" /etc/fstab
	assert_output --partial 'fstab has /dev/mapper/r: write the UUID of what is on /dev/main'
	nothing_left
}

@test "signatures in data that had moved to the spare go, too" {
	null_blk main 16
	null_blk spare 1
	"$DMREMAP" create r /dev/main /dev/spare
	# each block has what Btrfs is known by, and one comes to be where libblkid looks for it
	dmsetup message r 0 add 0 512
	head -c 64 /dev/zero >"$BATS_TEST_TMPDIR/block"
	printf '_BHRfS_M' >>"$BATS_TEST_TMPDIR/block"
	truncate -s 4096 "$BATS_TEST_TMPDIR/block"
	for _ in {1..64}; do cat "$BATS_TEST_TMPDIR/block"; done |
		dd of=$R bs=256K iflag=fullblock oflag=direct conv=notrunc status=none
	wipefs --noheadings /dev/spare | grep -q btrfs
	WHOLE=$(sum $R)
	"$DMREMAP" delete r
	nothing_left
}

@test "a main that does not take its blocks, a mounted set, and what is lost with --give-up" {
	null_blk main 8
	null_blk spare 2
	mkfs.ext4 -q /dev/main
	"$DMREMAP" create r /dev/main /dev/spare
	"$DMREMAP" seal r
	dmsetup message r 0 add 8000 24
	write_pattern $R 8000 12288 2
	WHOLE=$(sum $R)
	mount $R /mnt
	run -8 "$DMREMAP" delete r
	assert_output --partial "r is in use: it is mounted on /mnt"
	umount /mnt
	WHOLE=$(sum $R)
	null_blk_bad main +8003-8003 +8017-8017
	for answer in "" "--give-up"; do
		# no is what an empty standard input says
		run -8 "$DMREMAP" delete $answer r </dev/null
		assert_output --partial "the block at sector 8000 cannot be moved back"
		assert_output --partial "2 blocks"
		# blocks that stay keep the label, which keeps the main from being used alone
		assert_equal "$(sum $R)" "$WHOLE"
		assert_equal "$(read_direct /dev/main 0 512 | head -c 8)" DMREMAPM
		[ -n "$(ls $KNOWN)" ]
		dmsetup remove r
		remap_create r /dev/main /dev/spare persistent
		assert_equal "$(sum $R)" "$WHOLE"
	done
	run -0 "$DMREMAP" delete --give-up --yes r
	[ ! -e $R ]
	assert_equal "$(wipefs --noheadings /dev/spare)" ""
	assert_equal "$(wipefs --noheadings --output TYPE /dev/main)" ext4
	assert_equal "$(ls $KNOWN)" ""
	null_blk_bad main -8003-8003 -8017-8017
	# the block between them did go back
	assert_data /dev/main 8008 4096 2 4096
}

@test "killed at each write, the set is whole or gone, and delete goes on" {
	local n
	for ((n = 1; ; n++)); do
		a_set
		"$DMREMAP" seal r
		# one write marks the spare as empty, and may be torn
		run env HALT_AT="$n" LD_PRELOAD="$HALT" "$DMREMAP" delete r
		[ "$status" = 137 ] || break
		power_cut main spare
		if "$DMREMAP" dump /dev/spare >/dev/null 2>&1; then
			"$DMREMAP" assemble /dev/main /dev/spare
			assert_equal "$n: $(sum $R)" "$n: $WHOLE"
			run -0 "$DMREMAP" delete r
		else
			assert_equal "$n: $(sum /dev/main)" "$n: $WHOLE"
			if [ "$(used_bytes /dev/spare 0 4096)" != 0 ]; then
				run -0 "$DMREMAP" delete /dev/spare
			fi
		fi
		nothing_left
		remove_devices
	done
	assert_success
	# moves back, and what clears the spare
	[ "$n" -gt 6 ]
}

@test "the write that ends the set fails, or is torn" {
	local n
	a_set
	HALT_LOG=$BATS_TEST_TMPDIR/log LD_PRELOAD=$HALT "$DMREMAP" delete r
	nothing_left
	n=$(grep -n -m1 "^pwrite spare 0 4096" "$BATS_TEST_TMPDIR/log")
	n=${n%%:*}
	remove_devices
	a_set
	FAIL_AT="$n" FAIL_ERRNO=5 LD_PRELOAD=$HALT run -4 "$DMREMAP" delete r
	assert_output --partial "/dev/spare cannot be written at sector 0 or behind it: Input/output error"
	assert_output --partial "dmremap delete /dev/spare"
	# this host does not wait at boot for a set without a spare
	assert_equal "$(ls $KNOWN)" ""
	"$DMREMAP" delete /dev/spare
	nothing_left
	remove_devices
	a_set
	run env TORN_AT="$n" LD_PRELOAD="$HALT" "$DMREMAP" delete r
	assert_equal "$status" 137
	# superblock 1 is whole still
	remap_create r /dev/main /dev/spare persistent
	assert_equal "$(sum $R)" "$WHOLE"
}
