#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Persistent sets: the remaps and the configuration of a set are the same
# when the device has been removed and the modules unloaded.
# rig: test=uml timeout=1200 smp=1

load ../lib/common
load ../lib/sets

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

teardown() { remove_devices; }
teardown_file() { clean_up; }

make_disks() {
	null_blk main "$1"
	null_blk spare "$2"
}

# --- all of it --------------------------------------------------------------------

@test "5 remaps, by errors and by hand, with data and settings" {
	local generation
	make_disks 16 8
	null_blk_bad main +2049-2049 +4100-4100 +9000-9001
	start
	assert_equal "$(<$CONFIG/metadata/state) $(remap_status r store)" "clean clean"
	write_pattern $R 2048 16384 a
	write_pattern $R 4096 8192 b
	write_pattern $R 8992 65536 c
	write_pattern $R 16000 65536 d
	printf '16008 8\n16040\n' >$CONFIG/remaps/add
	write_pattern $R 16008 4096 e
	assert_equal "$(<$CONFIG/remaps/count)" 5
	remap_attr r hash/min_buckets 256
	remap_attr r hash/grow_percent 300
	remap_attr r hash/shrink_percent 10
	remap_attr r spare/policy spread
	remap_attr r spare/reserve 17
	remap_attr r spare/low_water 33
	remap_attr r errors/auto_remap 0
	remap_attr r errors/on_read_error zero
	remap_attr r errors/retries 5
	remap_attr r errors/storm_limit 77
	generation=$(<$CONFIG/metadata/generation)
	restart_same
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/errors/retries) $(<$CONFIG/spare/policy)" \
		"5 5 linear near [spread]"
	[ "$(<$CONFIG/metadata/generation)" -ge "$generation" ]
	assert_equal "$(<$CONFIG/metadata/state) $(remap_status r store state)" "clean clean ok"
	assert_data $R 2048 16384 a
	assert_data $R 4096 8192 b
	assert_data $R 8992 65536 c
	assert_data $R 16000 4096 d
	assert_data $R 16008 4096 e
	assert_data $R 16016 57344 d 8192
	# and once more, with the data written then
	write_pattern $R 2048 16384 f
	write_pattern $R 16008 4096 g
	restart_same
	assert_data $R 2048 16384 f
	assert_data $R 16008 4096 g
	# the settings work, too: errors are passed up
	null_blk_bad main +12000-12000
	run ! write_pattern $R 12000 512 h
	assert_equal "$(<$CONFIG/remaps/count)" 5
}

# new_data: fill the device with data that is different each time
new_data() {
	dd if=/dev/urandom of=$R bs=1M count=$(($(sectors $R) / 2048)) iflag=fullblock oflag=direct status=none
}

@test "3,850 remaps of 1 KiB, alone and in ranges, with all data" {
	local list=$BATS_TEST_TMPDIR/list content
	make_disks 8 8
	start block_size 1024
	remap_attr r spare/policy spread
	# 850 blocks here and there in the lower half, 100 pieces of 30 in the upper
	gawk 'BEGIN {
		for (i = 0; i < 850; i++) print 2 * (i * 1237 % 4096), 2
		for (i = 0; i < 100; i++) print 8192 + i * 37 % 100 * 80, 60
	}' >"$list"
	cat "$list" >$CONFIG/remaps/add
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/hash/grows)" "3850 6"
	new_data
	content=$(sum $R)
	restart_same
	assert_equal "$(<$CONFIG/remaps/count) $(sum $R)" "3850 $content"
	# removed and added remaps stay so
	gawk 'NR % 5 == 0' "$list" >"$list.part"
	cat "$list.part" >$CONFIG/remaps/remove
	gawk 'BEGIN { for (i = 0; i < 90; i++) print 8192 + i * 80 + 70, 4 }' >$CONFIG/remaps/add
	assert_equal "$(<$CONFIG/remaps/count) $(sum $R)" "$((3850 - 170 - 600 + 180)) $content"
	restart_same
	assert_equal "$(sum $R)" "$content"
	# and no write is lost
	new_data
	content=$(sum $R)
	restart_same
	assert_equal "$(sum $R)" "$content"
}

# _list: the list of remaps, in LIST. What runs 100 times here must start few programs.
_list() { LIST=$(dmsetup message r 0 list 0); }

# _is FILE VALUE
_is() {
	local value
	read -r value <"$CONFIG/$1"
	[ "$value" = "$2" ] || { echo "$1: $value, not $2"; return 1; }
}

@test "100 times: a change, removal, unloading, and all is there again" {
	local i n before generation table image=$BATS_TEST_TMPDIR/image rounds=100
	local -a on=()
	[ "$(uname -m)" != s390x ] ||
		skip "QEMU 7.2 maps the stack of the kernel wrongly at times when modules come and go"
	# so many on one kernel only
	[[ $(uname -r) = 6.12.*-amd64 ]] || rounds=20
	make_disks 1 1
	write_pattern /dev/main 0 1048576 main
	pattern 1048576 main >"$image"
	table="0 2048 remap /dev/main 0 /dev/spare"
	dmsetup create r --table "$table"
	for ((i = 0; i < rounds; i++)); do
		# each of 40 blocks comes and goes
		n=$((i * 7 % 40 * 8))
		if [ -n "${on[n]:-}" ]; then
			echo $n >$CONFIG/remaps/remove
			unset "on[n]"
		else
			echo $n >$CONFIG/remaps/add
			on[n]=1
			printf 'data of round %-498d' $i >"$image.part"
			dd if="$image.part" of=$R bs=512 seek=$n oflag=direct conv=notrunc status=none
			dd if="$image.part" of="$image" bs=512 seek=$n conv=notrunc status=none
		fi
		echo $((i % 17)) >$CONFIG/errors/retries
		_list
		before=$LIST
		read -r generation <$CONFIG/metadata/generation

		dmsetup remove r
		modprobe -r dm_remap_metadata
		[ ! -e /sys/module/dm_remap ] || unload dm_remap
		[ ! -e /sys/module/dm_remap_metadata ]
		dmsetup create r --table "$table"

		_list
		[ "$LIST" = "$before" ] || { echo "$before"; echo now; echo "$LIST"; false; }
		_is remaps/count ${#on[@]}
		_is errors/retries $((i % 17))
		_is metadata/state clean
		cmp $R "$image"
		before=$generation
		read -r generation <$CONFIG/metadata/generation
		[ "$generation" -ge "$before" ]
	done
}

# --- blocks in other states ----------------------------------------------------------

@test "a pending block: its next write goes to the spare" {
	make_disks 16 4
	write_pattern /dev/main 2048 4096 old
	null_blk_bad main +2051-2051
	start
	unreadable $R 2048 4096
	assert_equal "$(remap_status r pending remapped state)" "1 0 degraded"
	restart_same
	assert_equal "$(remap_status r pending remapped state) $(remap_list r | cut -d' ' -f1,3,4)" \
		"1 0 degraded 2048 8 pending"
	unreadable $R 2051 512
	assert_data $R 2048 1536 old
	write_pattern $R 2051 512 a
	assert_equal "$(remap_status r pending remapped state)" "0 1 ok"
	restart_same
	assert_data $R 2048 1536 old
	assert_data $R 2051 512 a
	assert_data $R 2052 2048 old 2048
}

@test "lost sectors, bad spare blocks and what was removed" {
	make_disks 16 4
	write_pattern /dev/main 2048 8192 old
	null_blk_bad main +2051-2052
	start
	geometry
	remap_attr r spare/policy linear
	# the first block of the spare is bad, so the data goes to the second one
	null_blk_bad spare "+$DATA_START-$DATA_START"
	remap_attr r remaps/add "2048 16"
	# only the block that cannot be read is pending; the one beside it was copied
	assert_equal "$(remap_status r pending remapped)" "1 1"
	assert_data $R 2056 4096 old 4096
	dmsetup message r 0 forget 2048 8
	assert_equal "$(remap_status r remapped lost_sectors bad_spare state)" "2 2 1 degraded"
	null_blk_bad spare "-$DATA_START-$DATA_START"
	# one is put back, so that the lost sectors are in a block after a free one
	remap_attr r remaps/add 4096
	remap_attr r remaps/remove 2056
	restart_same
	assert_equal "$(remap_status r remapped lost_sectors bad_spare state)" "2 2 1 degraded"
	assert_equal "$(<$CONFIG/spare/bad)" 1
	remap_map r
	[ -z "${MAP[2056]:-}" ]
	[ -n "${MAP[2048]}" ]
	[ -n "${MAP[4096]}" ]
	assert_data $R 2048 1536 old
	unreadable $R 2051 512
	unreadable $R 2052 512
	assert_data $R 2053 5632 old 2560
	# the bad block is not used, the free one is
	remap_attr r remaps/add "6000 16"
	remap_map r
	[ "$(printf '%s\n' "${MAP[@]}" | sort -n | head -1)" -gt "$DATA_START" ]
	# one of the sectors is written and no longer lost
	write_pattern $R 2051 512 new
	restart_same
	assert_equal "$(remap_status r lost_sectors bad_spare)" "1 1"
	assert_data $R 2051 512 new
	unreadable $R 2052 512
	write_pattern $R 2052 512 new
	restart_same
	assert_equal "$(remap_status r lost_sectors state)" "0 ok"
	assert_data $R 2048 1536 old
	assert_data $R 2052 512 new
}

# --- what else is kept -------------------------------------------------------------------

# clean_mark: whether both superblocks say that the set was taken down in order, or
# both that it was not
clean_mark() {
	local nr
	for nr in 0 1; do
		geometry $nr
		read_direct /dev/spare "${SB[nr]}" 4096 | od --endian=little -An -tu4 -j 164 -N 4
	done | tr -d ' \n'
}

# skipped OLD: whether the generation has made the step of an activation, of 65536 from
# the superblock's value, which may lag behind
skipped() { (($(<$CONFIG/metadata/generation) - $1 > 65000)); }

@test "a smallest table beyond its share of memory is kept, but not made" {
	make_disks 16 8
	start
	[ "$(awk '/MemTotal/ { print $2 }' /proc/meminfo)" -lt 4000000 ]
	remap_attr r hash/min_buckets 16777216
	assert_equal "$(<$CONFIG/hash/min_buckets) $(<$CONFIG/hash/buckets)" "16777216 64"
	restart
	assert_equal "$(<$CONFIG/hash/min_buckets) $(<$CONFIG/hash/buckets)" "16777216 64"
	remap_attr r hash/min_buckets 65536
	retry_until 10 _is hash/buckets 65536
	restart
	assert_equal "$(<$CONFIG/hash/min_buckets) $(<$CONFIG/hash/buckets)" "65536 65536"
}

@test "a large table is resized by several processors while blocks are added" {
	local n
	make_disks 256 256
	start block_size 512
	remap_attr r hash/resize_threads 4
	for n in 0 1 2 3; do
		echo "$((n * 60000)) 60000" >$CONFIG/remaps/add &
	done
	wait
	assert_equal "$(<$CONFIG/hash/entries)" 240000
	retry_until 20 _is hash/buckets 262144
	remap_attr r hash/policy adaptive
	echo "0 200000" >$CONFIG/remaps/remove
	# it does not shrink soon, and may have grown where chains were long
	assert_equal "$(<$CONFIG/hash/entries)" 40000
	[ "$(<$CONFIG/hash/buckets)" -ge 262144 ]
	assert_equal "$(<$CONFIG/hash/policy)" "fixed [adaptive]"
	remap_attr r hash/policy fixed
	retry_until 20 _is hash/buckets 65536
	restart
	# as few as the entries need
	assert_equal "$(<$CONFIG/hash/entries) $(<$CONFIG/hash/buckets)" "40000 32768"
	assert_equal "$(<$CONFIG/hash/resize_threads)" 4
	echo "200000 40000" >$CONFIG/remaps/remove
	assert_equal "$(<$CONFIG/remaps/count)" 0
}

@test "resizes, the generation, and the mark of an orderly end" {
	local generation content
	make_disks 4 4
	start
	assert_equal "$(clean_mark)" 00
	echo "0 2400" >$CONFIG/remaps/add
	remap_attr r hash/min_buckets 1024
	remap_attr r hash/min_buckets 64
	retry_until 10 _is hash/buckets 512
	assert_equal "$(<$CONFIG/hash/grows) $(<$CONFIG/hash/shrinks)" "3 1"
	generation=$(<$CONFIG/metadata/generation)
	stop_all
	assert_equal "$(clean_mark)" 11
	start
	assert_equal "$(clean_mark) $(<$CONFIG/hash/grows) $(<$CONFIG/hash/shrinks)" "00 3 1"
	assert_equal "$(cut -d' ' -f2-4 $CONFIG/hash/history)" \
		$'1024 512 300\n256 1024 300\n128 256 194\n64 128 97'
	skipped "$generation"

	# a reload of the table changes nothing of it
	snapshot >"$BATS_TEST_TMPDIR/before"
	generation=$(<$CONFIG/metadata/generation)
	dmsetup reload r --table "$(dmsetup table r)"
	dmsetup suspend r
	dmsetup resume r
	snapshot | diff "$BATS_TEST_TMPDIR/before" -
	assert_equal "$(<$CONFIG/metadata/generation) $(clean_mark) $(<$CONFIG/hash/grows)" "$generation 00 3"
	remap_attr r remaps/add 4000
	remap_attr r metadata/sync 1
	[ "$(<$CONFIG/metadata/generation)" -gt "$generation" ]

	# the state after a power cut: the disks as they are now
	new_data
	content=$(sum $R)
	snapshot >"$BATS_TEST_TMPDIR/before"
	generation=$(<$CONFIG/metadata/generation)
	dd if=/dev/spare of="$BATS_TEST_TMPDIR/spare" bs=1M iflag=direct status=none
	dmsetup remove r
	dd if="$BATS_TEST_TMPDIR/spare" of=/dev/spare bs=1M oflag=direct status=none
	start
	snapshot | diff "$BATS_TEST_TMPDIR/before" -
	assert_equal "$(remap_status r store state) $(sum $R)" "clean ok $content"
	skipped "$generation"
	restart_same
}

@test "read_only and no_auto_remap for a set that there is" {
	local disks
	make_disks 4 2
	null_blk_bad main +800-800
	start no_auto_remap
	run ! write_pattern $R 800 512 a
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/errors/auto_remap)" "0 0"
	# it belongs to the table, not to the set, unlike the other settings
	remap_attr r errors/retries 2
	restart
	assert_equal "$(<$CONFIG/errors/auto_remap) $(<$CONFIG/errors/retries)" "1 2"
	restart no_auto_remap
	assert_equal "$(<$CONFIG/errors/auto_remap)" 0
	remap_attr r remaps/add "0 80"
	write_pattern $R 0 40960 a
	remap_attr r errors/auto_remap 1
	restart_same
	write_pattern $R 800 512 b
	assert_equal "$(<$CONFIG/remaps/count)" 11
	snapshot >"$BATS_TEST_TMPDIR/before"
	stop_all

	disks=$(sum /dev/main /dev/spare)
	start read_only
	snapshot | diff "$BATS_TEST_TMPDIR/before" -
	assert_equal "$(remap_status r state store)" "read-only clean"
	assert_data $R 0 40960 a
	assert_data $R 800 512 b
	run ! write_pattern $R 0 4096 c
	refused "Read-only file system" remap_attr r remaps/add 1600
	refused "Read-only file system" remap_attr r remaps/remove 0
	stop_all
	assert_equal "$(sum /dev/main /dev/spare)" "$disks"
	start
	snapshot | diff "$BATS_TEST_TMPDIR/before" -
	write_pattern $R 0 4096 c
	assert_data $R 0 4096 c
}
