#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# How long I/O takes on a disk that takes seconds for each error, and what an import and verified
# writes cost: what "make bench T=dying" measures. Lines "# FIGURE NAME VALUE..." are for
# bench/dying/report, which knows the bars.
# rig: slow
# rig: test=-
# rig: timeout=1500

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
READERS=/rig/tests/guest/readers
DMREMAP=/rig/tools/dmremap/dmremap

# Of the main, 256 MiB, in sectors: CLEAN from 0; 100 blocks that fail after 3 s; blocks that fail
# at once; and good ones that are added.
CLEAN_MIB=128
SLOW=262144 STRIDE=1024 NR=100 SLOW_MS=3000
SPOILT=393216 NR_SPOILT=8192
GOOD=458752
# how long each measurement takes
SECONDS_EACH=20

setup() {
	modprobe -q dm_delay || :
	cd "$BATS_TEST_TMPDIR" || return
}
teardown() {
	[ ! -e /dev/md0 ] || mdadm -q --stop /dev/md0
	remove_devices
}
teardown_file() { clean_up; }

figure() { echo "# FIGURE $*" >&3; }

make_disk() {
	local at=0 i sector
	null_blk main 256
	null_blk spare 64
	null_blk_bad main "+$SPOILT-$((SPOILT + NR_SPOILT * 8 - 1))"
	for ((i = 0; i < NR; i++)); do
		sector=$((SLOW + i * STRIDE))
		null_blk_bad main "+$sector-$((sector + 7))"
		echo "$at $((sector - at)) linear /dev/main $at"
		echo "$sector 8 delay /dev/main $sector $SLOW_MS"
		at=$((sector + 8))
	done >table
	echo "$at $(($(sectors /dev/main) - at)) linear /dev/main $at" >>table
	dmsetup create disk <table
}

# make_set [SPARE]: without reads near bad blocks, which would make them pending before they are
# written
make_set() {
	remap_create r /dev/mapper/disk "${1:-/dev/spare}" persistent
	echo 0 >$CONFIG/errors/neighbours
}

make_linear() { dmsetup create linear --table "0 $(sectors /dev/main) linear /dev/mapper/disk 0"; }

# percentiles: of the numbers on standard input, one a line, as fio's below
percentiles() {
	sort -n | gawk '{ v[NR] = $1 }
		function at(share,  i) { i = int(NR * share); return v[i < NR * share ? i + 1 : i] }
		END { print at(.5), at(.99), at(.999), v[NR] }'
}

# fio_us NAME OPTION...: run it; its percentiles in microseconds to figures NAME-read and -write
fio_us() {
	local name=$1 kind values
	shift
	fio --name=fio --direct=1 --bs=4k --output-format=json --output="fio-$name" \
		--percentile_list=50:99:99.9 "$@" 3>&-
	jq -e '[.jobs[].error] | add == 0' "fio-$name" >/dev/null
	for kind in read write; do
		values=$(jq -r ".jobs[0].$kind | select(.total_ios > 0) | .clat_ns |
			[.percentile[\"50.000000\", \"99.000000\", \"99.900000\"], .max] |
			map(. / 1000 | round) | join(\" \")" "fio-$name")
		[ -z "$values" ] || figure "$name-$kind" "$values"
	done
}

# clean NAME DEVICE: I/O to good blocks, 300 per second, so that nothing waits for a processor
clean() {
	fio_us "$1" --filename="$2" --rw=randrw --ioengine=libaio --iodepth=4 --size=${CLEAN_MIB}m \
		--rate_iops=150,150 --time_based --runtime=$SECONDS_EACH
}

# spoilt NAME PART [DEVICE]: writes to bad blocks that fail at once, each to one that was never
# written
spoilt() {
	fio_us "$1" --filename="${3:-$R}" --rw=write --ioengine=psync --rate_iops=50 \
		--offset=$((SPOILT * 512 + $2 * NR_SPOILT * 2048)) --size=$((SECONDS_EACH * 50 * 4))k
}

# adds NAME SECTOR: one block after the other by hand
adds() {
	local i before never
	# a pipe without a writer: to wait without another process
	exec {never}<> <(:)
	for ((i = 0; i < SECONDS_EACH * 5; i++)); do
		before=${EPOCHREALTIME/./}
		echo "$(($2 + i * 16)) 8" >$CONFIG/remaps/add
		echo $((${EPOCHREALTIME/./} - before))
		read -r -t 0.1 -u "$never" || :
	done | percentiles >"adds-$1"
	figure "$1" "$(<"adds-$1")"
}

# changes NAME PART: both at once
changes() {
	local pid
	spoilt "$1-spoilt" "$2" & pid=$!
	adds "$1-add" $((GOOD + $2 * 32768))
	wait $pid
}

# read_slow NAME DEVICE READERS SECONDS [FIRST]: of the blocks that take their time
read_slow() {
	figure "$1" "$($READERS "$2" "$3" "$4" $((SLOW + ${5:-0} * STRIDE)) $STRIDE $((NR - ${5:-0})))"
}

# while_reading DEVICE COMMAND...: while 40 readers wait for errors
while_reading() {
	local device=$1 reader
	shift
	$READERS "$device" 40 $((SECONDS_EACH + 2)) $SLOW $STRIDE $NR >/dev/null 3>&- & reader=$!
	sleep 1
	"$@"
	wait $reader
}

@test "a set: what others wait for while slow sectors are read again and again" {
	make_disk
	make_set
	clean remap-well-clean $R
	changes well 0
	# otherwise the result is known, and the disk is not read
	echo 0 >$CONFIG/errors/pending_retry_ms
	while_reading $R clean remap-slow-clean $R
	while_reading $R changes slow 1
	assert_equal "$(remap_status r state pending)" "degraded $NR"
	assert_equal "$(remap_status r remapped)" $((2 * SECONDS_EACH * 50 + 2 * SECONDS_EACH * 5))
}

@test "a set: 40 readers of slow sectors, then readers of what is pending" {
	make_disk
	make_set
	read_slow readers-remap $R 40 0
	read_slow pending-again $R 40 0
	echo 0 >$CONFIG/errors/retry_within_ms
	read_slow readers-remap-twice $R 40 0 50
}

@test "dm-linear on the same disk" {
	make_disk
	make_linear
	clean linear-well-clean /dev/mapper/linear
	while_reading /dev/mapper/linear clean linear-slow-clean /dev/mapper/linear
	read_slow readers-linear /dev/mapper/linear 40 0
}

# make_raid: a mirror of that disk and a good one; its superblocks are at the ends
make_raid() {
	modprobe -q raid1 || skip "there is no raid1"
	make_disk
	null_blk other 256
	mdadm -q --create /dev/md0 --run --level=1 --raid-devices=2 --assume-clean --metadata=1.0 \
		--bitmap=none /dev/mapper/disk /dev/other
}

# raid_state: of the disk in the mirror
raid_state() { cat /sys/block/md0/md/dev-dm-*/state; }

# Each from a mirror of its own: a write that fails has md drop the disk, and then nobody waits for it.
@test "md raid1 with one such disk: I/O to what is well" {
	make_raid
	clean raid-well-clean /dev/md0
	while_reading /dev/md0 clean raid-slow-clean /dev/md0
	figure raid-state "$(raid_state)"
}

@test "md raid1 with one such disk: writes to bad blocks" {
	make_raid
	spoilt raid-well-spoilt 0 /dev/md0
}

@test "md raid1 with one such disk: writes to bad blocks, beside readers" {
	make_raid
	while_reading /dev/md0 spoilt raid-slow-spoilt 0 /dev/md0
}

@test "md raid1 with one such disk: 40 readers" {
	make_raid
	read_slow readers-raid /dev/md0 40 0
}

# marks N SPARE: import as many blocks, each a run of its own
marks() {
	local before
	make_set "$2"
	gawk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print i * 16, 1 }' >list
	before=${EPOCHREALTIME/./}
	$DMREMAP import --yes r list
	figure "import-$1" $((${EPOCHREALTIME/./} - before))
	assert_equal "$(remap_status r remapped pending)" "0 $1"
	dmsetup remove r
}

@test "an import of 10,000 blocks, and of 100,000, from a disk that takes 3 s to read any" {
	null_blk main 1024 memory_backed=0
	null_blk spare 512
	null_blk spare2 512
	dmsetup create disk --table "0 $(sectors /dev/main) delay /dev/main 0 $SLOW_MS /dev/main 0 0"
	marks 10000 /dev/spare
	marks 100000 /dev/spare2
}

# jiffies MS: the kernel's unit of scsi_debug's delay
jiffies() {
	local hz=250
	[ ! -e /dev/ubda ] || hz=100
	echo $(($1 * hz / 1000))
}

# timed_out NAME DISK WAIT_S TAKES_MS: how long a reader waits, how many blocks are pending then, and
# the state of the disk, if the drive tries for so long and the kernel waits for so long
timed_out() {
	local before
	echo "$3" >"/sys/block/${2##*/}/device/timeout"
	jiffies "$4" >/sys/bus/pseudo/drivers/scsi_debug/delay
	before=${EPOCHREALTIME/./}
	run read_direct $R 4656 4096
	before=$((${EPOCHREALTIME/./} - before))
	echo 0 >/sys/bus/pseudo/drivers/scsi_debug/delay
	assert_failure
	figure "$1" "$before $(remap_status r pending) $(<"/sys/block/${2##*/}/device/state")"
}

@test "a drive that tries for longer than the kernel waits, before and after timeouts=auto" {
	local main name
	null_blk spare 4
	# a tenth of the usual values: 30 s to wait, or 180 s; 120 s to try, or 7 s; and of the default
	# of retry_within_ms
	for name in "before 3 12000" "wait 18 12000" "erc 3 700"; do
		# sector 4660 cannot be read; a disk that timed out is gone afterwards
		main=$(scsi_disk dev_size_mb=16 opts=2 delay=0)
		remap_create r "$main" /dev/spare
		echo 100 >$CONFIG/errors/retry_within_ms
		# shellcheck disable=SC2086 # words
		set -- $name
		timed_out "timeouts-$1" "$main" "$2" "$3"
		dmsetup remove r
		unload scsi_debug
	done
}

# io DISK: reads, writes and flushes that it has completed; a flush is counted as a write as well
io() { gawk '{ print $1, $5 - $16, $16 }' "/sys/block/$1/stat"; }

# writes NAME OPTION...: what one of 2,000 writes costs: reads, writes and flushes of the main and of
# the spare
writes() {
	local name=$1 before
	shift
	before="$(io main) $(io spare)"
	fio --name=fio --filename=$R --direct=1 --ioengine=psync --rw=randwrite --norandommap \
		--number_ios=2000 --output-format=json --output=fio "$@" 3>&-
	figure "$name" "$(gawk -v before="$before" '{
		split(before, b)
		for (i = 1; i <= 6; i++) printf "%.2f ", ($i - b[i]) / 2000 }' <<<"$(io main) $(io spare)")"
}

@test "verified writes" {
	local how
	# with caches of their own, otherwise there is nothing to flush
	null_blk main 256 cache_size=4
	null_blk spare 64 cache_size=4
	dmsetup create disk --table "0 $(sectors /dev/main) linear /dev/main 0"
	make_set
	echo "$GOOD 8192" >$CONFIG/remaps/add
	for how in off remapped all; do
		echo $how >$CONFIG/errors/verify_writes
		writes "verify-$how-clean-4k" --bs=4k --size=${CLEAN_MIB}m
		writes "verify-$how-clean-64k" --bs=64k --size=${CLEAN_MIB}m
		writes "verify-$how-remapped-4k" --bs=4k --offset=$((GOOD * 512)) --size=4m --io_size=64m
	done
}
