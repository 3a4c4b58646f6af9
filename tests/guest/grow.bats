#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# dmremap grow: a spare, or a main, that has become larger, under a set in use; with the
# power cut after each write.
# rig: test=uml/3 timeout=900
#
# shellcheck disable=SC2030,SC2031 # each test runs its own commands

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
DMREMAP=$PWD/../tools/dmremap/dmremap
HALT=$PWD/guest/halt.so

teardown() {
	# of a test that failed before it stopped it
	rm -f "$BATS_TEST_TMPDIR/fio-goes-on"
	wait
	rm -rf /etc/dm-remap
	remove_devices
}
teardown_file() { clean_up; }

# linear NAME DEVICE SECTORS: a device of its first sectors, or the same larger
linear() {
	local line="0 $3 linear $2 0"
	if [ -e "/dev/mapper/$1" ]; then
		dmsetup reload "$1" --table "$line"
		dmsetup resume "$1"
	else
		dmsetup create "$1" --table "$line"
	fi
}

# disks: a main of 4 MiB and a spare of 1 MiB on devices that have 8 each
disks() {
	null_blk main 8
	null_blk spare 8
	linear m /dev/main 8192
	linear s /dev/spare 2048
}

# a_set: with data on both, and a block that is pending
a_set() {
	disks
	write_pattern /dev/mapper/m 0 4194304 1
	"$DMREMAP" create --main-id m r /dev/mapper/m /dev/mapper/s
	dmsetup message r 0 add 800 1600
	null_blk_bad main +4000-4007
	dmsetup message r 0 mark 4000 8
	write_pattern $R 800 819200 2
}

# whole: all is where it belongs
whole() {
	assert_data $R 0 409600 1
	assert_data $R 800 819200 2
	assert_data $R 2400 819200 1 1228800
	assert_data $R 4008 2142208 1 2052096
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/remaps/pending) $(<$CONFIG/metadata/state) $(<$CONFIG/metadata/replicas)" \
		"200 1 clean 2"
}

@test "the spare grows under a set in use, again and again" {
	local uuid size
	a_set
	uuid=$(<$CONFIG/uuid)
	echo 7 >$CONFIG/spare/reserve
	run -0 "$DMREMAP" grow r
	assert_output --regexp '^r is as large as it can be: its spare, /dev/[^ ]*, has no room for more blocks. Make that device larger first, or use a larger one: "dmremap replace-spare r NEW".$'
	assert_equal "$(<$CONFIG/spare/total)" 250
	start_fio $R --offset=3500k --size=512k
	# not enough for a larger table behind the former end, then more and more
	for size in 2056 4096 8192 16384; do
		linear s /dev/spare $size
		run -0 "$DMREMAP" grow r
	done
	stop_fio
	assert_output "r: the spare has room for $(<$CONFIG/spare/total) blocks; it had room for 1008."
	[ "$(<$CONFIG/spare/total)" -ge 2000 ]
	assert_equal "$(<$CONFIG/uuid) $(<$CONFIG/spare/reserve) $(<$CONFIG/spare/device)" \
		"$uuid 7 $(mountpoint -x /dev/mapper/s)"
	assert_data $R 0 409600 1
	assert_data $R 800 819200 2
	run -0 "$DMREMAP" check /dev/mapper/s
	# the former end is used, and nothing erases it
	dmsetup message r 0 add 4008 4000
	write_pattern $R 4008 2048000 3
	dmsetup remove r
	run -0 "$DMREMAP" check /dev/mapper/s
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
	assert_data $R 4008 2048000 3
	assert_data $R 800 819200 2
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/spare/reserve)" "700 7"
	# and the set ends as any other
	"$DMREMAP" delete r
	assert_equal "$(dd if=/dev/spare bs=1M iflag=direct status=none | grep -c -a DMREMAPS)" 0
	assert_data /dev/main 4008 2048000 3
}

# enlarged USED: a set whose spare has become larger; USED yes: and that was stopped since, so
# that superblock 1 is at the new end already
enlarged() {
	a_set
	linear s /dev/spare 4096
	[ "$1" = yes ] || return 0
	dmsetup remove r
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
	assert_equal "$(<$CONFIG/spare/total)" 250
}

# cut_power: the machine stops, and starts again
cut_power() {
	local disk
	null_blk_bad main -4000-4007
	for disk in main spare; do
		dd if=/dev/$disk of="$BATS_TEST_TMPDIR/$disk" bs=1M iflag=direct status=none
	done
	dmsetup remove r
	for disk in main spare; do
		dd if="$BATS_TEST_TMPDIR/$disk" of=/dev/$disk bs=1M oflag=direct status=none
	done
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
}

# larger: all is where it belongs, and there are more blocks
larger() {
	[ "$(<$CONFIG/spare/total)" -ge 490 ]
	whole
}

# killed_at_each_step USED
killed_at_each_step() {
	local n
	for ((n = 1; ; n++)); do
		enlarged "$1"
		run env STEP_AT="$n" LD_PRELOAD="$HALT" "$DMREMAP" grow r
		[ "$status" = 137 ] || break
		cut_power
		whole
		run -0 "$DMREMAP" grow r
		larger
		teardown
	done
	assert_success
	[ "$n" -gt 2 ]
	larger
	teardown
}

@test "killed before each step, and then without power, the set is whole, and grows then" {
	killed_at_each_step no
}

@test "the same with a set that has been stopped since its spare has become larger" {
	killed_at_each_step yes
}

@test "a set that was stopped since its spare has become larger grows, again and again" {
	local size before=250
	enlarged yes
	for size in 4096 4104 8192 16384; do
		linear s /dev/spare $size
		dmsetup remove r
		"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
		assert_equal "$(<$CONFIG/spare/total)" "$before"
		run -0 "$DMREMAP" grow r
		if [ $size = 4104 ]; then
			# less than the table needs
			assert_output --partial "r is as large as it can be"
		else
			[ "$(<$CONFIG/spare/total)" -gt $((size * 95 / 800)) ]
		fi
		before=$(<$CONFIG/spare/total)
		whole
	done
	dmsetup message r 0 add 4008 4000
	write_pattern $R 4008 2048000 3
	dmsetup remove r
	run -0 "$DMREMAP" check /dev/mapper/s
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
	assert_data $R 800 819200 2
	assert_data $R 4008 2048000 3
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/spare/total)" "700 $before"
}

@test "a main grows, and shrinks where no remap is beyond" {
	a_set
	linear m /dev/main 16384
	run -0 "$DMREMAP" grow r
	assert_output --regexp 'Its main, /dev/[^ ]*, is larger than the set: "dmremap grow --main r".$'
	run -0 "$DMREMAP" grow --main r
	assert_output --partial "r has 16384 sectors; it had 8192."
	# the spare is not the reason why it grows no further
	run -0 "$DMREMAP" grow --main r
	assert_output --regexp '^r is as large as it can be: it takes up all of its main, /dev/[^ ]*\. .*"dmremap replace r NEWDISK"\.$'
	refute_output --partial spare
	assert_equal "$(sectors $R)" 16384
	whole
	write_pattern $R 16000 4096 4
	dmsetup message r 0 add 16000 8
	dmsetup remove r
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
	assert_equal "$(sectors $R)" 16384
	assert_data $R 16000 4096 4
	assert_data $R 800 819200 2
	# back again, by hand
	dmsetup suspend r
	refused "" dmsetup reload r --table "0 8192 remap /dev/mapper/m 0 /dev/mapper/s"
	dmsetup resume r
	assert_data $R 16000 4096 4
	dmsetup message r 0 remove 16000 8
	dmsetup suspend r
	dmsetup reload r --table "0 8192 remap /dev/mapper/m 0 /dev/mapper/s"
	dmsetup resume r
	assert_equal "$(sectors $R)" 8192
	dmsetup remove r
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
	assert_equal "$(sectors $R)" 8192
	whole
	"$DMREMAP" seal r
	run -8 "$DMREMAP" grow --main r
	assert_output --partial "r is sealed"
}

@test "what cannot be taken over is refused, and the set goes on" {
	a_set
	# not while it is in use
	refused "" dmsetup reload r --table "0 4096 remap /dev/mapper/m 0 /dev/mapper/s"
	# a table that was loaded before the set changed
	linear s /dev/spare 8192
	dmsetup suspend r
	dmsetup reload r --table "$(dmsetup table r)"
	dmsetup resume r
	dmsetup message r 0 remove 800 8
	dmsetup message r 0 add 800 8
	write_pattern $R 800 4096 2
	whole
	# the new end cannot be written
	linear s /dev/spare 8200
	null_blk_bad spare +8100-8199
	run -8 "$DMREMAP" grow r
	assert_output --partial "r goes on as it was"
	write_pattern $R 800 4096 2
	whole
	dmsetup remove r
	null_blk_bad spare -8100-8199
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
	whole
}


@test "the new part takes no writes: the set goes on, and can grow later" {
	a_set
	linear s /dev/spare 8192
	null_blk_bad spare +2056-8191
	run -8 "$DMREMAP" grow r
	assert_output --partial "r goes on as it was"
	assert_equal "$(<$CONFIG/spare/total)" 250
	whole
	linear m /dev/main 16384
	run -8 "$DMREMAP" grow --main r
	assert_output --partial "r goes on as it was"
	assert_equal "$(sectors $R)" 8192
	dmsetup message r 0 remove 800 8
	dmsetup message r 0 add 800 8
	whole
	null_blk_bad spare -2056-8191
	run -0 "$DMREMAP" grow r
	[ "$(<$CONFIG/spare/total)" -gt 250 ]
	whole
	dmsetup remove r
	"$DMREMAP" assemble /dev/mapper/m /dev/mapper/s
	whole
}

@test "a table that was loaded before the set changed is loaded again" {
	a_set
	linear s /dev/spare 8192
	dmsetup suspend r
	dmsetup reload r --table "$(dmsetup table r)"
	dmsetup reload r --table "$(dmsetup table r)"
	dmsetup clear r
	dmsetup resume r
	assert_equal "$(<$CONFIG/spare/total)" 250
	dmsetup suspend r
	dmsetup reload r --table "$(dmsetup table r)"
	dmsetup reload r --table "$(dmsetup table r)"
	dmsetup resume r
	[ "$(<$CONFIG/spare/total)" -gt 250 ]
	# in force now, it keeps its spare like any other
	null_blk other 2
	refused "busy" dmsetup reload r --table "0 8192 remap /dev/mapper/m 0 /dev/other"
	whole
}
