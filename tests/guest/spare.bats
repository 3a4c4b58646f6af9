#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The spare: which block is taken, how many are left, what happens when there are
# none, when they are bad themselves, and when everything fails.
# rig: test=uml/3 timeout=900 smp=1

load ../lib/common

R=/dev/mapper/r
# shellcheck disable=SC2034 # for remap_create
NEIGHBOURS=0
CONFIG=/sys/kernel/config/dm-remap/r

teardown() {
	[ -z "${LISTENER:-}" ] || kill "$LISTENER" 2>/dev/null || :
	remove_devices
}
teardown_file() { clean_up; }

# 1024 spare blocks
setup() {
	null_blk main 16
	null_blk spare 4
	LISTENER=
}

# where SECTOR...: the numbers of their spare blocks
where() {
	local sector out=''
	remap_map r
	for sector in "$@"; do out+=" $((${MAP[$sector]} / 8))"; done
	echo "${out# }"
}

add() { printf '%s\n' "$@" | dd of=$CONFIG/remaps/add bs=64K iflag=fullblock status=none; }
drop() { printf '%s\n' "$@" | dd of=$CONFIG/remaps/remove bs=64K iflag=fullblock status=none; }

# space: total, used, free and bad
space() { echo "$(<$CONFIG/spare/total) $(<$CONFIG/spare/used) $(<$CONFIG/spare/free) $(<$CONFIG/spare/bad)"; }

# --- policies ----------------------------------------------------------------------

@test "linear takes the lowest free block" {
	remap_create r /dev/main /dev/spare
	echo linear >$CONFIG/spare/policy
	add 8000
	add 400
	add 4000
	assert_equal "$(where 8000 400 4000)" "0 1 2"
	drop 400
	add 408
	assert_equal "$(where 408)" 1
	drop 8000
	drop 4000
	add 16
	add 24
	add 32
	assert_equal "$(where 16 24 32)" "0 2 3"
	assert_equal "$(space)" "1024 4 1020 0"
}

@test "near keeps neighbours together" {
	remap_create r /dev/main /dev/spare
	assert_equal "$(<$CONFIG/spare/policy)" "linear [near] spread"
	add "800 160"
	drop "840 80"
	# after and before the remapped blocks
	assert_equal "$(where 800 832 920)" "0 4 15"
	add 840
	add 912
	assert_equal "$(where 840 912)" "5 14"
	# if the place is taken, a different one
	drop 832
	add 2000
	assert_equal "$(where 2000)" 4
	add 832
	[ "$(where 832)" -gt 4 ]
}

@test "spread goes round the whole spare" {
	# 256 blocks
	null_blk small 1
	remap_create r /dev/main /dev/small
	echo spread >$CONFIG/spare/policy
	add 0
	add 8000
	add 4000
	assert_equal "$(where 0 8000 4000)" "0 1 2"
	drop 0
	add 80
	# the freed one is not used again at once
	assert_equal "$(where 80)" 3
	add "8192 2016"
	assert_equal "$(<$CONFIG/spare/free)" 1
	add 160
	assert_equal "$(where 160)" 0
	assert_equal "$(<$CONFIG/spare/free)" 0
}

@test "automatic remaps follow the policy too" {
	null_blk_bad main +800-815
	remap_create r /dev/main /dev/spare
	echo linear >$CONFIG/spare/policy
	add 8000
	add 8080
	drop 8000
	write_pattern $R 800 4096 a
	assert_equal "$(where 800)" 0
	echo near >$CONFIG/spare/policy
	drop 8080
	add 8160
	add 8240
	write_pattern $R 808 4096 a
	# next to 800 is block 1, which 8160 has
	assert_equal "$(where 8160)" 1
	assert_equal "$(where 808)" 3
}

# --- how many are left -----------------------------------------------------------------

@test "the reserve is not for automatic remaps" {
	null_blk_bad main +800-807 +1600-1607 +2400-2407
	remap_create r /dev/main /dev/spare
	echo 1023 >$CONFIG/spare/reserve
	assert_equal "$(<$CONFIG/state)" ok
	write_pattern $R 800 4096 a
	assert_equal "$(<$CONFIG/state) $(<$CONFIG/remaps/count)" "exhausted 1"
	refused "" write_pattern $R 1600 4096 a
	assert_equal "$(<$CONFIG/remaps/count) $(space)" "1 1024 1 1023 0"
	# by hand it may be used
	add 1600
	write_pattern $R 1600 4096 b
	assert_data $R 1600 4096 b
	assert_data $R 800 4096 a
	# and others go on
	write_pattern $R 8000 4096 c
	assert_data /dev/main 8000 4096 c
	echo 0 >$CONFIG/spare/reserve
	assert_equal "$(remap_status r state remapped)" "ok 2"
	write_pattern $R 2400 4096 d
	assert_data $R 2400 4096 d
}

@test "an exhausted spare: errors where it is needed, and nowhere else" {
	null_blk tiny 1
	dmsetup create two --table "0 16 linear /dev/tiny 0"
	null_blk_bad main +800-800 +1600-1600 +2400-2400 +3200-3200
	remap_create r /dev/main /dev/mapper/two
	write_pattern $R 800 4096 a
	write_pattern $R 1600 4096 b
	assert_equal "$(space) $(<$CONFIG/state)" "2 2 0 0 exhausted"
	refused "No space left" write_pattern $R 2400 4096 c
	refused "No space left" add 4000
	# a read fails for its own reason
	unreadable $R 3200 4096
	assert_equal "$(remap_status r state remapped pending)" "exhausted 2 0"
	assert_data $R 800 4096 a
	write_pattern $R 1600 4096 b2
	assert_data $R 1600 4096 b2
	write_pattern $R 8000 65536 c
	assert_data $R 8000 65536 c
	# a block that the main has again makes room
	null_blk_bad main -800-800
	drop 800
	assert_equal "$(<$CONFIG/state)" ok
	write_pattern $R 2400 4096 d
	assert_data $R 2400 4096 d
	assert_data $R 800 4096 a
	assert_data /dev/main 800 4096 a
	assert_equal "$(<$CONFIG/state)" exhausted
}

@test "events are sent" {
	local waiter nr
	remap_create r /dev/main /dev/spare
	listen
	echo 1020 >$CONFIG/spare/low_water
	echo 1018 >$CONFIG/spare/reserve
	nr=$(dmsetup info -c --noheadings -o events r)
	dmsetup wait r "$nr" >/dev/null 3>&- & waiter=$!
	add "80 24"
	retry_until 10 event_came remapped 96
	wait $waiter
	sleep 1.2
	! event_came low-spare || { cat "$EVENTS"; false; }
	add 800
	retry_until 10 event_came low-spare
	! event_came low-spare "[0-9]+" || { cat "$EVENTS"; false; }
	! event_came exhausted || { cat "$EVENTS"; false; }
	add "1600 16"
	retry_until 10 event_came exhausted
	! event_came lost-data || { cat "$EVENTS"; false; }
	echo 0 >$CONFIG/spare/reserve
	null_blk_bad main +2400-2401
	write_pattern $R 2400 512 a
	# unreadable sectors stay on the main, until the user gives them up
	! event_came lost-data || { cat "$EVENTS"; false; }
	dmsetup message r 0 forget 2400 8
	retry_until 10 event_came lost-data 2400
	[ "$(dmsetup info -c --noheadings -o events r)" -gt "$nr" ]
	kill "$LISTENER"
}

@test "a limit that is raised to the free space sends the same events" {
	local free
	remap_create r /dev/main /dev/spare
	free=$(<$CONFIG/spare/free)
	listen
	echo $((free - 1)) >$CONFIG/spare/low_water
	echo $((free - 1)) >$CONFIG/spare/reserve
	sleep 1.2
	! event_came "(low-spare|exhausted)" || { cat "$EVENTS"; false; }
	echo "$free" >$CONFIG/spare/low_water
	retry_until 10 event_came low-spare
	! event_came exhausted || { cat "$EVENTS"; false; }
	echo "$free" >$CONFIG/spare/reserve
	retry_until 10 event_came exhausted
	assert_equal "$(<$CONFIG/state)" exhausted
	kill "$LISTENER"
}

@test "events are rate limited" {
	local i started
	remap_create r /dev/main /dev/spare
	listen
	started=$SECONDS
	for i in {1..50}; do echo $((i * 80)) >$CONFIG/remaps/add; done
	started=$((SECONDS - started))
	sleep 2.5
	i=$(grep -cx "change $(dm_dev r) r remapped [0-9]*" "$EVENTS")
	((i >= 1 && i <= started + 3)) || { echo "$i events in $started seconds"; false; }
	kill "$LISTENER"
}

# --- bad spare blocks --------------------------------------------------------------------

@test "a spare block that cannot be written is not used" {
	null_blk_bad spare +0-7 +20-20
	null_blk_bad main +800-800
	remap_create r /dev/main /dev/spare
	echo linear >$CONFIG/spare/policy
	write_pattern $R 800 4096 a
	assert_data $R 800 4096 a
	assert_equal "$(where 800) $(space)" "1 1024 1 1022 1"
	# by hand, too
	write_pattern $R 1600 4096 b
	add 1600
	assert_data $R 1600 4096 b
	assert_equal "$(where 1600) $(space)" "3 1024 2 1020 2"
	[ "$(remap_status r bad_spare)" = 2 ]
	(($(remap_status r spare_errors) >= 2))
	# they are never used again, good or not
	null_blk_bad spare -0-7 -20-20
	drop 1600
	add 1600
	assert_equal "$(where 1600) $(space)" "3 1024 2 1020 2"
	assert_data $R 1600 4096 b
}

@test "data on a spare block that goes bad moves on" {
	null_blk_bad main +800-800
	remap_create r /dev/main /dev/spare
	echo linear >$CONFIG/spare/policy
	write_pattern $R 800 4096 a
	add "1600 8"
	null_blk_bad spare +7-7
	# the write of a part: the rest comes along, if it can be read
	write_pattern $R 807 512 b
	assert_equal "$(where 800) $(space)" "2 1024 2 1021 1"
	assert_data $R 800 3584 a
	assert_data $R 807 512 b
	assert_data /dev/spare 16 3584 a
	assert_equal "$(remap_status r remapped lost_sectors)" "2 0"
	# and unreadable sectors are lost
	null_blk_bad spare +17-18
	write_pattern $R 802 512 c
	assert_equal "$(where 800) $(space) $(remap_status r lost_sectors)" "3 1024 2 1020 2 1"
	assert_data $R 800 512 a
	unreadable $R 801 512
	assert_data $R 802 512 c
	assert_data $R 803 2048 a 1536
	assert_data $R 807 512 b
	write_pattern $R 800 4096 d
	assert_data $R 800 4096 d
	assert_equal "$(remap_status r state lost_sectors)" "ok 0"
}

@test "a spare block that cannot be read fails just reads of what cannot be read" {
	remap_create r /dev/main /dev/spare
	echo linear >$CONFIG/spare/policy
	write_pattern $R 800 4096 a
	add 800
	null_blk_bad spare +3-3
	unreadable $R 800 4096
	assert_data $R 800 1536 a
	assert_data $R 804 2048 a 2048
	unreadable $R 803 512
	assert_equal "$(remap_status r state lost_sectors remapped)" "ok 0 1"
	# not even to the main, which has an old copy of it
	refused "Input/output error" drop 800
	write_pattern $R 800 4096 b
	assert_data $R 800 4096 b
	assert_equal "$(remap_status r state lost_sectors bad_spare)" "ok 0 1"
}

@test "a spare that fails everything: errors, no loss, and the rest goes on" {
	null_blk_bad spare +0-8191
	null_blk_bad main +800-800
	write_pattern /dev/main 1600 4096 old
	remap_create r /dev/main /dev/spare
	refused "Input/output error" write_pattern $R 800 4096 a
	# it has free blocks
	refused "Input/output error" add 1600
	assert_data $R 1600 4096 old
	write_pattern $R 8000 4096 b
	assert_data /dev/main 8000 4096 b
	assert_equal "$(remap_status r remapped)" 0
}

@test "a spare that fails everything does not lose all its blocks by that" {
	null_blk_bad spare +0-8191
	null_blk_bad main +800-800 +1600-1600
	remap_create r /dev/main /dev/spare
	echo 8 >$CONFIG/errors/storm_limit
	refused "Input/output error" write_pattern $R 800 4096 a
	assert_equal "$(space)" "1024 0 1016 8"
	refused "Input/output error" write_pattern $R 1600 4096 a
	assert_equal "$(space) $(remap_status r remapped)" "1024 0 1015 9 0"
	# it is there again
	null_blk_bad spare -0-8191
	write_pattern $R 800 4096 a
	assert_data $R 800 4096 a
	assert_equal "$(space)" "1024 1 1014 9"
}

# --- storms ------------------------------------------------------------------------------

@test "a main that fails everything is not remapped block by block" {
	local i count
	remap_create r /dev/main /dev/spare
	write_pattern $R 16000 65536 a
	echo 8 >$CONFIG/errors/storm_limit
	null_blk_bad main +0-32767
	for i in {1..12}; do write_pattern $R $((i * 80)) 4096 b || :; done
	assert_equal "$(<$CONFIG/state)" suspended-remaps
	count=$(<$CONFIG/remaps/count)
	((count >= 7 && count <= 8)) || { echo "$count remaps"; false; }
	refused "Input/output error" write_pattern $R 8000 4096 b
	unreadable $R 16000 4096
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/remaps/pending)" "$count 0"
	# blocks on the spare are usable
	assert_data $R 80 4096 b
	# the cable is in again
	null_blk_bad main -0-32767
	assert_data $R 16000 65536 a
	assert_equal "$(<$CONFIG/state)" suspended-remaps
	null_blk_bad main +8000-8000
	refused "Input/output error" write_pattern $R 8000 4096 b
	refused "Invalid argument" remap_attr r errors/resume 0
	echo 1 >$CONFIG/errors/resume
	assert_equal "$(<$CONFIG/state)" ok
	write_pattern $R 8000 4096 b
	assert_data $R 8000 4096 b
	assert_equal "$(<$CONFIG/remaps/count)" $((count + 1))
}

@test "a success between errors is no storm, and 0 is never one" {
	local i
	remap_create r /dev/main /dev/spare
	echo 4 >$CONFIG/errors/storm_limit
	for i in {1..10}; do
		null_blk_bad main +$((i * 80))-$((i * 80))
		write_pattern $R $((i * 80)) 4096 b
		write_pattern $R 16000 4096 c
	done
	assert_equal "$(<$CONFIG/state) $(<$CONFIG/remaps/count)" "ok 10"
	echo 0 >$CONFIG/errors/storm_limit
	null_blk_bad main +1600-9599
	for i in {0..19}; do write_pattern $R $((1600 + i * 80)) 4096 b; done
	assert_equal "$(<$CONFIG/state) $(<$CONFIG/remaps/count)" "ok 30"
}

# --- what is done about errors -------------------------------------------------------------

@test "auto_remap can be switched off and on" {
	null_blk_bad main +800-800 +1600-1600
	remap_create r /dev/main /dev/spare
	write_pattern $R 800 4096 a
	echo 0 >$CONFIG/errors/auto_remap
	refused "Input/output error" write_pattern $R 1600 4096 b
	unreadable $R 1600 4096
	assert_equal "$(remap_status r remapped pending state)" "1 0 ok"
	# remapped blocks stay so
	write_pattern $R 800 4096 a2
	assert_data $R 800 4096 a2
	echo 1 >$CONFIG/errors/auto_remap
	write_pattern $R 1600 4096 b
	assert_data $R 1600 4096 b
	assert_equal "$(remap_status r remapped)" 2
}

@test "on_read_error is for what is lost, and for nothing that the main may yet give" {
	write_pattern /dev/main 800 8192 a
	null_blk_bad main +809-809
	remap_create r /dev/main /dev/spare
	unreadable $R 809 512
	echo zero >$CONFIG/errors/on_read_error
	assert_equal "$(<$CONFIG/errors/on_read_error)" "fail [zero]"
	# pending, and an unknown bad block
	unreadable $R 809 512
	assert_data $R 810 3072 a 5120
	null_blk_bad main +2400-2400
	unreadable $R 2400 4096
	# lost
	dmsetup message r 0 forget 808 8
	read_direct $R 809 512 | cmp -n 512 - /dev/zero
	assert_data $R 808 512 a 4096
	assert_data $R 810 3072 a 5120
	assert_equal "$(remap_status r lost_sectors)" 1
	echo fail >$CONFIG/errors/on_read_error
	unreadable $R 809 512
	# once written, it has the written data
	write_pattern $R 809 512 d
	assert_data $R 809 512 d
	assert_equal "$(remap_status r lost_sectors)" 0
}

# tries FIELD COMMAND...: how many reads (1) or writes (5) of the main it takes
tries() {
	local field=$1 before
	before=$(gawk -v f="$field" '{ print $f }' /sys/block/main/stat)
	shift
	"$@" >/dev/null 2>&1 || :
	echo $(($(gawk -v f="$field" '{ print $f }' /sys/block/main/stat) - before))
}

@test "retries is how often the main is tried again" {
	null_blk_bad main +800-1000 +1600-1800
	remap_create r /dev/main /dev/spare
	echo 0 >$CONFIG/errors/retries
	assert_equal "$(tries 1 read_direct $R 800 4096)" 1
	assert_equal "$(tries 5 write_pattern $R 1600 4096 a)" 1
	echo 5 >$CONFIG/errors/retries
	assert_equal "$(tries 1 read_direct $R 808 4096)" 6
	assert_equal "$(tries 5 write_pattern $R 1608 4096 a)" 6
	assert_data $R 1608 4096 a
	echo 16 >$CONFIG/errors/retries
	assert_equal "$(tries 1 read_direct $R 816 4096)" 17
	assert_equal "$(remap_status r pending remapped)" "3 2"
}
