#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Blocks that are weak, and not bad yet or no longer: the main takes long to give them, takes
# writes and loses them, or can read them once they were written again.
#
# Of "sick", sectors that cannot be read until they are written: one in each of the blocks 16, 32,
# 48, 64 and 80; and 98, which is bad for good.  Of "ill", in 16, 32 and 48, and 66 and 130.
#
# rig: disk sick size=16M heals=18,34,50,66,82 inject-error=98
# rig: disk ill size=16M heals=18,34,50 inject-error=66,130
# rig: kernels=uml,umldebug,umlsmp timeout=600
#
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
# shellcheck disable=SC2034 # for remap_create
NEIGHBOURS=0

dmremap() { /rig/tools/dmremap/dmremap "$@"; }

teardown() { remove_devices; }
teardown_file() { clean_up; }

# remapped: the blocks on the spare, by their sectors
remapped() { remap_list r | gawk '{ printf "%s%s", sep, $1 " " $4; sep = "," }'; }

# stat NAME: a counter
stat() { cat "/sys/kernel/dm-remap/r/stats/$1"; }

# --- slow reads ----------------------------------------------------------------------------

# of a slow sector, in milliseconds, and the limit: far apart, since other programs use the machine
TAKES=1000 SLOW=600

# make_slow SECTOR...: under r, /dev/mapper/slow, where reads of these blocks take long
make_slow() {
	local at=0 sector table=
	null_blk main 16
	null_blk spare 4
	write_pattern /dev/main 0 131072 a
	for sector in "$@"; do
		((at == sector)) || table+="$at $((sector - at)) linear /dev/main $at"$'\n'
		table+="$sector 8 delay /dev/main $sector $TAKES /dev/main $sector 0"$'\n'
		at=$((sector + 8))
	done
	table+="$at $(($(sectors /dev/main) - at)) linear /dev/main $at"
	modprobe dm_delay || :
	dmsetup create slow --table "$table"
	modprobe dm_remap_stats
	remap_create r /dev/mapper/slow /dev/spare
	echo $SLOW >$CONFIG/errors/slow_ms
}

@test "a block that is read slowly moves to the spare while it can be read" {
	make_slow 16 64 96
	listen
	# a sector of the block: all of it moves, and the read is answered
	assert_data $R 18 512 a $((18 * 512))
	retry_until 10 event_came slow 16
	kill "$LISTENER"
	assert_equal "$(remapped)" "16 remapped"
	# the slow block of a read over several blocks
	assert_data $R 32 32768 a $((32 * 512))
	assert_equal "$(remapped)" "16 remapped,64 remapped"
	assert_equal "$(stat slow_moves) $(stat remaps_auto) $(stat main_read_errors)" "2 2 0"
	remap_map r
	assert_data /dev/spare "$(spare_of 16)" 4096 a $((16 * 512))
	assert_data /dev/spare "$(spare_of 64)" 4096 a $((64 * 512))
	# a write moves nothing; nor does a read where blocks do not move by themselves, or when
	# it is off, as it is by default
	write_pattern $R 96 4096 b
	echo 0 >$CONFIG/errors/auto_remap
	assert_data $R 96 4096 b
	echo 1 >$CONFIG/errors/auto_remap
	echo 0 >$CONFIG/errors/slow_ms
	assert_data $R 96 4096 b
	assert_equal "$(remapped)" "16 remapped,64 remapped"
	assert_equal "$(stat slow_moves) $(stat remaps_auto)" "2 2"
	assert_data $R 0 32768 a
}

@test "a read that waited for another is not slow" {
	local first second
	make_slow 16 64
	read_direct $R 16 4096 >"$BATS_TEST_TMPDIR/first" & first=$!
	sleep 0.3
	read_direct $R 64 4096 >"$BATS_TEST_TMPDIR/second" & second=$!
	wait $first
	wait $second
	assert_equal "$(remapped)" "16 remapped"
	assert_equal "$(stat slow_moves)" 1
	# alone it is
	assert_data $R 64 4096 a $((64 * 512))
	assert_equal "$(remapped)" "16 remapped,64 remapped"
}

@test "a write while a slow block moves is kept" {
	local reader writer
	make_slow 16
	read_direct $R 16 4096 >/dev/null & reader=$!
	# the read is over, and the block is read again to be moved
	sleep $((TAKES / 1000)).4
	write_pattern $R 18 512 b & writer=$!
	wait $reader
	wait $writer
	assert_equal "$(remapped)" "16 remapped"
	assert_data $R 16 1024 a $((16 * 512))
	assert_data $R 18 512 b
	assert_data $R 19 $((5 * 512)) a $((19 * 512))
}

@test "a block that cannot be read again is pending, and the read is answered" {
	make_slow 16
	read_direct $R 16 4096 >"$BATS_TEST_TMPDIR/out" & reader=$!
	sleep $((TAKES / 1000)).4
	null_blk_bad main +20-20
	wait $reader
	_pattern_file 131072 a
	cmp -n 4096 -i "0:$((16 * 512))" "$BATS_TEST_TMPDIR/out" "$PATTERN_FILE"
	assert_equal "$(remapped)" "16 pending"
	assert_equal "$(stat slow_moves)" 0
}

@test "slow blocks stop to move after slow_limit in a row" {
	make_slow 16 32 48 64 80
	echo 2 >$CONFIG/errors/slow_limit
	assert_data $R 16 4096 a $((16 * 512))
	# one that is not slow between
	assert_data $R 0 4096 a
	assert_data $R 32 4096 a $((32 * 512))
	assert_data $R 48 4096 a $((48 * 512))
	assert_data $R 64 4096 a $((64 * 512))
	assert_data $R 0 4096 a
	assert_data $R 64 4096 a $((64 * 512))
	assert_equal "$(remapped)" "16 remapped,32 remapped,48 remapped"
	assert_equal "$(remap_status r state)" ok
	echo 1 >$CONFIG/errors/resume
	assert_data $R 64 4096 a $((64 * 512))
	assert_equal "$(remapped)" "16 remapped,32 remapped,48 remapped,64 remapped"
	# 0 means no limit
	echo 0 >$CONFIG/errors/slow_limit
	assert_data $R 80 4096 a $((80 * 512))
	assert_equal "$(stat slow_moves)" 5
}

@test "slow blocks for which the spare has no room do not count against slow_limit" {
	make_slow 16 32 48
	echo 2 >$CONFIG/errors/slow_limit
	cat $CONFIG/spare/total >$CONFIG/spare/reserve
	assert_data $R 16 4096 a $((16 * 512))
	assert_data $R 32 4096 a $((32 * 512))
	assert_equal "$(remapped)" ""
	echo 0 >$CONFIG/spare/reserve
	assert_data $R 48 4096 a $((48 * 512))
	assert_equal "$(remapped)" "48 remapped"
}

@test "a scrub moves what it reads slowly" {
	make_slow 16 64
	echo 1 >$CONFIG/errors/slow_limit
	echo start >$CONFIG/scrub/control
	retry_until 60 grep -q idle $CONFIG/scrub/state
	# the limit is one in a row, and the reads in between are not slow
	assert_equal "$(remapped)" "16 remapped"
	assert_equal "$(stat slow_moves)" 1
	echo 1 >$CONFIG/errors/resume
	echo start >$CONFIG/scrub/control
	retry_until 60 grep -q idle $CONFIG/scrub/state
	assert_equal "$(remapped)" "16 remapped,64 remapped"
	assert_data $R 0 65536 a
}

# --- writes that are lost --------------------------------------------------------------------

# loses DISK NAME FIRST COUNT: /dev/mapper/NAME is DISK, whose sectors FIRST to FIRST + COUNT - 1
# acknowledge writes, but keep their old content; made, or loaded while it is in use
loses() {
	local how=create end=$(($3 + $4))
	[ ! -e "/dev/mapper/$2" ] || how=reload
	dmsetup $how "$2" --table "$(
		(($3 == 0)) || echo "0 $3 linear $1 0"
		echo "$3 $4 flakey $1 $3 0 3600 1 drop_writes"
		echo "$end $(($(sectors "$1") - end)) linear $1 $end"
	)"
	[ $how = create ] || dmsetup resume "$2"
}

@test "a write that the main loses goes to the spare" {
	null_blk main 16
	null_blk spare 4
	modprobe dm_remap_stats
	write_pattern /dev/main 0 262144 old
	loses /dev/main bad 136 24
	remap_create r /dev/mapper/bad /dev/spare
	# not by default, and not because remapped blocks are verified
	write_pattern $R 136 4096 lost
	echo remapped >$CONFIG/errors/verify_writes
	write_pattern $R 136 4096 lost
	assert_data $R 136 4096 old $((136 * 512))
	assert_equal "$(remapped)" ""
	echo all >$CONFIG/errors/verify_writes
	assert_equal "$(<$CONFIG/errors/verify_writes)" "off remapped [all]"
	# sectors of a block: the others keep their content
	write_pattern $R 138 1024 a
	assert_equal "$(remapped)" "136 remapped"
	assert_data $R 136 1024 old $((136 * 512))
	assert_data $R 138 1024 a
	assert_data $R 140 2048 old $((140 * 512))
	# the lost ones of many blocks
	write_pattern $R 1 131072 b
	assert_data $R 1 131072 b
	assert_data $R 0 512 old
	assert_data $R 257 $((255 * 512)) old $((257 * 512))
	assert_equal "$(remapped)" "136 remapped,144 remapped,152 remapped"
	assert_equal "$(stat verify_errors) $(stat remaps_auto) $(stat main_write_errors)" "3 3 0"
	# through the page cache, and with FUA; zeroes, and a discard, which promises nothing
	_pattern_file 131072 b
	dd if="$PATTERN_FILE" of=$R bs=64k count=2 conv=notrunc,fsync status=none
	write_pattern $R 300 4096 c direct,dsync
	assert_data $R 0 131072 b
	assert_data $R 300 4096 c
	blkdiscard -zf -o 65536 -l 65536 $R
	assert_equal "$(used_bytes $R 128 65536)" 0
	assert_equal "$(remapped)" "136 remapped,144 remapped,152 remapped"
}

@test "a write that the spare loses goes to another slot" {
	null_blk main 16 badblocks=+800-800
	null_blk spare 4
	modprobe dm_remap_stats
	write_pattern /dev/main 0 131072 old
	loses /dev/spare bad 0 24
	remap_create r /dev/main /dev/mapper/bad
	echo linear >$CONFIG/spare/policy
	echo remapped >$CONFIG/errors/verify_writes
	# one that moves, alone and in a run; by hand and by itself
	echo "16" >$CONFIG/remaps/add
	assert_equal "$(<$CONFIG/spare/bad)" 3
	echo "32 16" >$CONFIG/remaps/add
	write_pattern $R 800 4096 a
	assert_equal "$(remapped)" "16 remapped,32 remapped,40 remapped,800 remapped"
	assert_data $R 0 131072 old
	assert_data $R 800 4096 a
	# one that is there already
	remap_map r
	loses /dev/spare bad "$(spare_of 32)" 8
	write_pattern $R 34 1024 b
	assert_equal "$(<$CONFIG/spare/bad)" 4
	assert_data $R 32 1024 old $((32 * 512))
	assert_data $R 34 1024 b
	assert_data $R 36 2048 old $((36 * 512))
	write_pattern $R 32 4096 c
	assert_data $R 32 4096 c
	assert_equal "$(stat relocations) $(stat verify_errors)" "1 4"
}

@test "beside others, verified writes are kept" {
	null_blk main 16
	null_blk spare 4
	loses /dev/main bad 8192 64
	remap_create r /dev/mapper/bad /dev/spare
	echo all >$CONFIG/errors/verify_writes
	fio_verify $R --size=1M --offset=3584k --iodepth=16
	assert_equal "$(<$CONFIG/remaps/count)" 8
}

# --- first writes of pending blocks ----------------------------------------------------------

@test "the first write to a pending block may cure it on the main" {
	local sick sector
	sick=$(rig_disk sick)
	null_blk spare 4
	modprobe dm_remap_stats
	remap_create r "$sick" /dev/spare persistent
	for sector in 16 32 48 64 80 96; do unreadable $R $sector 4096; done
	assert_equal "$(<$CONFIG/remaps/pending)" 6
	# not by default
	write_pattern $R 16 4096 a
	assert_equal "$(stat rewrites_tried)" 0
	echo 1 >$CONFIG/errors/first_rewrite
	# the whole block
	write_pattern $R 32 4096 b
	assert_data "$sick" 32 4096 b
	assert_equal "$(stat rewrites_tried) $(stat rewrites_cured)" "1 1"
	# a part that does not help: known to fail, or not
	write_pattern $R 48 512 c
	assert_equal "$(stat rewrites_tried)" 1
	echo 0 >$CONFIG/errors/pending_retry_ms
	write_pattern $R 64 512 d
	assert_equal "$(stat rewrites_tried) $(stat rewrites_cured)" "2 1"
	# a part that helps
	write_pattern $R 82 512 e
	assert_data "$sick" 82 512 e
	assert_equal "$(stat rewrites_tried) $(stat rewrites_cured)" "3 2"
	# the main does not take it
	write_pattern $R 96 4096 f
	assert_equal "$(stat rewrites_tried) $(stat rewrites_cured)" "4 2"
	check() {
		assert_equal "$(remapped)" "16 remapped,48 split,64 split,96 remapped"
		assert_data $R 16 4096 a
		assert_data $R 32 4096 b
		assert_data $R 48 512 c
		assert_data $R 64 512 d
		assert_data $R 82 512 e
		assert_data $R 96 4096 f
		assert_equal "$(used_bytes $R 80 4096)" 512
	}
	check
	assert_equal "$(<$CONFIG/spare/used) $(<$CONFIG/remaps/pending)" "4 0"
	dmsetup remove r
	remap_create r "$sick" /dev/spare persistent
	check
}

@test "a pending block that the main took is read from there though the commit failed" {
	null_blk main 16
	null_blk base 4
	write_pattern /dev/main 0 65536 a
	dmsetup create spare --table "0 $(sectors /dev/base) linear /dev/base 0"
	remap_create r /dev/main /dev/mapper/spare persistent
	echo "64 16" >$CONFIG/remaps/mark
	echo 1 >$CONFIG/errors/first_rewrite
	dmsetup reload spare --table "0 $(sectors /dev/base) error"
	dmsetup resume spare
	run ! write_pattern $R 64 4096 b
	assert_equal "$(remap_status r state)" failed
	assert_equal "$(remapped)" "64 pending,72 pending"
	assert_data $R 64 4096 b
	assert_data $R 72 4096 a $((72 * 512))
}

# --- what the main takes again ---------------------------------------------------------------

@test "cure moves back what the main takes and keeps again" {
	local ill
	ill=$(rig_disk ill)
	null_blk spare 4
	remap_create r "$ill" /dev/spare persistent
	# 16 cannot be read; 32 can be once it is written; of 48 a part cannot be read; 64 is bad for
	# good; with 96 nothing is wrong
	unreadable $R 16 4096
	unreadable $R 32 4096
	write_pattern $R 32 4096 a
	unreadable $R 48 4096
	write_pattern $R 48 512 b
	write_pattern $R 64 4096 c
	echo "96 16" >$CONFIG/remaps/add
	write_pattern $R 96 8192 d
	assert_equal "$(remapped)" "16 pending,32 remapped,48 split,64 remapped,96 remapped,104 remapped"
	run dmremap cure r 64 100
	assert_failure 4
	assert_line "r: 1 of 2 blocks went back to the main, which takes and keeps them again."
	assert_line "r: 1 stays on the spare."
	assert_equal "$(remapped)" "16 pending,32 remapped,48 split,64 remapped,104 remapped"
	run dmremap cure --json r
	assert_failure 4
	assert_equal "$(tr -d ' \n' <<<"$output")" \
		'{"device":"r","tried":5,"cured":2,"remapped":2,"pending":1,"labelled":0}'
	check() {
		assert_equal "$(remapped)" "16 pending,48 split,64 remapped"
		assert_data "$ill" 32 4096 a
		assert_data "$ill" 96 8192 d
		assert_data $R 48 512 b
		assert_data $R 64 4096 c
	}
	check
	# a pending block that the main gives at last
	write_pattern "$ill" 16 4096 e
	run dmremap cure r 16
	assert_success
	assert_output "r: 1 of 1 block went back to the main, which takes and keeps it again."
	check() {
		assert_equal "$(remapped)" "48 split,64 remapped"
		assert_data $R 16 4096 e
		assert_data $R 32 4096 a
		assert_data $R 48 512 b
		assert_data $R 64 4096 c
		assert_data $R 96 8192 d
	}
	check
	dmsetup remove r
	remap_create r "$ill" /dev/spare persistent
	check
	refused "No such file or directory" dmsetup message r 0 cure 800
}

@test "cure leaves what the main takes and loses" {
	null_blk main 16
	null_blk spare 4
	loses /dev/main bad 136 8
	remap_create r /dev/mapper/bad /dev/spare
	echo "128 24" >$CONFIG/remaps/add
	write_pattern $R 128 12288 a
	run dmremap cure r
	assert_failure 4
	assert_equal "$(remapped)" "136 remapped"
	assert_data $R 128 12288 a
	assert_data /dev/main 128 4096 a
	assert_data /dev/main 144 4096 a 8192
}

@test "cure leaves the label of a sealed main" {
	null_blk main 64
	null_blk spare 4
	dmremap create --force r /dev/main /dev/spare
	mke2fs -q -t ext4 $R
	dmremap seal r
	echo 96000 >$CONFIG/remaps/add
	run dmremap cure r
	assert_success
	assert_line "r: 1 of 1 block went back to the main, which takes and keeps it again."
	assert_line "r: the blocks of the label were left alone."
	run dmremap unseal r
	assert_output "r: unsealed"
	e2fsck -fn $R
}

@test "a sector without a set is rewritten only if that is wanted, and nobody uses the disk" {
	local ill
	ill=$(rig_disk ill)
	write_pattern "$ill" 128 1024 f
	run dmremap cure "$ill" --sector 128
	assert_success
	assert_line "It can be read, and nothing is written."
	run dmremap cure "$ill" --sector 50
	assert_failure 4
	assert_line --partial "It cannot be read: "
	unreadable "$ill" 50 512
	# in use, or a partition of it is
	dmsetup create user --table "0 8 linear $ill 0"
	run dmremap cure "$ill" --sector 50 --overwrite --yes
	assert_failure 8
	assert_output --partial "user is on it"
	dmsetup remove user
	addpart "$ill" 1 32 64
	dmsetup create user --table "0 8 linear ${ill}p1 0"
	run dmremap cure "$ill" --sector 50 --overwrite --yes
	assert_failure 8
	assert_line --partial "Sector 50 of $ill is sector 18 of ${ill}p1"
	unreadable "$ill" 50 512
	dmsetup remove user
	run dmremap cure "$ill" --sector 50 --overwrite <<<n
	assert_failure 8
	unreadable "$ill" 50 512
	run dmremap cure "$ill" --sector 50 --overwrite <<<y
	assert_failure 1
	assert_line "The sector can be read and written again; it contains zeros."
	assert_equal "$(used_bytes "$ill" 50 512)" 0
	# the main does not take it
	run dmremap cure "$ill" --sector 130 --overwrite --yes
	assert_failure 4
	assert_output --partial "cannot write the sector"
	assert_data "$ill" 128 1024 f
	delpart "$ill" 1
}
