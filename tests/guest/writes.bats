#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The main job: a write over bad sectors succeeds and reads back; data that is not
# bad stays where it was.
#
# Sectors that are bad on each main, all others being good:
#   2051 2600 3333    in three blocks of the megabyte from 2048 on
#   8201              in the block 8200-8207
#   12290             in the block 12288-12295
#   16444             in the 64 KiB from 16384 on
#   20483             in the block 20480-20487
#   24700             in the 64 KiB from 24576 on
#   29000 30000       in the megabyte from 28672 on
#
# rig: disk medium size=16M inject-error-read=2051,2600,3333,8201,12290,16444,20483,24700,29000,30000 inject-error-write=2051,2600,3333,8201,12290,16444,20483,24700,29000,30000
# rig: disk unreadable size=16M inject-error-read=2051
# rig: test=uml,umldebug timeout=900
#
# shellcheck disable=SC2030,SC2031 # each test sets MAIN for itself

load ../lib/common

BAD=(2051 2600 3333 8201 12290 16444 20483 24700 29000 30000)
R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

teardown() { remove_devices; }
teardown_file() { clean_up; }

# make_main KIND: sets MAIN, to a disk with the bad sectors above
make_main() {
	local sector
	case $1 in
	nvme) MAIN=$(rig_disk medium) ;;
	null_blk)
		null_blk main 16
		for sector in "${BAD[@]}"; do null_blk_bad main "+$sector-$sector"; done
		MAIN=/dev/main
		;;
	esac
	null_blk spare 4
}

# assert_remaps N: on the status line, in configfs, and in the list
assert_remaps() {
	remap_map r
	assert_equal "$(remap_status r remapped) $(<$CONFIG/remaps/count) ${#MAP[@]}" "$1 $1 $1"
}

# assert_on_spare SECTOR BYTES SEED [SKIP]: that is where this part of the device
# is, by the list that assert_remaps has read
assert_on_spare() { assert_data /dev/spare "$(spare_of "$1")" "$2" "$3" "${4:-0}"; }

# --- what an application sees ----------------------------------------------------

writes_past_the_cache() {
	make_main "$1"
	remap_create r "$MAIN" /dev/spare
	write_pattern $R 8201 512 a
	assert_data $R 8201 512 a
	assert_remaps 1
	write_pattern $R 12288 4096 b
	assert_data $R 12288 4096 b
	assert_remaps 2
	write_pattern $R 16384 65536 c
	assert_data $R 16384 65536 c
	assert_remaps 3
	# once more: now the blocks are on the spare
	write_pattern $R 8201 512 a2
	write_pattern $R 12288 4096 b2
	write_pattern $R 16384 65536 c2
	assert_data $R 8201 512 a2
	assert_data $R 12288 4096 b2
	assert_data $R 16384 65536 c2
	assert_remaps 3
	assert_on_spare 8201 512 a2
	assert_on_spare 12288 4096 b2
	assert_on_spare 16440 4096 c2 $((56 * 512))
	# nothing but these three blocks is on the spare; of the first, one sector
	assert_equal "$(used_bytes /dev/spare)" $((512 + 4096 + 4096))
	assert_equal "$(remap_status r state pending lost_sectors)" "ok 0 0"
	[ "$(remap_status r main_write_errors)" -ge 3 ]
}

@test "writes of 512 B, 4 KiB and 64 KiB over bad sectors, null_blk" {
	writes_past_the_cache null_blk
}

@test "writes of 512 B, 4 KiB and 64 KiB over bad sectors, NVMe" {
	writes_past_the_cache nvme
}

write_megabyte() {
	make_main "$1"
	remap_create r "$MAIN" /dev/spare
	write_pattern $R 2048 1048576 a
	assert_data $R 2048 1048576 a
	assert_remaps 3
	assert_equal "$(remap_list r | cut -d' ' -f1,3,4,5 | tr '\n' ,)" \
		"2048 8 remapped 0x0,2600 8 remapped 0x0,3328 8 remapped 0x0,"
	# all but the three blocks is on the main
	assert_data "$MAIN" 2056 $((544 * 512)) a $((8 * 512))
	assert_data "$MAIN" 2608 $((720 * 512)) a $((560 * 512))
	assert_data "$MAIN" 3336 $((760 * 512)) a $((1288 * 512))
	# and the three blocks, nothing else, are on the spare
	assert_on_spare 2048 4096 a
	assert_on_spare 2600 4096 a $((552 * 512))
	assert_on_spare 3328 4096 a $((1280 * 512))
	assert_equal "$(used_bytes /dev/spare)" $((3 * 4096))
	# before and behind it nothing was written
	assert_equal "$(used_bytes "$MAIN" 0 1048576) $(used_bytes "$MAIN" 4096 1048576)" "0 0"
}

@test "a write of 1 MiB over three bad sectors makes three remaps, null_blk" {
	write_megabyte null_blk
}

@test "a write of 1 MiB over three bad sectors makes three remaps, NVMe" {
	write_megabyte nvme
}

# buffered SECTOR BYTES SEED: through the page cache, then fsync, then read back
# from the disk
buffered() {
	_pattern_file "$2" "$3"
	dd if="$PATTERN_FILE" of=$R bs="$2" oseek="$(($1 * 512))B" conv=notrunc,fsync status=none
	assert_data $R "$1" "$2" "$3"
	blockdev --flushbufs $R
	cmp -n "$2" -i "$(($1 * 512)):0" $R "$PATTERN_FILE"
}

buffered_writes() {
	local page
	page=$(page_size)
	make_main "$1"
	remap_create r "$MAIN" /dev/spare
	# of a part of a page, the kernel would first read the rest, which cannot be read
	buffered 20480 "$page" a
	assert_remaps 1
	buffered 24576 65536 b
	assert_remaps 2
	buffered 28672 1048576 c
	assert_remaps 4
	assert_on_spare 20480 4096 a
	assert_on_spare 24696 4096 b $((120 * 512))
	assert_on_spare 29000 4096 c $((328 * 512))
	assert_on_spare 30000 4096 c $((1328 * 512))
	assert_data "$MAIN" 28672 $((328 * 512)) c
	assert_data "$MAIN" 30008 $((712 * 512)) c $((1336 * 512))
	assert_equal "$(used_bytes /dev/spare)" $((4 * 4096))
}

@test "buffered writes of a page, 64 KiB and 1 MiB, and fsync, null_blk" { buffered_writes null_blk; }

@test "buffered writes of a page, 64 KiB and 1 MiB, and fsync, NVMe" { buffered_writes nvme; }

@test "synchronous and FUA writes reach the spare as such" {
	local tracing=/sys/kernel/tracing spare_dev seed
	[ -e $tracing/events/block ] || skip "this kernel has no tracepoints of the block layer"
	null_blk main 16 cache_size=4 badblocks=+12290-12290
	null_blk spare 4 cache_size=4
	remap_create r /dev/main /dev/spare
	spare_dev=$(<$CONFIG/spare/device)
	echo 1 >$tracing/events/block/block_rq_issue/enable
	# when it is remapped, and when it is
	for seed in a b; do
		: >$tracing/trace
		write_pattern $R 12288 4096 $seed direct,dsync
		assert_data $R 12288 4096 $seed
		grep -E "block_rq_issue: ${spare_dev/:/,} W[A-Z]*F[A-Z]* .* \+ 8 " $tracing/trace
	done
	echo 0 >$tracing/events/block/block_rq_issue/enable
	assert_remaps 1
	# and as an application would
	write_pattern $R 12288 4096 c sync
	assert_data $R 12288 4096 c
	assert_on_spare 12288 4096 c
}

zeroes() {
	make_main "$1"
	remap_create r "$MAIN" /dev/spare
	write_pattern $R 2048 1048576 a
	assert_remaps 3
	write_pattern $R 12280 512 b
	write_pattern $R 12296 512 c
	# over remapped blocks, and over a bad sector for the first time
	blkdiscard -fz -o $((2048 * 512)) -l 1048576 $R
	blkdiscard -fz -o $((12288 * 512)) -l 4096 $R
	read_direct $R 2048 1048576 | cmp -n 1048576 - /dev/zero
	assert_data $R 12280 512 b
	assert_data $R 12296 512 c
	# remapped blocks stay so
	[ "$(<$CONFIG/remaps/count)" -ge 3 ]
	write_pattern $R 2048 1048576 d
	assert_data $R 2048 1048576 d
}

@test "writing zeroes over bad and remapped sectors, null_blk" {
	zeroes null_blk
	# this disk can only be told to by writing them
	assert_remaps 4
	read_direct $R 12288 4096 | cmp -n 4096 - /dev/zero
}

@test "writing zeroes over bad and remapped sectors, NVMe" { zeroes nvme; }

# --- the rest of a bad block --------------------------------------------------------

@test "the good sectors of a bad block keep their content" {
	make_main null_blk
	null_blk_bad main -8201-8201
	write_pattern "$MAIN" 8192 16384 old
	null_blk_bad main +8201-8201
	remap_create r "$MAIN" /dev/spare
	# beside the bad sector there is nothing to remap
	write_pattern $R 8200 512 a
	assert_remaps 0
	assert_data "$MAIN" 8200 512 a
	# part of the block, the bad sector in it
	write_pattern $R 8201 1024 b
	assert_remaps 1
	assert_data $R 8192 4096 old
	assert_data $R 8200 512 a
	assert_data $R 8201 1024 b
	assert_data $R 8203 2560 old $((11 * 512))
	assert_data $R 8208 4096 old $((16 * 512))
	assert_on_spare 8200 512 a
	assert_on_spare 8201 1024 b
	assert_on_spare 8203 2560 old $((11 * 512))
	assert_equal "$(remap_status r lost_sectors)" 0
	# further pieces of it go to the spare, and nothing to the main
	write_pattern $R 8206 512 c
	assert_on_spare 8206 512 c
	assert_data "$MAIN" 8203 2560 old $((11 * 512))
	assert_data $R 8203 1536 old $((11 * 512))
}

@test "unreadable sectors of a block stay on the main until it gives them, or they are written" {
	make_main null_blk
	null_blk_bad main -8201-8201
	write_pattern "$MAIN" 8200 4096 old
	null_blk_bad main +8201-8203
	remap_create r "$MAIN" /dev/spare
	remap_attr r errors/pending_retry_ms 0
	write_pattern $R 8202 512 a
	assert_remaps 1
	assert_equal "$(remap_status r lost_sectors state)" "0 degraded"
	assert_equal "$(remap_list r | cut -d' ' -f4-6)" "split 0x0 0xa"
	unreadable $R 8201 512
	unreadable $R 8200 4096
	assert_data $R 8200 512 old
	assert_data $R 8202 512 a
	assert_data $R 8204 2048 old 2048
	write_pattern $R 8203 512 b
	assert_data $R 8203 512 b
	assert_equal "$(remap_list r | cut -d' ' -f4-6)" "split 0x0 0x2"
	# the main gives it at last: it is copied, and the main not asked again
	null_blk_bad main -8201-8203
	assert_data $R 8201 512 old 512
	assert_equal "$(remap_list r | cut -d' ' -f4-6)" "remapped 0x0 0x0"
	null_blk_bad main +8200-8207
	assert_data $R 8200 1024 old
	assert_data $R 8202 512 a
	assert_equal "$(remap_status r lost_sectors state)" "0 ok"
	assert_remaps 1
}

@test "an error of the spare is an error of that read, and gone with it" {
	local slot
	make_main null_blk
	remap_create r "$MAIN" /dev/spare
	write_pattern $R 8200 4096 a
	assert_remaps 1
	slot=$(spare_of 8200)
	null_blk_bad spare "+$((slot + 3))-$((slot + 3))"
	unreadable $R 8200 4096
	unreadable $R 8203 512
	assert_data $R 8204 512 a 2048
	assert_equal "$(remap_status r lost_sectors state)" "0 ok"
	null_blk_bad spare "-$((slot + 3))-$((slot + 3))"
	assert_data $R 8200 4096 a
	assert_remaps 1
}

@test "what the main does not give is never zeros, whatever on_read_error says" {
	make_main null_blk
	null_blk_bad main -2051-2051
	write_pattern "$MAIN" 2048 4096 old
	null_blk_bad main +2051-2051
	remap_create r "$MAIN" /dev/spare
	remap_attr r errors/on_read_error zero
	unreadable $R 2048 4096
	unreadable $R 2051 512
	# declared lost by a person: zeros until it is written
	dmsetup message r 0 forget 2048 8
	assert_equal "$(remap_list r | cut -d' ' -f4-6)" "remapped 0x8 0x0"
	read_direct $R 2051 512 | cmp -n 512 - /dev/zero
	assert_data $R 2048 1536 old
	assert_data $R 2052 2048 old 2048
	remap_attr r errors/on_read_error fail
	unreadable $R 2051 512
	write_pattern $R 2051 512 new
	assert_data $R 2051 512 new
	assert_equal "$(remap_list r | cut -d' ' -f4-6)" "remapped 0x0 0x0"
}

@test "blocks that are marked are neither read nor moved, until they are written" {
	make_main null_blk
	null_blk_bad main -2051-2051
	write_pattern "$MAIN" 2048 16384 old
	remap_create r "$MAIN" /dev/spare
	dmsetup message r 0 mark 2048 16
	dmsetup message r 0 mark 2048 24
	assert_equal "$(remap_status r pending remapped main_read_errors)" "3 0 0"
	assert_equal "$(used_bytes /dev/spare)" 0
	write_pattern $R 2056 4096 new
	assert_on_spare_of_one 2056 new
	refused "File exists" dmsetup message r 0 mark 2056 8
	refused "No such" dmsetup message r 0 forget 2080 8
	# it can be read: it moves with that
	assert_data $R 2048 4096 old
	assert_equal "$(remap_status r pending remapped)" "1 2"
}

# assert_on_spare_of_one SECTOR SEED: this block is on the spare, and nothing else
assert_on_spare_of_one() {
	remap_map r
	assert_on_spare "$1" 4096 "$2"
	assert_equal "$(used_bytes /dev/spare)" 4096
}

@test "block sizes of 512, 4096 and 32768" {
	local size sectors first
	for size in 512 4096 32768; do
		sectors=$((size / 512))
		make_main null_blk
		null_blk_bad main -16444-16444
		write_pattern "$MAIN" 16320 131072 old
		null_blk_bad main +16444-16444
		remap_create r "$MAIN" /dev/spare transient block_size $size
		assert_equal "$(<$CONFIG/block_size)" $size
		assert_equal "$(<$CONFIG/remaps/capacity)" $((4 * 1024 * 1024 / size))
		# 64 KiB that begin and end within a block of the largest size
		write_pattern $R 16391 65536 a
		assert_data $R 16391 65536 a
		assert_remaps 1
		first=$((16444 / sectors * sectors))
		assert_equal "${!MAP[*]} $MAP_SECTORS" "$first $sectors"
		assert_on_spare 16444 512 a $((53 * 512))
		assert_data $R 16320 $((71 * 512)) old
		assert_data $R 16519 $((57 * 512)) old $((199 * 512))
		# the blocks around it are on the main
		[ $first -lt 16391 ] || assert_data "$MAIN" 16391 $(((first - 16391) * 512)) a
		first=$((first + sectors))
		assert_data "$MAIN" $first $(((16519 - first) * 512)) a $(((first - 16391) * 512))
		remove_devices
	done
}

# --- reads ---------------------------------------------------------------------------

read_then_write() {
	local main=$1
	unreadable $R 2048 4096
	assert_equal "$(<$CONFIG/remaps/pending) $(<$CONFIG/remaps/count) $(remap_status r pending remapped state)" \
		"1 0 1 0 degraded"
	[ "$(remap_status r main_read_errors)" -ge 1 ]
	assert_equal "$(remap_list r | cut -d' ' -f1,3,4)" "2048 8 pending"
	# again: it is pending once
	unreadable $R 2048 65536
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	# the other requested sectors are readable
	assert_data $R 2056 61440 old 4096
	write_pattern $R 2048 4096 a
	assert_data $R 2048 4096 a
	assert_remaps 1
	assert_equal "$(<$CONFIG/remaps/pending) $(<$CONFIG/state)" "0 ok"
	assert_on_spare 2048 4096 a
	assert_data "$main" 2056 61440 old 4096
}

@test "a bad sector that is read is an error, and its next write goes to the spare, null_blk" {
	make_main null_blk
	null_blk_bad main -2051-2051
	write_pattern "$MAIN" 2048 65536 old
	null_blk_bad main +2051-2051
	remap_create r "$MAIN" /dev/spare
	read_then_write "$MAIN"
}

@test "a sector that can be written but not read goes to the spare too, NVMe" {
	MAIN=$(rig_disk unreadable)
	null_blk spare 4
	write_pattern "$MAIN" 2048 65536 old
	remap_create r "$MAIN" /dev/spare
	read_then_write "$MAIN"
}

@test "a pending block keeps its good sectors, and what is written into it" {
	make_main null_blk
	null_blk_bad main -2051-2051
	write_pattern "$MAIN" 2048 4096 old
	null_blk_bad main +2051-2052
	remap_create r "$MAIN" /dev/spare
	unreadable $R 2051 512
	assert_equal "$(<$CONFIG/remaps/pending)" 1
	write_pattern $R 2051 512 a
	assert_remaps 1
	assert_equal "$(<$CONFIG/remaps/pending)" 0
	assert_data $R 2048 1536 old
	assert_data $R 2051 512 a
	unreadable $R 2052 512
	assert_data $R 2053 1536 old 2560
	assert_equal "$(remap_status r lost_sectors) $(remap_list r | cut -d' ' -f4-6)" \
		"0 split 0x0 0x10"
}

@test "reading the good sectors of a pending block moves and loses nothing" {
	make_main null_blk
	null_blk_bad main -2051-2051
	write_pattern "$MAIN" 2048 4096 old
	null_blk_bad main +2051-2051
	remap_create r "$MAIN" /dev/spare
	unreadable $R 2051 512
	remap_attr r errors/pending_retry_ms 0
	assert_data $R 2048 1536 old
	assert_data $R 2052 2048 old 2048
	assert_equal "$(remap_status r pending remapped lost_sectors)" "1 0 0"
	# the disk may still return sectors that failed
	null_blk_bad main -2051-2051
	assert_data $R 2048 4096 old
}

@test "a read that succeeds at last gives the data, and the block moves at once" {
	local sectors
	make_main null_blk
	null_blk_bad main -2051-2051
	write_pattern "$MAIN" 2048 4096 old
	null_blk_bad main +2051-2051
	sectors=$(sectors "$MAIN")
	dmsetup create slow --table "0 $sectors delay $MAIN 0 300"
	remap_create r /dev/mapper/slow /dev/spare
	remap_attr r errors/retries 16
	read_direct $R 2048 4096 >"$BATS_TEST_TMPDIR/got" &
	sleep 1.5
	null_blk_bad main -2051-2051
	wait $!
	cmp "$BATS_TEST_TMPDIR/got" <(pattern 4096 old)
	assert_remaps 1
	assert_equal "$(remap_status r pending lost_sectors)" "0 0"
	assert_on_spare 2048 4096 old
}

@test "what is written with polling is read back with polling" {
	local sector
	null_blk main 16 poll_queues=1
	null_blk spare 4 poll_queues=1
	for sector in "${BAD[@]}"; do null_blk_bad main "+$sector-$sector"; done
	remap_create r /dev/main /dev/spare
	[ "$(<"/sys/block/$(dm_dev r)/queue/io_poll")" = 1 ]
	remap_attr r remaps/add "8 80"
	timeout 120 fio --name=io --filename=$R --direct=1 --ioengine=io_uring --hipri --iodepth=8 --rw=randwrite \
		--bsrange=4k-64k --verify=crc32c --output="$BATS_TEST_TMPDIR/fio" 3>&- ||
		{ cat "$BATS_TEST_TMPDIR/fio"; return 1; }
	assert_equal "$(remap_status r pending lost_sectors)" "0 0"
	[ "$(remap_status r remapped)" -gt 10 ]
}
