#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# How often a bad sector is tried: the table "Attempts on the main" of docs/design.md, row by row.
#
# Of "sick" the blocks at 1024, 2048 ... 16384 take neither reads nor writes; those at 1536,
# 2560 ... 8704 take writes and give nothing; and of the block at 20480 two sectors are bad.
#
# rig: disk sick size=16M inject-error=1024-1031,2048-2055,3072-3079,4096-4103,5120-5127,6144-6151,7168-7175,8192-8199,9216-9223,10240-10247,11264-11271,12288-12295,13312-13319,14336-14343,15360-15367,16384-16391,20482,20486 inject-error-read=1536-1543,2560-2567,3584-3591,4608-4615,5632-5639,6656-6663,7680-7687,8704-8711
# rig: kernels=uml,umldebug,umlsmp test=uml/3,umldebug/3 timeout=300

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
# shellcheck disable=SC2034 # for remap_create
NEIGHBOURS=0

teardown() { remove_devices; }
teardown_file() { clean_up; }

# set_up RETRIES [DELAY_MS]: the main, or one that takes longer for each request
set_up() {
	local main
	MAIN=$(rig_disk sick)
	main=$MAIN
	if [ -n "${2:-}" ]; then
		modprobe -q dm_delay || :
		dmsetup create late --table "0 $(sectors "$MAIN") delay $MAIN 0 $2"
		main=/dev/mapper/late
	fi
	null_blk spare 4
	remap_create r "$main" /dev/spare
	echo "$1" >$CONFIG/errors/retries
	[ -n "${2:-}" ] || {
		# whatever the machine takes for it: all that follow are counted
		assert_equal "$(<$CONFIG/errors/retry_within_ms)" 1000
		echo 0 >$CONFIG/errors/retry_within_ms
	}
}

failed() { echo "$(</sys/block/"${MAIN##*/}"/failed)"; }

# costs ATTEMPTS COMMAND...: as many requests fail on the main while it runs, whether it fails or not
costs() {
	local before
	before=$(failed)
	"${@:2}" >/dev/null 2>&1 || :
	assert_equal "$* costs $(($(failed) - before))" "$* costs $1"
}

read_at() { read_direct $R "$1" "$2"; }
write_at() { write_pattern $R "$1" "$2" new; }
message() { dmsetup message r 0 "$@"; }
try_hard() { echo 0 >$CONFIG/errors/pending_retry_ms; }

@test "reads" {
	local r
	for r in 0 1 3; do
		set_up $r
		# within a block; over several blocks; and of more than 1 MiB
		costs $((1 + r)) read_at 1024 4096
		costs $((2 + r)) read_at 2040 12288
		costs $((3 + r)) read_at 16376 1572864
		assert_equal "$(remap_status r remapped pending)" "0 3"
		# pending now: known for a while, and then asked for once
		costs 0 read_at 1024 4096
		try_hard
		costs 1 read_at 1024 4096
		costs 1 read_at 1026 512
		dmsetup remove r
		remove_devices
	done
}

@test "writes" {
	local r
	for r in 0 1 3; do
		set_up $r
		costs $((1 + r)) write_at 1024 4096
		# a part of the block: the rest of it cannot be read, on one side and on both
		costs $((1 + r + 1 + 7)) write_at 2048 512
		costs $((1 + r + 2 + 7)) write_at 3074 512
		assert_equal "$(remap_status r remapped pending)" "3 0"
		# unread sectors are read once, or not at all if they failed a moment ago
		costs 0 read_at 2049 3584
		try_hard
		costs 1 read_at 2049 3584
		dmsetup remove r
		remove_devices
	done
}

@test "writes to pending blocks" {
	set_up 1
	for at in 1024 2048 3072 4096 5120 6144; do message mark $at; done
	costs 0 write_at 1024 4096
	# the rest of it
	costs $((1 + 7)) write_at 2048 512
	# which has failed a moment ago
	costs 1 read_at 3072 4096
	costs 0 write_at 3072 512
	echo 1 >$CONFIG/errors/first_rewrite
	costs 1 write_at 4096 4096
	costs 1 write_at 5120 4096
	assert_equal "$(remap_status r remapped pending)" "5 1"
	# taken, and not given back
	message mark 1536
	costs 1 write_at 1536 4096
	assert_equal "$(remap_status r remapped pending)" "6 1"
}

@test "changes by hand" {
	set_up 1
	costs 1 message add 1024
	costs 0 message mark 2048
	# a run of blocks, one of which is bad
	costs 2 message add 3064 24
	costs $((1 + 8)) message forget 1024
	assert_equal "$(remap_status r remapped pending lost_sectors)" "3 2 8"
	message mark 20480
	costs $((1 + 2)) message forget 20480
}

@test "after a failure that came late" {
	local r
	for r in 0 1 3; do
		set_up $r 300
		echo 200 >$CONFIG/errors/retry_within_ms
		costs 1 read_at 1024 4096
		costs 2 read_at 2040 12288
		costs 1 write_at 3072 4096
		costs $((1 + 1 + 7)) write_at 4096 512
		assert_equal "$(remap_status r remapped pending lost_sectors)" "2 2 0"
		# sooner than that
		echo 60000 >$CONFIG/errors/retry_within_ms
		costs $((1 + r)) read_at 5120 4096
		costs $((1 + r)) write_at 6144 4096
		assert_equal "$(remap_status r remapped pending lost_sectors)" "3 3 0"
		dmsetup remove r
		remove_devices
	done
}
