#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Background reads: the scrub of a whole set, and the neighbours of a block that
# failed.
# rig: test=uml/3,umldebug/3,kcsan timeout=900

load ../lib/common
load ../lib/sets

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
# all of it is read
SECTORS=32768

setup() {
	null_blk main 16
	null_blk spare 4
}

teardown() {
	[ -z "${LISTENER:-}" ] || kill "$LISTENER"
	remove_devices
}
teardown_file() { clean_up; }

scrub() { remap_attr r "scrub/$1" "${@:2}"; }
state_is() { [ "$(scrub state)" = "$1" ]; }
order() { scrub control "$1"; }
# finished: wait for the end of a run
finished() { retry_until 60 state_is idle; }
# results [N]: the results of the newest run, or of the one N before it: sectors moved pending
results() { scrub last_result | awk -v n="${1:-0}" 'NR == n + 1 { print $3, $4, $5 }'; }
position_is() { [ "$(scrub position)" -ge "$1" ]; }
pending_is() { [ "$(<$CONFIG/remaps/pending)" = "$1" ]; }

# refused_order ERROR WORD...: each is refused, and the state stays
refused_order() {
	local error=$1 before word
	before=$(scrub state)
	shift
	for word; do
		refused "$error" order "$word"
		assert_equal "$(scrub state)" "$before"
	done
}

# slow_part SECTOR COUNT MS: /dev/mapper/hold is the main, with a part that takes its time
slow_part() {
	local end=$(($1 + $2))
	{
		[ "$1" = 0 ] || echo "0 $1 linear /dev/main 0"
		echo "$1 $2 delay /dev/main $1 $3"
		echo "$end $((SECTORS - end)) linear /dev/main $end"
	} | dmsetup create hold
}

# --- a run ----------------------------------------------------------------------------

@test "a run reads all, marks what cannot be read, and says what it found" {
	local before
	null_blk_bad main +2051-2051 +8201-8202 +32767-32767
	modprobe dm_remap_stats
	start
	listen
	assert_equal "$(scrub state) $(scrub position) $(scrub last_result)" "idle 0 "
	before=$(date +%s)
	order start
	finished
	assert_equal "$(results)" "$SECTORS 0 3"
	assert_equal "$(scrub position)" $SECTORS
	assert_equal "$(remap_status r remapped pending lost_sectors)" "0 3 0"
	assert_equal "$(remap_list r | awk '{ print $1, $4 }' | xargs)" \
		"2048 pending 8200 pending 32760 pending"
	assert_equal "$(dmsetup message r 0 list 0 reasons | awk '{ print $7 }' | xargs)" "scrub scrub scrub"
	scrub last_result | awk -v t="$before" '{ exit !($1 >= t && $1 <= t + 60 && $2 <= 60) }'
	retry_until 10 event_came scrub-done
	assert_equal "$(</sys/kernel/dm-remap/r/stats/scrub_sectors)" $SECTORS
	# those are known by now, and one of them has moved
	write_pattern $R 8200 4096 new
	order start
	finished
	assert_equal "$(results)" "$((SECTORS - 24)) 0 0"
	assert_equal "$(results 1)" "$SECTORS 0 3"
	assert_equal "$(remap_status r remapped pending)" "1 2"
	assert_data $R 8200 4096 new
	assert_equal "$(</sys/kernel/dm-remap/r/stats/scrub_sectors)" $((2 * SECTORS - 24))
	dmsetup remove r
	unload dm_remap_stats
}

@test "a block that is read at a later attempt moves, with its data" {
	write_pattern /dev/main 800 4096 old
	null_blk_bad main +806-806
	slow_part 800 8 100
	remap_create r /dev/mapper/hold /dev/spare
	remap_attr r errors/retries 16
	order start
	retry_until 20 _moving 800
	null_blk_bad main -806-806
	finished
	assert_equal "$(results)" "$SECTORS 1 0"
	assert_equal "$(remap_status r remapped pending)" "1 0"
	assert_data $R 800 4096 old
	[[ $(dmsetup message r 0 list 800 reasons) == *" scrub" ]]
	remap_map r
	assert_data /dev/spare "$(spare_of 800)" 4096 old
	dmsetup remove r
}
_moving() { remap_list r | grep -q "^$1 .* moving "; }

@test "a block that is slow moves while it can be read" {
	write_pattern /dev/main 800 4096 old
	slow_part 800 8 1000
	modprobe dm_remap_stats
	remap_create r /dev/mapper/hold /dev/spare
	remap_attr r errors/slow_ms 700
	order start
	finished
	assert_equal "$(results)" "$SECTORS 1 0"
	assert_equal "$(</sys/kernel/dm-remap/r/stats/slow_moves)" 1
	remap_map r
	assert_data /dev/spare "$(spare_of 800)" 4096 old
	dmsetup remove r
	unload dm_remap_stats
}

@test "without automatic remaps a run moves nothing, and goes to the end" {
	null_blk_bad main +806-806 +9000-9100
	remap_create r /dev/main /dev/spare transient no_auto_remap
	order start
	finished
	assert_equal "$(results)" "$SECTORS 0 0"
	assert_equal "$(remap_status r remapped pending)" "0 0"
}

# reads: that the main has answered
reads() { gawk '{ print $1 }' /sys/block/main/stat; }

@test "a run waits while remapping is suspended, and goes on after" {
	local before
	null_blk_bad main +8000-8047
	start
	remap_attr r errors/storm_limit 3
	order start
	retry_until 20 suspended
	sleep 1
	assert_equal "$(scrub state) $(scrub position)" "running 8024"
	# longer than it waits to look again: the disk is not read for blocks that cannot move
	# anyway
	before=$(reads)
	sleep 6
	assert_equal "$(scrub state) $(scrub position) $(reads)" "running 8024 $before"
	remap_attr r errors/storm_limit 0
	remap_attr r errors/resume 1
	finished
	assert_equal "$(results)" "$SECTORS 0 6"
}

suspended() { [ "$(remap_status r state)" = suspended-remaps ]; }

# --- orders ----------------------------------------------------------------------------

@test "each order fits some states, and is refused in the others" {
	local i
	start
	scrub rate_kib 256
	refused_order busy pause resume stop
	order start
	refused_order busy start resume
	retry_until 10 position_is 64
	order pause
	refused_order busy start pause
	i=$(scrub position)
	sleep 0.5
	assert_equal "$(scrub position)" "$i"
	order resume
	retry_until 10 position_is $((i + 64))
	refused_order busy start resume
	order stop
	refused_order busy pause resume stop
	assert_equal "$(scrub state)" idle
	# a run that was stopped has read less, and the next one begins anew
	read -r i _ <<<"$(results)"
	[ "$i" -ge 128 ] && [ "$i" -lt $SECTORS ] || fail "it has read $i sectors"
	order start
	[ "$(scrub position)" -lt "$i" ]
	order pause
	order stop
	refused_order "Invalid argument" go START "start stop" ""
	# no more than 16 are remembered, the newest first
	for ((i = 0; i < 20; i++)); do order start && order stop; done
	assert_equal "$(scrub last_result | wc -l)" 16
	scrub rate_kib 0
	order start
	finished
	assert_equal "$(results)" "$SECTORS 0 0"
	assert_equal "$(scrub last_result | wc -l)" 16
}

@test "a rate is kept to, and a new one counts at once" {
	start
	scrub rate_kib 1024
	assert_equal "$(scrub rate_kib)" 1024
	order start
	sleep 3
	# between 1.5 and 4.5 of 3 MiB
	position_is 3072
	[ "$(scrub position)" -le 9216 ]
	scrub rate_kib 1
	sleep 0.5
	scrub rate_kib 0
	finished
	assert_equal "$(results)" "$SECTORS 0 0"
	refused "Invalid argument" scrub rate_kib -1
	scrub rate_kib 777
	restart
	assert_equal "$(scrub rate_kib)" 777
}

@test "a staggered run looks at all regions early, and reads on where it finds something" {
	start
	assert_equal "$(scrub region_mib)" 128
	# 8 regions, each of 2 steps; in the last one something is bad
	scrub region_mib 2
	null_blk_bad main +28677-28677
	scrub rate_kib 4096
	order start
	retry_until 20 pending_is 1
	# in order of place it would have come to sector 28677
	[ "$(scrub position)" -le 20480 ] || fail "at $(scrub position)"
	order pause
	refused busy scrub region_mib 4
	assert_equal "$(scrub region_mib)" 2
	order resume
	scrub rate_kib 0
	finished
	# its region is read twice, but for the block itself
	assert_equal "$(results) $(scrub position)" "$((SECTORS + 4096 - 8)) 0 1 $SECTORS"
	# of two in one region the second one is found out of turn
	null_blk_bad main +100-100 +3000-3000
	order start
	finished
	assert_equal "$(results)" "$((SECTORS - 8 + 4096 - 8 - 8)) 0 2"
	# a block that cannot move starts no area: it would be found again and again
	remap_attr r errors/auto_remap 0
	null_blk_bad main +200-200 +3100-3100
	order start
	finished
	assert_equal "$(results)" "$((SECTORS - 24)) 0 0"
	refused "Invalid argument" scrub region_mib -1
	refused "Invalid argument" scrub region_mib 1048577
	restart
	assert_equal "$(scrub region_mib)" 2
	scrub region_mib 0
	remap_attr r errors/auto_remap 1
	order start
	finished
	assert_equal "$(results)" "$((SECTORS - 24)) 0 2"
}

@test "nothing is read of a set that is read-only" {
	start
	dmsetup remove r
	start read_only
	refused "Read-only file system" order start
	assert_equal "$(scrub state)" idle
}

@test "a mark that is taken back at once does not end a run" {
	local i
	start
	scrub rate_kib 2048
	order start
	retry_until 10 position_is 512
	for ((i = 0; i < 4; i++)); do
		# two pieces arrive in between
		blockdev --setro /dev/main
		sleep 0.2
		blockdev --setrw /dev/main
	done
	# the look of each second may have seen one: then the set is read-only until a resume
	[ "$(<$CONFIG/state)" != read-only ] || { dmsetup suspend r && dmsetup resume r; }
	scrub rate_kib 0
	finished
	assert_equal "$(results)" "$SECTORS 0 0"
}

# --- a run that is interrupted ----------------------------------------------------------

@test "a run goes on where it was after suspend, reload, and removal" {
	local at
	null_blk_bad main +30000-30000
	start
	scrub rate_kib 512
	order start
	retry_until 10 position_is 256
	dmsetup suspend r
	at=$(scrub position)
	refused busy order pause
	sleep 0.5
	assert_equal "$(scrub state) $(scrub position)" "running $at"
	dmsetup resume r
	retry_until 10 position_is $((at + 64))
	# another table of the same set
	dmsetup table r | dmsetup load r
	dmsetup resume r
	at=$(scrub position)
	retry_until 10 position_is $((at + 64))
	at=$(scrub position)
	restart
	assert_equal "$(scrub state)" running
	position_is "$at"
	order pause
	at=$(scrub position)
	restart
	assert_equal "$(scrub state) $(scrub position)" "paused $at"
	sleep 0.3
	assert_equal "$(scrub position)" "$at"
	scrub rate_kib 0
	order resume
	finished
	# nothing was read twice, and nothing was left out
	assert_equal "$(results)" "$SECTORS 0 1"
	at=$(scrub last_result)
	restart
	assert_equal "$(scrub last_result)" "$at"
	assert_equal "$(scrub state)" idle
}

@test "a set that is removed while it is read leaves nothing behind" {
	local i
	null_blk_bad main +2000-2007 +9000-9600
	start
	for ((i = 0; i < 8; i++)); do
		order start
		sleep "0.0$i"
		stop_all
		start
		[ "$(scrub state)" = idle ] || order stop
		remap_list r | while read -r at _; do
			[ "$at" = 2000 ] || ((at >= 9000 && at <= 9600))
		done
	done
	order start
	finished
	assert_equal "$(remap_status r remapped pending)" "0 77"
}

@test "a disk that takes its time delays a suspend by one request" {
	slow_part 0 128 300
	null_blk_bad main +16-127
	remap_create r /dev/mapper/hold /dev/spare
	order start
	sleep 1
	SECONDS=0
	dmsetup suspend r
	# 14 blocks cannot be read, with two attempts each
	[ $SECONDS -le 3 ]
	dmsetup resume r
	retry_until 30 pending_is 14
	finished
	dmsetup remove r
}

# --- beside other I/O --------------------------------------------------------------------

@test "data is right while a scrub, its moves, and neighbours go on beside it" {
	local i j
	for ((i = 100; i < 30700; i += 1700)); do null_blk_bad main "+$i-$((i + 30))"; done
	start
	# this test is not about read errors
	for ((i = 100; i < 30700; i += 1700)); do dmsetup message r 0 mark "$i" 31; done
	# fio reads what it wrote: what goes bad meanwhile, and with it what was written there,
	# is beyond its part of the disk
	start_fio $R --size=15m --io_size=8m
	for ((i = 0; i < 5; i++)); do
		null_blk_bad main "+$((30800 + i * 400))-$((30840 + i * 400))"
		order start
		for ((j = 0; j < 8; j++)); do write_pattern $R $((30792 + i * 400 + j * 8)) 4096 $((i * 8 + j)); done
		sleep 1
		[ $i != 2 ] || { dmsetup suspend r && dmsetup resume r; }
		finished
	done
	remap_attr r remaps/add "2000 800"
	order start
	finished
	stop_fio
	for ((i = 0; i < 5; i++)); do
		for ((j = 0; j < 8; j++)); do assert_data $R $((30792 + i * 400 + j * 8)) 4096 $((i * 8 + j)); done
	done
}

# --- neighbours --------------------------------------------------------------------------

@test "what is near a block that failed is read, outward while more is found" {
	# blocks 125 to 137; 145 is 8 blocks farther, and 154 9
	null_blk_bad main +1000-1103 +1160-1160 +1232-1232
	start
	assert_equal "$(remap_attr r errors/neighbours)" 8
	unreadable $R 1050 512
	retry_until 20 pending_is 14
	sleep 0.5
	pending_is 14
	# a write that fails asks the same
	null_blk_bad main +9000-9000 +9016-9016 +8936-8936
	write_pattern $R 9000 512 new
	retry_until 20 pending_is 16
	assert_equal "$(remap_status r remapped)" 1
	# the ends of the device
	null_blk_bad main +0-0 +24-24 +32767-32767 +32720-32720
	unreadable $R 0 512
	unreadable $R 32767 512
	retry_until 20 pending_is 20
	# off
	remap_attr r errors/neighbours 0
	null_blk_bad main +20000-20031
	unreadable $R 20000 512
	sleep 2
	pending_is 21
	# far, in pieces of many blocks
	remap_attr r errors/neighbours 65536
	null_blk_bad main +12345-12345 +25000-25000
	unreadable $R 25000 512
	retry_until 20 pending_is 27
	refused "Invalid argument" remap_attr r errors/neighbours 65537
}

@test "neighbours wait while the disk answers others slowly" {
	local i
	local -a readers=()
	slow_part 16384 1024 1000
	null_blk_bad main +800-800 +808-808
	remap_create r /dev/mapper/hold /dev/spare
	touch "$BATS_TEST_TMPDIR/go-on"
	for i in {0..7}; do
		while [ -e "$BATS_TEST_TMPDIR/go-on" ]; do read_direct $R $((16384 + i * 8)) 4096; done >/dev/null 3>&- &
		readers+=($!)
		sleep 0.1
	done
	unreadable $R 800 512
	sleep 5
	pending_is 1
	rm "$BATS_TEST_TMPDIR/go-on"
	wait "${readers[@]}"
	retry_until 20 pending_is 2
	dmsetup remove r
}
