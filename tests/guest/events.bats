#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Notifications of the kernel: events, the kernel log, the rate at which blocks fail,
# and disks that turn read-only while in use.
# rig: test=uml/3 timeout=900 smp=1

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

teardown() {
	[ -z "${LISTENER:-}" ] || kill "$LISTENER" 2>/dev/null || :
	blockdev --setrw /dev/main /dev/spare
	remove_devices
}
teardown_file() { clean_up; }

setup() {
	null_blk main 4
	null_blk spare 1
	LISTENER=
	log_mark
}

# said TEXT [DEVICE]: the kernel log has it for the device
said() { log_since | grep -qF "device-mapper: remap: ${2:-r}: $1"; }
times_said() { log_since | grep -cF "device-mapper: remap: ${2:-r}: $1" || :; }

# times_told EVENT
times_told() { grep -cE "^change $(dm_dev r) r $1\$" "$EVENTS" || :; }

# moves SECTOR...: each is bad, and moves by a write
moves() {
	local sector
	for sector in "$@"; do
		null_blk_bad main "+$sector-$sector"
		write_pattern $R "$sector" 4096 a
	done
}

# pending SECTOR...: each is bad, and becomes pending by a read
pending() {
	local sector
	for sector in "$@"; do
		null_blk_bad main "+$sector-$sector"
		unreadable $R "$sector" 4096
	done
}

# --- disks that turn read-only ---------------------------------------------------------

# what both disks have, bad sectors left out
on_disks() {
	local disk
	for disk in main spare; do
		dd if=/dev/$disk bs=4096 iflag=direct conv=noerror status=none 2>/dev/null | md5sum
	done
}

# read_only: the set takes nothing; 0, 80 and 160 are clean, remapped and pending
is_read_only() {
	local sector name
	assert_equal "$(<$CONFIG/state) $(remap_status r state)" "read-only read-only"
	for sector in 0 80 160; do
		refused "Input/output error" write_pattern $R $sector 4096 b
	done
	for name in add mark; do
		refused "Read-only file system" remap_attr r remaps/$name 800
	done
	refused "Read-only file system" remap_attr r remaps/remove 80
	for name in add mark remove forget; do
		refused "Read-only file system" dmsetup message r 0 $name 80
	done
	refused "Read-only file system" remap_attr r errors/retries 7
	refused "Read-only file system" remap_attr r spare/policy spread
	refused "Read-only file system" remap_attr r main_id another
	refused "Read-only file system" remap_attr r errors/resume 1
	refused "Read-only file system" remap_attr r metadata/sync 1
	assert_data $R 0 4096 a
	assert_data $R 80 4096 a 40960
	unreadable $R 160 4096
}

@test "a disk that turns read-only while in use: nothing is written until a resume finds both writable" {
	local disk before
	for disk in main spare; do
		remap_create r /dev/main /dev/spare persistent
		write_pattern $R 0 65536 a
		remap_attr r remaps/add 80
		pending 160
		assert_equal "$(<$CONFIG/state) $(<$CONFIG/remaps/count)" "degraded 1"
		listen
		log_mark
		blockdev --setro /dev/$disk
		# no program has read the state yet
		[ $disk = spare ] || refused "Input/output error" write_pattern $R 0 4096 b
		retry_until 5 event_came read-only
		before=$(on_disks)
		assert_equal "$(times_told read-only)" 1
		said "the $disk ($disk) has turned read-only"
		is_read_only
		dmsetup suspend r
		dmsetup resume r
		is_read_only
		blockdev --setrw /dev/$disk
		is_read_only
		assert_equal "$(on_disks)" "$before"
		dmsetup suspend r
		dmsetup resume r
		assert_equal "$(<$CONFIG/state) $(<$CONFIG/remaps/count) $(<$CONFIG/errors/retries)" "degraded 1 1"
		for sector in 0 80 160; do
			write_pattern $R $sector 4096 b
			assert_data $R $sector 4096 b
		done
		remap_attr r errors/retries 1
		assert_equal "$(<$CONFIG/state) $(<$CONFIG/remaps/count)" "ok 2"
		assert_equal "$(times_told read-only) $(times_said "the $disk ($disk) has")" "1 1"
		kill "$LISTENER"
		LISTENER=
		# one that goes while it is read-only leaves its spare alone, and is as it was
		blockdev --setro /dev/$disk
		before=$(on_disks)
		dmsetup remove r
		assert_equal "$(on_disks)" "$before"
		blockdev --setrw /dev/$disk
		remap_create r /dev/main /dev/spare persistent
		for sector in 0 80 160; do assert_data $R $sector 4096 b; done
		dmsetup remove r
		null_blk_bad main -160-160
		blkdiscard -fz /dev/spare
	done
}

@test "a card that fails its writes because it turned read-only takes nothing of the spare" {
	local writer status=0
	null_blk slow 4 irqmode=2 completion_nsec=1500000000
	null_blk_bad slow +80-80
	remap_create r /dev/slow /dev/spare
	write_pattern $R 80 4096 a 2>/dev/null & writer=$!
	retry_until 10 _at_disk
	blockdev --setro /dev/slow
	wait $writer || status=$?
	assert_equal $status 1
	assert_equal "$(<$CONFIG/state) $(<$CONFIG/remaps/count) $(<$CONFIG/spare/free)" "read-only 0 256"
	assert_equal "$(remap_status r main_write_errors bad_spare)" "1 0"
}

# the write has reached it
_at_disk() { local writes; read -r _ writes </sys/block/slow/inflight; [ "$writes" != 0 ]; }

@test "a disk that is read-only at the first resume is not written" {
	dmsetup create r --notable
	dmsetup load r --table "0 8192 remap /dev/main 0 /dev/spare 1 persistent"
	blockdev --setro /dev/spare
	refused "Read-only file system" dmsetup resume r
	assert_equal "$(used_bytes /dev/spare)" 0
	blockdev --setrw /dev/spare
	dmsetup resume r
	assert_equal "$(<$CONFIG/state)" ok
}

# --- the rate --------------------------------------------------------------------------

@test "blocks that fail are counted once, and kept; thresholds are told once" {
	local hour day month
	remap_create r /dev/main /dev/spare persistent
	remap_attr r errors/rate_warn 3
	remap_attr r errors/rate_urgent 5
	listen
	moves 800
	pending 1600
	assert_equal "$(cut -d' ' -f2- $CONFIG/remaps/rate)" "2 2"
	# manual changes do not count, nor does the write that a pending block waited for
	write_pattern $R 1600 4096 a
	remap_attr r remaps/mark $'2400\n2480'
	remap_attr r remaps/add 3200
	write_pattern $R 2400 4096 a
	assert_equal "$(cut -d' ' -f2- $CONFIG/remaps/rate)" "2 2"
	assert_equal "$(times_told rate)" 0
	moves 4000
	retry_until 10 event_came rate
	assert_equal "$(times_told rate)" 1
	said "3 blocks of the main (main) failed within an hour: the disk is going"
	moves 4080
	sleep 1.2
	assert_equal "$(times_told rate)" 1
	moves 4160
	retry_until 10 _told_twice
	said "5 blocks of the main (main) failed within an hour: it is failing fast"
	# a reboot
	dmsetup remove r
	remap_create r /dev/main /dev/spare persistent
	read -r hour day month <$CONFIG/remaps/rate
	assert_equal "$day $month" "5 5"
	((hour == 5 || hour == 4)) || { echo "$hour in an hour"; false; }
	assert_equal "$(<$CONFIG/errors/rate_warn) $(<$CONFIG/errors/rate_urgent)" "3 5"
	moves 4240
	sleep 1.2
	assert_equal "$(times_told rate)" 2
}
_told_twice() { [ "$(times_told rate)" = 2 ]; }

# --- the other events, and the kernel log -----------------------------------------------

@test "a storm is told, and its end" {
	remap_create r /dev/main /dev/spare
	assert_equal "$(<$CONFIG/errors/storm_limit)" 128
	echo 2 >$CONFIG/errors/storm_limit
	# each of its reads would be a success
	echo 0 >$CONFIG/errors/neighbours
	listen
	null_blk_bad main +800-807 +1600-1607
	write_pattern $R 800 4096 a
	echo 1 >$CONFIG/errors/resume
	write_pattern $R 1600 4096 a
	sleep 1.2
	# nothing had stopped
	! event_came storm-over || { cat "$EVENTS"; false; }
	moves 2400
	retry_until 10 event_came storm
	said "2 automatic remaps in a row and no success of the main (main) between"
	echo 1 >$CONFIG/errors/resume
	retry_until 10 event_came storm-over
	said "automatic remapping goes on"
}

@test "events have the sector of their block, as remaps/add takes it" {
	dmsetup create r --table "0 4096 remap /dev/main 1024 /dev/spare 1 transient"
	listen
	null_blk_bad main +1104-1104 +1824-1824
	unreadable $R 80 4096
	retry_until 10 event_came pending 80
	write_pattern $R 800 4096 a
	retry_until 10 event_came remapped 800
	said "the block at sector 1104 of the main cannot be read"
	said "the block at sector 1824 of the main has moved to sector 8 of the spare: the main failed a write"
	write_pattern $R 80 4096 a
	said "the block at sector 1104 of the main has moved to sector 0 of the spare: it was written after it could not be read"
}

# lose SECTOR: its block is lost by a command, and the event of this waits behind another one
lose() {
	null_blk_bad main "+$1-$1"
	remap_attr r remaps/mark "$1"
	sleep 1.2
	remap_attr r remaps/add "$(($1 + 80))"
	dmsetup message r 0 forget "$1"
}

@test "what waits to be sent when another table takes over is sent" {
	dmsetup create part --table "0 1024 linear /dev/spare 0"
	remap_create r /dev/main /dev/mapper/part persistent
	listen
	lose 800
	dmsetup load part --table "0 2048 linear /dev/spare 0"
	dmsetup suspend part
	dmsetup resume part
	dmsetup suspend r
	dmsetup load r --table "$(dmsetup table r)"
	dmsetup resume r
	(($(<$CONFIG/remaps/capacity) > 128))
	retry_until 3 event_came lost-data 800
	assert_equal "$(times_told "lost-data 800")" 1
	# a table of another target
	lose 1600
	dmsetup wipe_table r
	retry_until 3 event_came lost-data 1600
	sleep 1.2
	assert_equal "$(times_told "lost-data 1600")" 1
	# a device that goes takes what waits with it: it is in the log
	dmsetup load r --table "0 8192 remap /dev/main 0 /dev/mapper/part"
	dmsetup resume r
	log_mark
	lose 2400
	dmsetup remove r
	said "sectors of the block at sector 2400 of the main are lost (1)"
	dmsetup remove part
}

@test "a block that a command makes pending is told" {
	remap_create r /dev/main /dev/spare
	listen
	null_blk_bad main +800-800
	# whoever asks for a move learns that the block cannot be read
	remap_attr r remaps/add 800
	retry_until 3 event_came pending 800
	said "the block at sector 800 of the main cannot be read"
	remap_attr r remaps/mark 1600
	retry_until 3 event_came pending 1600
	said "the block at sector 1600 of the main is marked as bad"
	assert_equal "$(<$CONFIG/remaps/pending)" 2
	# it is pending already
	log_mark
	remap_attr r remaps/add 800
	remap_attr r remaps/mark 1600
	sleep 1.2
	assert_equal "$(times_told "pending [0-9]*")" 2
	assert_equal "$(times_said "the block at sector")" 0
}

@test "the log has the name of today, and a burst of one kind or set hides no other" {
	null_blk main2 1
	null_blk spare2 1
	remap_create r /dev/main /dev/spare
	remap_create other /dev/main2 /dev/spare2
	dmsetup rename r s
	retry_until 10 test -d /sys/kernel/config/dm-remap/s
	called s
	echo 226 >$CONFIG/spare/low_water
	moves {0..31}00
	assert_equal "$(times_said "the block at sector" s)" 10
	said "226 of 256 blocks of the spare are free" s
	pending 4000
	said "the block at sector 4000 of the main cannot be read" s
	dmsetup message s 0 forget 4000
	said "sectors of the block at sector 4000 of the main are lost (1)" s
	null_blk_bad main2 +80-80
	write_pattern /dev/mapper/other 80 4096 a
	said "the block at sector 80 of the main has moved" other
	echo 223 >$CONFIG/spare/reserve
	refused "" write_bad 4800
	said "no block of the spare is free" s
	# suppressed lines are counted
	echo 0 >$CONFIG/spare/reserve
	sleep 5
	moves 5600
	log_since | grep -q "device-mapper: remap: s: [0-9]* callbacks suppressed"
}
# called NAME: the set has this name from now on
called() { R=/dev/mapper/$1 CONFIG=/sys/kernel/config/dm-remap/$1; }
write_bad() { null_blk_bad main "+$1-$1" && write_pattern $R "$1" 4096 a; }

@test "that nothing stops a storm is said when it is set, and at each activation" {
	remap_create r /dev/main /dev/spare persistent
	! said "errors/storm_limit is 0" || false
	echo 0 >$CONFIG/errors/storm_limit
	said "errors/storm_limit is 0"
	dmsetup suspend r
	dmsetup resume r
	dmsetup remove r
	assert_equal "$(times_said "errors/storm_limit is 0")" 1
	remap_create r /dev/main /dev/spare persistent
	assert_equal "$(times_said "errors/storm_limit is 0")" 2
}
