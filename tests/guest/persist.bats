#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Persistent sets: what is remapped, and how a set is configured, is as before
# when the device has been removed and the modules unloaded.
# rig: kernels=6.12 timeout=1200

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
	# and once more, with what was written then
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
