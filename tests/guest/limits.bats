#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The limits of the device match those of the lower devices, and flush, discard, write
# zeroes and NOWAIT work on both.
# rig: disk big4k size=16M lbs=4096
# rig: disk nvme1 size=16M
# rig: disk nvme2 size=4M
# rig: test=uml/3 timeout=900 smp=1
#
# shellcheck disable=SC2030,SC2031 # each test sets MAIN for itself

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

teardown() { remove_devices; }
teardown_file() { clean_up; }

# limit DEVICE NAME: of its queue
limit() { echo "$(<"/sys/dev/block/$(mountpoint -x "$1")/queue/$2")"; }

# --- limits --------------------------------------------------------------------------

@test "sectors as large as those of the larger disk" {
	local big
	big=$(rig_disk big4k)
	null_blk spare 4
	remap_create r "$big" /dev/spare
	assert_equal "$(limit $R logical_block_size) $(<$CONFIG/block_size)" "4096 4096"
	(($(limit $R physical_block_size) >= 4096))
	write_pattern $R 0 65536 a
	echo "8 16" >$CONFIG/remaps/add
	write_pattern $R 8 4096 b
	assert_data $R 0 4096 a
	assert_data $R 8 4096 b
	assert_data $R 16 57344 a 8192
	assert_data "$big" 8 4096 a 4096
	remap_map r
	assert_data /dev/spare "$(spare_of 8)" 4096 b
	run ! read_direct $R 8 512
	echo "8 16" >$CONFIG/remaps/remove
	assert_data "$big" 8 4096 b
	dmsetup remove r
	# the spare may be the larger one
	null_blk main 16
	remap_create r /dev/main "$big"
	assert_equal "$(limit $R logical_block_size)" 4096
	echo 8 >$CONFIG/remaps/add
	write_pattern $R 0 65536 c
	assert_data $R 0 65536 c
	remap_map r
	assert_data "$big" "$(spare_of 8)" 4096 c 4096
}

@test "bad sectors of 4 KiB" {
	null_blk main 16 blocksize=4096 badblocks=+2056-2063
	null_blk spare 4 blocksize=4096
	remap_create r /dev/main /dev/spare transient block_size 16384
	write_pattern $R 2048 4096 old
	write_pattern $R 2056 8192 a
	assert_data $R 2048 4096 old
	assert_data $R 2056 8192 a
	assert_equal "$(remap_status r remapped lost_sectors)" "1 0"
	unreadable /dev/main 2056 4096
	null_blk_bad main +4104-4111 +4120-4127
	write_pattern $R 4104 4096 b
	read_direct $R 4096 4096 | cmp -n 4096 - /dev/zero
	assert_equal "$(remap_status r remapped lost_sectors)" "2 0"
	assert_equal "$(remap_list r | tail -1 | cut -d' ' -f4-6)" "split 0x0 0xff000000"
	unreadable $R 4120 4096
}

@test "discards are promised when the main can, and no larger" {
	null_blk main 16 discard=1
	null_blk spare 4 discard=1
	null_blk plain 16
	remap_create r /dev/main /dev/spare
	(($(limit $R discard_max_bytes) > 0))
	(($(limit $R discard_max_bytes) <= $(limit /dev/main discard_max_bytes)))
	(($(limit $R discard_granularity) >= $(limit /dev/main discard_granularity)))
	dmsetup remove r
	remap_create r /dev/plain /dev/spare
	assert_equal "$(limit $R discard_max_bytes)" 0
	refused "not supported" blkdiscard -f -l 4096 $R
}

@test "zeroes are written by those disks only that can" {
	local a b
	a=$(rig_disk nvme1)
	b=$(rig_disk nvme2)
	null_blk main 16
	null_blk spare 4
	(($(limit "$a" write_zeroes_max_bytes) > 0))
	remap_create r "$a" /dev/spare
	assert_equal "$(limit $R write_zeroes_max_bytes)" 0
	dmsetup remove r
	remap_create r /dev/main "$b"
	assert_equal "$(limit $R write_zeroes_max_bytes)" 0
	dmsetup remove r
	remap_create r "$a" "$b"
	(($(limit $R write_zeroes_max_bytes) > 0))
	(($(limit $R write_zeroes_max_bytes) <= $(limit "$a" write_zeroes_max_bytes)))
}

@test "a cache of either disk is one of the device" {
	null_blk main 16
	null_blk spare 4
	null_blk cmain 16 cache_size=4
	null_blk cspare 4 cache_size=4
	remap_create r /dev/main /dev/spare
	assert_equal "$(limit $R write_cache)" "write through"
	dmsetup remove r
	remap_create r /dev/cmain /dev/spare
	assert_equal "$(limit $R write_cache)" "write back"
	dmsetup remove r
	remap_create r /dev/main /dev/cspare
	assert_equal "$(limit $R write_cache)" "write back"
}

# --- flush ------------------------------------------------------------------------------

# flushes DISK: that it has done
flushes() { gawk '{ print $16 }' "/sys/block/$1/stat"; }

@test "fsync reaches both disks" {
	local main spare
	null_blk main 16 cache_size=4
	null_blk spare 4 cache_size=4
	remap_create r /dev/main /dev/spare
	echo "8 8" >$CONFIG/remaps/add
	main=$(flushes main)
	spare=$(flushes spare)
	write_pattern $R 8 4096 a
	sync $R
	(($(flushes main) > main && $(flushes spare) > spare))
	main=$(flushes main)
	spare=$(flushes spare)
	pattern 8192 b | dd of=$R bs=8192 iflag=fullblock conv=notrunc,fsync status=none
	(($(flushes main) > main && $(flushes spare) > spare))
}

@test "an fsync that one of the disks fails is an error" {
	local disk
	for disk in main spare; do
		null_blk main 16 cache_size=4
		null_blk spare 4 cache_size=4
		dmsetup create fails --table "0 $(sectors /dev/$disk) linear /dev/$disk 0"
		if [ $disk = main ]; then
			remap_create r /dev/mapper/fails /dev/spare
		else
			remap_create r /dev/main /dev/mapper/fails
			# a spare without blocks is not needed for anything
			echo 0 >$CONFIG/remaps/add
		fi
		write_pattern $R 0 4096 a
		sync $R
		dmsetup suspend --noflush --nolockfs fails
		dmsetup reload fails --table "0 $(sectors /dev/$disk) flakey /dev/$disk 0 0 600 1 error_writes"
		dmsetup resume fails
		run ! sync $R
		remove_devices
	done
}

# --- discard and zeroes over what is on both -----------------------------------------------

# mixed_before: 128 KiB of pattern a on R, some blocks of it on the spare.
# mixed_after: sectors 20-195 are zero, wherever they are, and no others
mixed_before() {
	write_pattern $R 0 131072 main
	printf '16 16\n64 24\n120 8\n192 8\n' | dd of=$CONFIG/remaps/add bs=4096 iflag=fullblock status=none
	write_pattern $R 0 131072 a
	assert_equal "$(<$CONFIG/remaps/count)" 7
}

mixed_after() {
	assert_data $R 0 $((20 * 512)) a
	assert_data $R 196 $((60 * 512)) a $((196 * 512))
	read_direct $R 20 $((176 * 512)) | cmp -n $((176 * 512)) - /dev/zero
	# I/O to blocks on the spare has left the main alone
	assert_data "$MAIN" 16 8192 main $((16 * 512))
	assert_data "$MAIN" 64 12288 main $((64 * 512))
	assert_data "$MAIN" 120 4096 main $((120 * 512))
	assert_data "$MAIN" 192 4096 main $((192 * 512))
	# and the rest is on the main
	read_direct "$MAIN" 88 $((32 * 512)) | cmp -n $((32 * 512)) - /dev/zero
	assert_equal "$(<$CONFIG/remaps/count) $(remap_status r state)" "7 ok"
	write_pattern $R 0 131072 b
	assert_data $R 0 131072 b
}

@test "discard over what is on both disks" {
	null_blk main 16 discard=1
	null_blk spare 4 discard=1
	MAIN=/dev/main
	remap_create r $MAIN /dev/spare
	mixed_before
	blkdiscard -f -o $((20 * 512)) -l $((176 * 512)) $R
	mixed_after
}

@test "discard where the spare cannot leaves its blocks as they are" {
	null_blk main 16 discard=1
	null_blk spare 4
	MAIN=/dev/main
	remap_create r $MAIN /dev/spare
	(($(limit $R discard_max_bytes) > 0)) || skip "no discards are promised"
	mixed_before
	blkdiscard -f -o $((20 * 512)) -l $((176 * 512)) $R
	assert_data $R 0 $((20 * 512)) a
	assert_data $R 196 $((60 * 512)) a $((196 * 512))
	assert_data $R 64 12288 a $((64 * 512))
	assert_data $MAIN 64 12288 main $((64 * 512))
	read_direct $R 88 $((32 * 512)) | cmp -n $((32 * 512)) - /dev/zero
	assert_equal "$(<$CONFIG/remaps/count) $(remap_status r state)" "7 ok"
}

zeroes_over_both() {
	remap_create r "$MAIN" "$1"
	mixed_before
	blkdiscard -f -z -o $((20 * 512)) -l $((176 * 512)) $R
	mixed_after
}

@test "zeroes over what is on both disks, where the disks write them" {
	MAIN=$(rig_disk nvme1)
	zeroes_over_both "$(rig_disk nvme2)"
}

@test "zeroes over what is on both disks, where they come as data" {
	null_blk main 16
	null_blk spare 4
	MAIN=/dev/main
	zeroes_over_both /dev/spare
}

@test "a discard of a block that is lost or pending is no error, and does not bring it back" {
	null_blk main 16 discard=1 badblocks=+2050-2050
	null_blk spare 4 discard=1
	remap_create r /dev/main /dev/spare
	write_pattern $R 2048 512 a
	unreadable $R 2050 512
	assert_equal "$(remap_status r pending)" 1
	blkdiscard -f -o $((2048 * 512)) -l 4096 $R
	write_pattern $R 2048 4096 b
	assert_data $R 2048 4096 b
	assert_equal "$(remap_status r pending remapped lost_sectors)" "0 1 0"
}

# --- partitions -----------------------------------------------------------------------------

@test "partitions as main and spare" {
	local main=/dev/main spare=/dev/spare
	null_blk main 16
	null_blk spare 8
	printf 'label: gpt\nstart=2051, size=8192\nstart=12288, size=8192\n' | sfdisk -q $main
	printf 'label: gpt\nstart=3001, size=4096\n' | sfdisk -q $spare
	retry_until 10 [ -b ${main}2 ]
	retry_until 10 [ -b ${spare}1 ]
	write_pattern ${main}2 0 1048576 second
	remap_create r ${main}1 ${spare}1
	assert_equal "$(sectors $R) $(<$CONFIG/spare/total)" "8192 512"

	write_pattern $R 0 65536 a
	assert_data $main 2051 65536 a
	# a bad sector: the copy, the retry and the remap are all in the right place
	null_blk_bad main +$((2051 + 1001))-$((2051 + 1001))
	write_pattern $R 968 65536 b
	assert_data $R 968 65536 b
	remap_map r
	assert_equal "${!MAP[*]}" 1000
	assert_data $spare $((3001 + MAP[1000])) 4096 b $((32 * 512))
	assert_data $main $((2051 + 968)) $((32 * 512)) b
	assert_data $main $((2051 + 1008)) $((88 * 512)) b $((40 * 512))
	# part of a block, so that the rest is copied
	null_blk_bad main +$((2051 + 83))-$((2051 + 83))
	write_pattern $R 83 512 c
	assert_data $R 83 512 c
	assert_data $R 80 1536 a $((80 * 512))
	# by hand, and back
	echo "16 8" >$CONFIG/remaps/add
	write_pattern $R 16 4096 d
	remap_map r
	assert_data $spare $((3001 + MAP[16])) 4096 d
	assert_data $main $((2051 + 16)) 4096 a $((16 * 512))
	echo "16 8" >$CONFIG/remaps/remove
	assert_data $main $((2051 + 16)) 4096 d
	# the last block, and nothing behind it
	write_pattern $R 8184 4096 e
	assert_data $main $((2051 + 8184)) 4096 e
	assert_equal "$(used_bytes $main $((2051 + 8192)) 4096)" 0
	assert_data ${main}2 0 1048576 second
	sfdisk -qV $main
	sfdisk -qV $spare
}

# --- how I/O is split -------------------------------------------------------------------------

# ios DISK FIELD: 1 is reads done, 5 is writes
ios() { gawk -v f="$2" '{ print $f }' "/sys/block/$1/stat"; }

# reads COMMAND...: sets READS to how many reads of main and spare it takes
reads() {
	local main spare
	main=$(ios main 1)
	spare=$(ios spare 1)
	"$@" >/dev/null
	READS="$(($(ios main 1) - main)) $(($(ios spare 1) - spare))"
}

@test "a read is split at the edges of what is remapped, and nowhere else" {
	null_blk main 64 max_sectors=1024
	null_blk spare 4 max_sectors=1024
	reads read_direct /dev/main 65536 262144
	[ "$READS" = "1 0" ] || skip "the disk itself takes several: $READS"
	remap_create r /dev/main /dev/spare
	echo linear >$CONFIG/spare/policy
	# far away
	echo "0 8" >$CONFIG/remaps/add
	reads read_direct $R 65536 262144
	assert_equal "$READS" "1 0"
	# a run in the middle that is a run on the spare
	echo "65728 64" >$CONFIG/remaps/add
	reads read_direct $R 65536 262144
	assert_equal "$READS" "2 1"
	# a read within it
	reads read_direct $R 65740 8192
	assert_equal "$READS" "0 1"
	# one more block, somewhere else on the spare
	echo "66000 8" >$CONFIG/remaps/add
	reads read_direct $R 65536 262144
	assert_equal "$READS" "3 2"
}

# --- NOWAIT ----------------------------------------------------------------------------------

@test "I/O that must not wait" {
	local engine rw
	null_blk main 16
	null_blk spare 4
	remap_create r /dev/main /dev/spare
	echo "0 1024" >$CONFIG/remaps/add
	for engine in pvsync2 io_uring; do
		for rw in write read; do
			fio --name=nowait --filename=$R --direct=1 --ioengine=$engine --nowait=1 --rw=$rw --bs=16k \
				--offset=0 --size=1M --verify=crc32c --do_verify=1 --verify_fatal=1 --verify_state_save=0
		done
	done
	# a block that needs to be waited for: it says so, and does not hang
	null_blk_bad main +4096-4096
	unreadable $R 4096 4096
	run ! timeout 20 fio --name=nowait --filename=$R --direct=1 --ioengine=pvsync2 --nowait=1 --rw=read --bs=4k \
		--offset=2M --size=4k
	assert_output --partial "Resource temporarily unavailable"
	assert_equal "$(remap_status r pending)" 1
}

# --- the tracker ---------------------------------------------------------------------

# noted: the output of the tracker ID, from the beginning
noted() { dmsetup message r 0 track read "$ID" 0; }

@test "a tracker notes each region that was written or discarded, and no other one" {
	local sectors region
	null_blk main 16 discard=1
	null_blk spare 4
	remap_create r /dev/main /dev/spare
	read -r ID sectors < <(dmsetup message r 0 track start)
	assert_equal "$sectors" 8
	assert_equal "$(noted)" ""
	write_pattern $R 8 4096 a
	# a piece of a word of bits, many whole ones, and a piece
	blkdiscard -f -o $((24 * 512)) -l $((8000 * 512)) $R
	assert_equal "$(noted)" $'8 8\n24 8000'
	assert_equal "$(noted)" ""
	for region in "0 64" "64 64" "63 66" "1 62" "127 2" "4095 1" "0 4096"; do
		read -r region sectors <<<"$region"
		blkdiscard -f -o $((region * 4096)) -l $((sectors * 4096)) $R
		assert_equal "$(noted)" "$((region * 8)) $((sectors * 8))"
	done
	dmsetup message r 0 track stop "$ID"
}
