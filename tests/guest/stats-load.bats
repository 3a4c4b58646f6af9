#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The stats module comes and goes under I/O.
#
# One processor: when the kernel repeatedly changes code that another processor
# is running, the emulator executes stale code (tests/rig/qemu.sh, rig_tripped()).
# rig: test=uml/3,umldebug/3 timeout=600 smp=1

load ../lib/common

STATS=/sys/kernel/dm-remap/r/stats

@test "the module is loaded and unloaded a hundred times under I/O" {
	local i n
	null_blk main 16
	null_blk spare 4
	null_blk_bad main +100-100 +20000-20003
	remap_create r /dev/main /dev/spare
	start_fio /dev/mapper/r --size=12M --number_ios=2000
	for ((i = 0; i < 100; i++)); do
		modprobe dm_remap_stats
		read -r n <$STATS/reads
		((n >= 0 && n < 1 << 30))
		((i % 10)) || echo 1 >$STATS/reset
		modprobe -r dm_remap_stats
		[ ! -e $STATS ]
	done
	stop_fio
	modprobe dm_remap_stats
	dd if=/dev/mapper/r of=/dev/null bs=4096 count=20 iseek=256 iflag=direct status=none
	[ "$(<$STATS/reads) $(<$STATS/read_sectors)" = "20 160" ]
}

@test "1,000 rounds of create, rename, suspend, reload and remove while the module comes and goes" {
	local times rounds=1000 root=/sys/kernel/config/dm-remap
	! slow_kernel || rounds=200
	null_blk main 4
	null_blk spare 1
	modprobe dm_remap
	run -0 guest/cycles /dev/main /dev/spare 8192 $rounds "$(modinfo -F filename dm_remap_stats)"
	times=${output##*loaded }
	((${times% times} >= rounds / 20))
	modprobe dm_remap_stats
	remap_create r /dev/main /dev/spare
	dd if=/dev/mapper/r of=/dev/null bs=4096 count=20 iflag=direct status=none
	[ "$(<$STATS/reads) $(<$STATS/read_sectors)" = "20 160" ]
	[ "$(ls $root)" = r ]
}
