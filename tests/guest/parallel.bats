#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Two processors do everything at the same time. On "kcsan", which delays accesses of our modules and
# watches the other processor meanwhile, this is where data races are found.
# rig: kernels=kcsan,6.12,umlsmp test=slice,kcsan timeout=600

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
SECONDS_EACH=20

# io PROCESSOR TYPE: random I/O with a queue
io() {
	taskset -c "$1" fio --name="io$1" --filename=$R --direct=1 --ioengine=libaio --iodepth=8 --rw="$2" \
		--bsrange=512-16k --blockalign=512 --continue_on_error=all --time_based \
		--runtime=$SECONDS_EACH --output="$BATS_TEST_TMPDIR/fio$1" 3>&-
}

# Blocks of one part of the main come and go by hand, while I/O goes on there; settings change. What is
# refused at the moment is tried again soon.
changes() {
	local i=0
	until [ -e "$STOP" ]; do
		i=$((i + 1))
		echo "$((8 * (i % 1000))) 24" >$CONFIG/remaps/add || :
		echo "$((8 * (i * 7 % 2000)))" >$CONFIG/remaps/mark || :
		echo "$((8 * ((i + 997) % 1000))) 24" >$CONFIG/remaps/remove || :
		echo "$((i % 4))" >$CONFIG/errors/retries
		echo "$((i % 2 * 200))" >$CONFIG/errors/slow_ms
		echo "$((64 << i % 8))" >$CONFIG/hash/min_buckets
		echo start >$CONFIG/scrub/control || :
		echo pause >$CONFIG/scrub/control || :
		[ $((i % 8)) != 0 ] || dmsetup suspend r
		[ $((i % 8)) != 0 ] || dmsetup resume r
		[ $((i % 16)) != 0 ] || echo 1 >$CONFIG/errors/resume
	done 2>/dev/null
}

looks() {
	until [ -e "$STOP" ]; do
		dmsetup status r
		dmsetup message r 0 list
		find $CONFIG/ /sys/kernel/dm-remap/r/ -type f -readable -exec cat {} + || :
	done >/dev/null 2>&1
}

@test "reads, writes, errors, changes and looks on two processors" {
	local changing looking sector
	assert_equal "$(nproc)" 2
	STOP=$BATS_TEST_TMPDIR/stop
	null_blk main 16 submit_queues=2
	null_blk spare 8 submit_queues=2
	modprobe dm_remap_stats
	remap_create r /dev/main /dev/spare
	echo 0 >$CONFIG/errors/storm_limit
	for sector in 103 1203 4003 8003 12003 16003 20003 24003; do null_blk_bad main "+$sector-$sector"; done
	changes 3>&- &
	changing=$!
	looks 3>&- &
	looking=$!
	io 0 randrw &
	io 1 randwrite
	wait $!
	touch "$STOP"
	wait $changing
	wait $looking
	[ "$(remap_status r remapped)" -gt 0 ]
}
