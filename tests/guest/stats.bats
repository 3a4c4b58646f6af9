#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The counts of the stats module, exactly, and its load and unload.
# rig: test=uml/3,umldebug/3,kcsan timeout=600
# rig: disk medium size=16M inject-error-write=2048,2060,8192

load ../lib/common

STATS=/sys/kernel/dm-remap/r/stats

setup() {
	null_blk main 16
	null_blk spare 4
	modprobe dm_remap_stats
}

teardown() {
	unload subscriber
	clean_up
}

# counts NAME...: their values, on one line
counts() {
	local name value
	local -a values=()
	for name; do
		read -r value <"$STATS/$name" || return
		values+=("$value")
	done
	echo "${values[*]}"
}

# are NAME=VALUE...: complain of all counts that are not as told, and fail
are() {
	local word value wrong=0
	for word; do
		read -r value <"$STATS/${word%=*}" || return
		[ "$value" = "${word#*=}" ] || { echo "${word%=*} is $value, not ${word#*=}"; wrong=1; }
	done
	return $wrong
}

# zero_but NAME=VALUE...: these are so, and all other counts are 0
zero_but() {
	local file words=" $*"
	for file in "$STATS"/*; do
		case ${file##*/} in
		reset|*_histogram|*_ns) continue ;;
		esac
		[[ $words == *" ${file##*/}="* ]] || words+=" ${file##*/}=0"
	done
	# shellcheck disable=SC2086 # a list of words
	are $words
}

# histogram NAME: the sum of its counts; fails unless its bounds are powers of two
histogram() {
	local bound n last=0 total=0
	while read -r bound n; do
		((bound > last && (bound & (bound - 1)) == 0)) || return
		last=$bound total=$((total + n))
	done <"$STATS/$1"
	((last)) && echo "$total"
}

# io DEVICE OP SIZE COUNT [OFFSET_BYTES]: as many requests, one after the other
io() {
	fio --name=io --filename="$1" --direct=1 --ioengine=psync --rw="$2" --bs="$3" \
		--number_ios="$4" --size=$(($3 * $4)) --offset="${5:-0}" --output=/dev/null 3>&-
}

@test "requests and sectors are counted as they were sent, on two processors" {
	local last
	remap_create r /dev/main /dev/spare
	# some machines have one
	last=$(($(nproc) - 1))
	zero_but
	taskset -c 0 fio --name=a --filename=/dev/mapper/r --direct=1 --ioengine=psync --rw=write \
		--bs=4k --number_ios=200 --size=800k --output=/dev/null 3>&- &
	taskset -c "$last" fio --name=b --filename=/dev/mapper/r --direct=1 --ioengine=psync --rw=read \
		--bs=8k --number_ios=100 --size=800k --offset=8M --output=/dev/null 3>&-
	wait $!
	dd if=/dev/mapper/r of=/dev/null bs=512 count=3 iflag=direct status=none
	zero_but reads=103 writes=200 read_sectors=1603 write_sectors=1600
	[ "$(histogram map_latency_histogram)" = 303 ]
	[ "$(histogram remap_latency_histogram)" = 0 ]
}

@test "I/O that is polled, or must not wait, is counted like any other" {
	local engine flag rw writes=0
	null_blk polled 16 poll_queues=1
	null_blk polled2 4 poll_queues=1
	remap_create r /dev/polled /dev/polled2
	[ "$(<"/sys/block/$(dm_dev r)/queue/io_poll")" = 1 ]
	echo "0 80" >/sys/kernel/config/dm-remap/r/remaps/add
	for engine in pvsync2 io_uring; do
		for flag in --hipri --nowait=1; do
			for rw in write read; do
				timeout 60 fio --name=io --filename=/dev/mapper/r --direct=1 --ioengine=$engine $flag \
					--rw=$rw --bs=4k --size=200k --output=/dev/null 3>&-
			done
			writes=$((writes + 50))
		done
	done
	are reads=$writes writes=$writes read_sectors=$((writes * 8)) write_sectors=$((writes * 8)) \
		remapped_reads=$((writes / 5)) remapped_writes=$((writes / 5)) remaps_auto=0
	# what is polled for and goes to the worker ends as well
	null_blk_bad polled +4096-4096
	timeout 60 fio --name=io --filename=/dev/mapper/r --direct=1 --ioengine=io_uring --hipri \
		--rw=write --bs=4k --offset=2M --size=4k --output=/dev/null 3>&-
	are writes=$((writes + 1)) remaps_auto=1 main_write_errors=1
}

@test "flushes and discards are counted once, though there are two disks" {
	dmsetup remove_all
	null_blk cached 16 cache_size=4 discard=1
	remap_create r /dev/cached /dev/spare
	dd if=/dev/zero of=/dev/mapper/r bs=4096 count=1 oflag=direct conv=fsync,notrunc status=none
	# without a look for signatures, which reads
	blkdiscard -f -o 0 -l 65536 /dev/mapper/r
	zero_but writes=1 write_sectors=8 flushes=1 discards=1
	[ "$(histogram map_latency_histogram)" = 3 ]
}

@test "a request over the edge of a remap counts for each part" {
	remap_create r /dev/main /dev/spare
	remap_attr r remaps/add "8 8"
	dd if=/dev/mapper/r of=/dev/null bs=12288 count=1 iflag=direct status=none
	zero_but remaps_manual=1 reads=3 read_sectors=24 remapped_reads=1
	dd if=/dev/zero of=/dev/mapper/r bs=4096 oseek=1 count=1 oflag=direct conv=notrunc status=none
	zero_but remaps_manual=1 reads=3 read_sectors=24 remapped_reads=1 \
		writes=1 write_sectors=8 remapped_writes=1
	remap_attr r remaps/remove "8 8"
	are remaps_manual=1 remaps_removed=1
}

@test "remaps of a failed write, and what they cost the store" {
	local disk commits
	disk=$(rig_disk medium)
	remap_create r "$disk" /dev/spare persistent
	commits=$(remap_attr r metadata/commits)
	# sectors 2048 and 2060 are in two blocks of one write, 8192 in another
	write_pattern /dev/mapper/r 2048 65536 1
	write_pattern /dev/mapper/r 8192 4096 2
	are writes=2 write_sectors=136 main_write_errors=2 remaps_auto=3 remaps_failed=0 \
		retries_recovered=0 remaps_manual=0 relocations=0
	[ "$(histogram remap_latency_histogram)" = 3 ]
	commits=$(($(remap_attr r metadata/commits) - commits))
	are store_commits="$commits"
	# one page in two copies, each time
	are store_pages=$((commits * 2))
	(($(counts store_commit_ns) > 0))
	assert_data /dev/mapper/r 2048 65536 1
	[ "$(remap_status r remapped main_write_errors)" = "3 2" ]
}

@test "reads that fail, pending blocks, and lost sectors" {
	remap_create r /dev/main /dev/spare
	remap_attr r errors/retries 1
	null_blk_bad main +16-16
	run ! dd if=/dev/mapper/r of=/dev/null bs=4096 iseek=2 count=1 iflag=direct status=none
	are reads=1 main_read_errors=1 pending_blocks=1 lost_sectors=0 remaps_auto=0 remaps_failed=0
	# half of the block: the other half cannot be read all
	write_pattern /dev/mapper/r 20 2048 3
	are writes=1 pending_blocks=0 lost_sectors=0 remaps_auto=1
	are remapped_writes=0 remapped_reads=0
	unreadable /dev/mapper/r 16 512
	are remapped_reads=1 retries_recovered=0
	write_pattern /dev/mapper/r 16 512 3
	are pending_blocks=0 lost_sectors=0 remaps_auto=1 remapped_writes=1 retries_recovered=0
}

@test "marked blocks, answers without a read, and sectors that are given up" {
	remap_create r /dev/main /dev/spare
	null_blk_bad main +16-16 +80-81
	# the block at 8 is pending already the second time
	remap_attr r remaps/mark "8 8"
	remap_attr r remaps/mark "8 16"
	# this one cannot be read
	remap_attr r remaps/add "80 8"
	are remaps_marked=3 pending_blocks=3 remaps_manual=0 remaps_failed=0 pending_answers=0
	unreadable /dev/mapper/r 80 512
	are pending_answers=0 reads=1
	unreadable /dev/mapper/r 80 512
	are pending_answers=1 reads=2
	dmsetup message r 0 forget 80 8
	are sectors_forgotten=2 lost_sectors=2 remaps_manual=1 remaps_marked=3 pending_blocks=2
	echo 1 >$STATS/reset
	zero_but lost_sectors=2 pending_blocks=2
}

@test "requests that fail for the same bad block at the same time" {
	remap_create r /dev/main /dev/spare
	null_blk_bad main +80-87
	fio --name=io --filename=/dev/mapper/r --direct=1 --ioengine=libaio --iodepth=8 \
		--iodepth_batch_submit=8 --iodepth_batch_complete_min=8 --rw=write --bs=512 \
		--size=4096 --offset=40960 --output=/dev/null 3>&-
	are writes=8 remaps_auto=1 retries_recovered=0 remaps_failed=0
	[ "$(remap_status r remapped)" = 1 ]
}

@test "an error that is gone when it is tried again is a retry that helped" {
	# dm-dust fails as many writes of a block as it is told
	modprobe -q dm_dust || skip "this kernel has no dm-dust"
	dmsetup create dust --table "0 $(sectors /dev/main) dust /dev/main 0 4096"
	dmsetup message dust 0 addbadblock 0 1
	dmsetup message dust 0 addbadblock 10 2
	dmsetup message dust 0 addbadblock 21 1
	dmsetup message dust 0 enable
	remap_create r /dev/mapper/dust /dev/spare
	remap_attr r errors/retries 3
	write_pattern /dev/mapper/r 0 4096 4
	are retries_recovered=1 main_write_errors=1
	# the second attempt fails, too
	write_pattern /dev/mapper/r 80 4096 4
	are retries_recovered=2 main_write_errors=2
	# the whole of several blocks is tried again one by one
	write_pattern /dev/mapper/r 160 16384 4
	are retries_recovered=3 main_write_errors=3 remaps_auto=0 remaps_failed=0
	assert_data /dev/main 160 16384 4
	# one that moves was not mended by a retry
	dmsetup message dust 0 addbadblock 30 100
	write_pattern /dev/mapper/r 240 4096 4
	are retries_recovered=3 main_write_errors=4 remaps_auto=1
	dmsetup remove r
}

@test "a spare block that fails makes a relocation" {
	local spare
	remap_create r /dev/main /dev/spare
	remap_attr r remaps/add "0 8"
	remap_map r
	spare=$(spare_of 0)
	null_blk_bad spare "+$spare-$spare"
	write_pattern /dev/mapper/r 0 4096 5
	are remaps_manual=1 relocations=1 spare_write_errors=1 spare_read_errors=0 remaps_auto=0 \
		remapped_writes=1
	assert_data /dev/mapper/r 0 4096 5
	remap_map r
	spare=$(spare_of 0)
	null_blk_bad spare "+$spare-$spare"
	unreadable /dev/mapper/r 0 4096
	are spare_read_errors=1 lost_sectors=0 relocations=1
}

@test "a remap for which there is no room is one that failed" {
	remap_create r /dev/main /dev/spare
	remap_attr r spare/reserve "$(remap_attr r spare/total)"
	null_blk_bad main +0-7
	run ! dd if=/dev/zero of=/dev/mapper/r bs=4096 count=1 oflag=direct conv=notrunc status=none
	are remaps_failed=1 remaps_auto=0 main_write_errors=1
}

@test "resizes of the table" {
	remap_create r /dev/main /dev/spare
	remap_attr r remaps/add "0 4000"
	are remaps_manual=500 hash_grows="$(remap_attr r hash/grows)" hash_shrinks=0
	(($(counts hash_grows) >= 3 && $(counts hash_resize_ns) > 0))
	remap_attr r remaps/remove "0 4000"
	are remaps_removed=500 hash_grows="$(remap_attr r hash/grows)" \
		hash_shrinks="$(remap_attr r hash/shrinks)"
	(($(counts hash_shrinks) >= 3))
}

@test "reset sets counts to 0 and leaves what is so now" {
	local file
	remap_create r /dev/main /dev/spare
	null_blk_bad main +16-16
	remap_attr r errors/retries 0
	run ! dd if=/dev/mapper/r of=/dev/null bs=4096 iseek=2 count=1 iflag=direct status=none
	io /dev/mapper/r write 4096 10 1048576
	are writes=10 pending_blocks=1
	echo 1 >$STATS/reset
	zero_but pending_blocks=1
	for file in "$STATS"/*_ns; do [ "$(<"$file")" = 0 ]; done
	[ "$(histogram map_latency_histogram)" = 0 ]
	io /dev/mapper/r write 4096 3 1048576
	zero_but pending_blocks=1 writes=3 write_sectors=24
	# the status line shows the device's counts, not the module's
	[ "$(remap_status r main_read_errors)" = 1 ]
}

@test "a count that is read while it is reset is not below zero" {
	local n i resets
	remap_create r /dev/main /dev/spare
	start_fio /dev/mapper/r --size=12M --number_ios=500
	while [ -e "$BATS_TEST_TMPDIR/fio-goes-on" ]; do echo 1 >$STATS/reset; done &
	resets=$!
	for ((i = 0; i < 2000; i++)); do
		read -r n <$STATS/write_sectors
		((n >= 0 && n < 1 << 30))
	done
	stop_fio
	wait "$resets"
}

@test "histograms can be switched off and on" {
	remap_create r /dev/main /dev/spare
	echo N >/sys/module/dm_remap_stats/parameters/histograms
	io /dev/mapper/r read 4096 5
	are reads=5
	[ "$(histogram map_latency_histogram)" = 0 ]
	echo Y >/sys/module/dm_remap_stats/parameters/histograms
	io /dev/mapper/r read 4096 5
	are reads=10
	[ "$(histogram map_latency_histogram)" = 5 ]
}

@test "the module counts from when it is loaded, and devices come and go meanwhile" {
	modprobe -r dm_remap_stats
	remap_create r /dev/main /dev/spare
	[ ! -e $STATS ]
	[ -d /sys/kernel/dm-remap/r ]
	[ "$(readlink -f /sys/kernel/dm-remap/r)" = "$(readlink -f "/sys/block/$(dm_dev r)/remap")" ]
	io /dev/mapper/r write 4096 7
	modprobe dm_remap_stats
	zero_but
	io /dev/mapper/r write 4096 2
	zero_but writes=2 write_sectors=16
	# suspend, resume and a reload of the table keep them
	dmsetup suspend r
	dmsetup table r | dmsetup load r
	dmsetup resume r
	zero_but writes=2 write_sectors=16
	dmsetup rename r s
	dmsetup suspend s
	dmsetup resume s
	[ ! -e /sys/kernel/dm-remap/r ]
	[ "$(cat /sys/kernel/dm-remap/s/stats/writes)" = 2 ]
	[ "$(cat /sys/kernel/config/dm-remap/s/state)" = ok ]
	dmsetup remove s
	[ ! -e /sys/kernel/dm-remap/s ]
	remap_create r /dev/main /dev/spare
	zero_but
}

@test "dmremap shows of a device what there is" {
	local dmremap=../tools/dmremap/dmremap name value
	remap_create r /dev/main /dev/spare persistent
	remap_attr r remaps/add "80 16"
	null_blk_bad main +16-16
	remap_attr r errors/retries 0
	run ! read_direct /dev/mapper/r 16 4096
	write_pattern /dev/mapper/r 80 4096 1

	$dmremap stats --json r >"$BATS_TEST_TMPDIR/out"
	for name in "$STATS"/*; do
		[[ ${name##*/} != reset && $name != *_histogram ]] || continue
		read -r value <"$name"
		[ "$(jq ".devices[0].stats.${name##*/}" "$BATS_TEST_TMPDIR/out")" = "$value" ]
	done
	[ "$(jq '[.devices[0].stats.map_latency_histogram[].count] | add' "$BATS_TEST_TMPDIR/out")" = \
		"$(histogram map_latency_histogram)" ]
	$dmremap map --json r >"$BATS_TEST_TMPDIR/out"
	remap_map r
	run jq -r '.blocks[] | "\(.main_sector) \(.spare_sector) \(.state)"' "$BATS_TEST_TMPDIR/out"
	assert_output "16 $(spare_of 16) pending
80 $(spare_of 80) remapped
88 $(spare_of 88) remapped"
	run $dmremap metrics
	assert_success
	assert_line 'dm_remap_remapped_writes_total{device="r"} 1'
	assert_line 'dm_remap_pending_blocks{device="r"} 1'
	run $dmremap top --count 1 r
	assert_output --partial "2 remapped, 1 pending"
	$dmremap stats --reset r
	are writes=0 remaps_manual=0 pending_blocks=1
	unload dm_remap_stats
	run ! $dmremap stats --reset r
	assert_output --partial "modprobe dm_remap_stats"
}

# told NAME: the subscriber's notifications
told() { cat "/sys/module/subscriber/parameters/$1"; }

@test "a module that subscribes is told of each resize, and there is no second observer" {
	remap_create r /dev/main /dev/spare
	insmod modules/subscriber.ko
	[ "$(told observer)" = -16 ]
	remap_attr r remaps/add "0 1200"
	[ "$(told begins) $(told ends) $(told from) $(told to) $(told confused)" = \
		"$(remap_attr r hash/grows) $(remap_attr r hash/grows) 64 128 N" ]
	# the load went above 150 percent
	[ "$(told entries)" = 97 ]
	rmmod subscriber
	unload dm_remap_stats
	# an observer that cannot watch all existing devices is refused
	null_blk main2 4
	null_blk spare2 4
	remap_create r2 /dev/main2 /dev/spare2
	insmod modules/subscriber.ko
	[ "$(told observer) $(told attached) $(told detached)" = "-12 2 1" ]
	remap_attr r remaps/remove "0 1200"
	[ "$(told ends) $(told to) $(told confused)" = "1 64 N" ]
	rmmod subscriber
	modprobe dm_remap_stats
	zero_but
}

@test "the core stays while it is observed" {
	refused "in use" rmmod dm_remap
	modprobe -r dm_remap_stats
	modprobe -r dm_remap
	[ ! -e /sys/kernel/dm-remap ]
}

# traced EVENT PATTERN...: of what the trace has of an event, each line, in order, is
# as the pattern says, an extended regular expression
traced() {
	local event=$1 pattern line
	local -a lines
	shift
	mapfile -t lines < <(sed -n "s/.* dm_remap_$event: [0-9]*:[0-9]* //p" "$TRACING/trace")
	[ ${#lines[@]} = $# ] || { echo "$event: ${#lines[@]} lines, not $#"; return 1; }
	for pattern; do
		line=${lines[0]} lines=("${lines[@]:1}")
		[[ $line =~ ^$pattern$ ]] || { echo "$event: $line: not $pattern"; return 1; }
	done
}

@test "tracepoints tell of each step" {
	local ns="duration_ns=[1-9][0-9]*"
	TRACING=/sys/kernel/tracing
	# resizes only when they are wanted
	remap_create r /dev/main /dev/spare persistent
	remap_attr r hash/min_buckets 128
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/events/dm_remap/enable"
	null_blk_bad main +16-16
	write_pattern /dev/mapper/r 16 4096 1
	remap_attr r remaps/add "80 8"
	remap_map r
	remap_attr r remaps/remove "80 8"
	remap_attr r hash/min_buckets 256
	# a success of the main: there was no storm before this
	read_direct /dev/mapper/r 800 4096 | cmp -n 4096 - /dev/zero
	remap_attr r errors/storm_limit 1
	null_blk_bad main +160-160
	run dd if=/dev/zero of=/dev/mapper/r bs=4096 oseek=20 count=1 oflag=direct conv=notrunc status=none
	echo 0 >"$TRACING/events/dm_remap/enable"

	traced error "main write sector=16 sectors=8 error=-(5|61)" \
		"main write sector=160 sectors=8 error=-(5|61)"
	traced added "main_sector=16 spare_sector=$(spare_of 16) sectors=8 automatic" \
		"main_sector=80 spare_sector=$(spare_of 80) sectors=8 manual" \
		"main_sector=160 spare_sector=[0-9]+ sectors=8 automatic"
	traced removed "main_sector=80 spare_sector=$(spare_of 80) sectors=8 manual"
	traced relocation_begin "block=2 slot=[0-9]+ from=-1 to-spare" \
		"block=10 slot=[0-9]+ from=-1 to-spare" "block=10 slot=[0-9]+ from=-1 to-main" \
		"block=20 slot=[0-9]+ from=-1 to-spare"
	traced relocation_end "block=2 slot=[0-9]+ to-spare lost=0x0 error=0 $ns" \
		"block=10 slot=[0-9]+ to-spare lost=0x0 error=0 $ns" \
		"block=10 slot=[0-9]+ to-main lost=0x0 error=0 $ns" \
		"block=20 slot=[0-9]+ to-spare lost=0x0 error=0 $ns"
	traced commit "entries=1 pages=2 $ns error=0" "entries=1 pages=2 $ns error=0" \
		"entries=1 pages=2 $ns error=0" "entries=1 pages=2 $ns error=0"
	traced resize_begin "from=128 to=256 entries=1 duration_ns=0"
	traced resize_end "from=128 to=256 entries=1 $ns"
	traced resize_step "done=[0-9]+ of=[0-9]+"
	traced storm "remaps=1"
}
