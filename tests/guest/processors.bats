#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A module with static branches comes and goes on two processors. With a thread for each, the
# emulator would let one run code that the other is changing: here they take turns.
# rig: kernels=6.1,6.12 test=6.12/3 timeout=900 one-thread

load ../lib/common

STATS=/sys/kernel/dm-remap/r/stats

@test "1,000 rounds of create, rename, suspend, reload and remove, with statistics that come and go" {
	local times rounds=1000
	assert_equal "$(nproc)" 2
	null_blk main 4
	null_blk spare 1
	modprobe dm_remap
	run -0 "$BATS_TEST_DIRNAME/cycles" /dev/main /dev/spare 8192 $rounds "$(modinfo -F filename dm_remap_stats)"
	times=${output##*loaded }
	((${times% times} >= rounds / 20))
	modprobe dm_remap_stats
	remap_create r /dev/main /dev/spare
	dd if=/dev/mapper/r of=/dev/null bs=4096 count=20 iflag=direct status=none
	assert_equal "$(<$STATS/reads) $(<$STATS/read_sectors)" "20 160"
	assert_equal "$(ls /sys/kernel/config/dm-remap)" r
	dmsetup remove r
	# nothing that was removed holds a module
	unload dm_remap_stats dm_remap
}

@test "requests of two processors are counted as they were sent" {
	null_blk main 16 submit_queues=2
	null_blk spare 4
	modprobe dm_remap_stats
	remap_create r /dev/main /dev/spare
	echo "0 800" >/sys/kernel/config/dm-remap/r/remaps/add
	taskset -c 0 fio --name=a --filename=/dev/mapper/r --direct=1 --ioengine=psync --rw=write \
		--bs=4k --size=1200k --output=/dev/null 3>&- &
	taskset -c 1 fio --name=b --filename=/dev/mapper/r --direct=1 --ioengine=psync --rw=read \
		--bs=4k --size=1200k --output=/dev/null 3>&-
	wait $!
	assert_equal "$(<$STATS/writes) $(<$STATS/reads)" "300 300"
	assert_equal "$(<$STATS/remapped_writes) $(<$STATS/remapped_reads)" "100 100"
	assert_equal "$(<$STATS/write_sectors) $(<$STATS/read_sectors)" "2400 2400"
}
