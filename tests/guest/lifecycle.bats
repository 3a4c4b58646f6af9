#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Suspend, resume, reload, rename, remove, unload: remaps and settings stay as
# long as they should, and nothing stays longer.
# rig: test=uml/3 timeout=1500

load ../lib/common

R=/dev/mapper/r
ROOT=/sys/kernel/config/dm-remap
CONFIG=$ROOT/r

# the kernel that looks for mistakes takes several times as long
ROUNDS=200
[ ! -e /sys/kernel/debug/kmemleak ] || ROUNDS=60

teardown() { remove_devices; }
teardown_file() { clean_up; }

setup() {
	null_blk main 16
	null_blk spare 4
}

# state that a reload must keep: remaps, settings, identity
kept() {
	dmsetup message r 0 list
	cat $CONFIG/{uuid,main,block_size,remaps/count,hash/{min_buckets,grow_percent,shrink_percent}} \
		$CONFIG/{spare/{policy,reserve,low_water},errors/{auto_remap,on_read_error,retries,storm_limit}}
}

# settings that are not the default
set_some() {
	echo 200 >$CONFIG/hash/grow_percent
	echo spread >$CONFIG/spare/policy
	echo 3 >$CONFIG/spare/reserve
	echo 7 >$CONFIG/errors/retries
	echo zero >$CONFIG/errors/on_read_error
}

table() { echo "0 ${2:-32768} remap /dev/main 0 $1 1 transient"; }

reload() {
	dmsetup reload r --table "$1"
	dmsetup suspend r
	dmsetup resume r
}

# --- many rounds -----------------------------------------------------------------

@test "rounds of suspend, resume and reload under verified I/O" {
	local round before inode
	null_blk_bad main +30000-30000
	remap_create r /dev/main /dev/spare
	set_some
	printf '0 64\n1000 2000\n16000 16\n' | dd of=$CONFIG/remaps/add bs=4096 iflag=fullblock status=none
	write_pattern $R 29952 65536 a
	before=$(kept)
	inode=$(stat -c %i $CONFIG)
	start_fio $R --size=14M --io_size=4M
	for ((round = 0; round < ROUNDS; round++)); do
		dmsetup suspend r
		dmsetup resume r
		dmsetup reload r --table "$(table /dev/spare)"
		dmsetup resume r
		((round % 20)) || {
			running "$FIO"
			assert_equal "$(kept)" "$before"
			# while there is I/O, remaps come and go
			echo "20000 800" >$CONFIG/remaps/add
			dmsetup suspend --noflush r
			dmsetup resume r
			echo "20000 800" >$CONFIG/remaps/remove
		}
	done
	stop_fio
	assert_equal "$(kept)" "$before"
	# the directory has been there all the time
	assert_equal "$(stat -c %i $CONFIG)" "$inode"
	assert_data $R 29952 65536 a
	assert_equal "$(remap_status r state lost_sectors)" "ok 0"
	assert_equal "$(cat /sys/module/dm_remap/refcnt)" 2
	dmsetup remove r
	[ ! -e $CONFIG ]
	assert_equal "$(cat /sys/module/dm_remap/refcnt)" 0
}

# memory that the kernel has, in KiB
kernel_memory() { gawk '/^(SUnreclaim|Percpu|KernelStack|VmallocUsed):/ { n += $2 } END { print n }' /proc/meminfo; }

@test "rounds of create, remap, remove and unload" {
	local round early
	null_blk_bad main +2048-2048
	for ((round = 0; round < ROUNDS; round++)); do
		remap_create r /dev/main /dev/spare
		echo "8000 400" >$CONFIG/remaps/add
		((round % 10)) || {
			write_pattern $R 2040 65536 "round$round"
			assert_data $R 2040 65536 "round$round"
			assert_equal "$(<$CONFIG/remaps/count)" 51
		}
		dmsetup remove r
		rmmod dm_remap
		[ ! -e $ROOT ]
		[ ! -e /sys/module/dm_remap ]
		[ ! -e /dev/mapper/r ]
		((round != ROUNDS / 4)) || early=$(kernel_memory)
	done
	[ -z "$(ls /sys/block/main/holders)$(ls /sys/block/spare/holders)" ]
	# kmemleak finds them there
	[ -e /sys/kernel/debug/kmemleak ] ||
		(($(kernel_memory) - early < 10 * ROUNDS)) || { echo "from $early to $(kernel_memory) KiB"; false; }
}

# --- suspended --------------------------------------------------------------------

@test "while suspended remaps cannot be changed, and the rest can be looked at" {
	local before list word
	remap_create r /dev/main /dev/spare
	echo 8 >$CONFIG/remaps/add
	list=$(dmsetup message r 0 list)
	dmsetup suspend r
	refused "Device or resource busy" remap_attr r remaps/add 16
	refused "Device or resource busy" remap_attr r remaps/remove 8
	refused "Device or resource busy" dmsetup message r 0 add 16
	refused "Device or resource busy" dmsetup message r 0 remove 8
	assert_equal "$(dmsetup message r 0 list)" "$list"
	assert_equal "$(remap_status r state remapped) $(<$CONFIG/remaps/count)" "ok 1 1"
	for word in "errors/retries 5" "spare/policy linear" "errors/resume 1" "main_id x"; do
		refused "Device or resource busy" remap_attr r "${word% *}" "${word#* }"
	done
	refused "Device or resource busy" dmsetup message r 0 sync
	dmsetup resume r
	echo 5 >$CONFIG/errors/retries
	assert_equal "$(dmsetup message r 0 list) $(<$CONFIG/errors/retries)" "$list 5"
	echo 16 >$CONFIG/remaps/add
	echo 8 >$CONFIG/remaps/remove
	remap_map r
	assert_equal "${!MAP[*]}" 16
}

@test "a device that was never resumed has no directory" {
	dmsetup create r --notable
	dmsetup reload r --table "$(table /dev/spare)"
	[ ! -e $CONFIG ]
	dmsetup resume r
	[ -e $CONFIG/state ]
	dmsetup remove r
	# and none if it never is
	dmsetup create r --notable
	dmsetup reload r --table "$(table /dev/spare)"
	dmsetup remove r
	[ ! -e $CONFIG ]
	assert_equal "$(cat /sys/module/dm_remap/refcnt)" 0
}

# --- reload -----------------------------------------------------------------------

@test "a longer table keeps remaps and settings" {
	local before
	dmsetup create r --table "$(table /dev/spare 16384)"
	set_some
	write_pattern $R 16320 32768 a
	printf '0\n16376\n' | dd of=$CONFIG/remaps/add bs=4096 iflag=fullblock status=none
	refused "Numerical result out of range" remap_attr r remaps/add 16384
	before=$(kept)
	reload "$(table /dev/spare 32768)"
	assert_equal "$(kept)" "$before"
	assert_equal "$(sectors $R)" 32768
	assert_data $R 16320 32768 a
	echo "16384 16" >$CONFIG/remaps/add
	write_pattern $R 16320 65536 b
	assert_data $R 16320 65536 b
	remap_map r
	assert_equal "$(printf '%s\n' "${!MAP[@]}" | sort -n | paste -sd' ')" "0 16376 16384 16392"
	assert_data /dev/spare "$(spare_of 16392)" 4096 b $((72 * 512))
	assert_data /dev/main 16400 $((48 * 512)) b $((80 * 512))
}

@test "a shorter table is refused while there are remaps behind its end" {
	remap_create r /dev/main /dev/spare
	echo "24000 8" >$CONFIG/remaps/add
	write_pattern $R 23992 12288 a
	dmsetup reload r --table "$(table /dev/spare 16384)"
	log_mark
	refused "" dmsetup resume r
	log_since | grep -i 'device-mapper.*remap' | grep -q beyond
	reload "$(table /dev/spare)"
	assert_data $R 23992 12288 a
	assert_equal "$(<$CONFIG/remaps/count)" 1
	echo 24000 >$CONFIG/remaps/remove
	reload "$(table /dev/spare 16384)"
	assert_equal "$(sectors $R) $(remap_status r state)" "16384 ok"
}

@test "another spare begins anew, and the old one is free" {
	local before
	null_blk other 2
	remap_create r /dev/main /dev/spare
	echo "8 16" >$CONFIG/remaps/add
	# it would serve stale data of remapped blocks
	before=$(kept)
	refused "Device or resource busy" dmsetup reload r --table "$(table /dev/other)"
	assert_equal "$(kept)" "$before"
	[ -z "$(ls /sys/block/other/holders)" ]
	echo "8 16" >$CONFIG/remaps/remove
	# remaps that come after the table was loaded
	dmsetup reload r --table "$(table /dev/other)"
	echo "8 16" >$CONFIG/remaps/add
	write_pattern $R 8 8192 b
	before=$(kept)
	refused "" dmsetup resume r
	reload "$(table /dev/spare)"
	assert_equal "$(kept)" "$before"
	assert_data $R 8 8192 b
	[ -z "$(ls /sys/block/other/holders)" ]
	echo "8 16" >$CONFIG/remaps/remove
	# a table that is loaded, but not resumed, changes nothing
	dmsetup reload r --table "$(table /dev/other)"
	assert_equal "$(<$CONFIG/spare/device) $(<$CONFIG/remaps/count)" "$(mountpoint -x /dev/spare) 0"
	dmsetup clear r
	[ -z "$(ls /sys/block/other/holders)" ]
	assert_equal "$(<$CONFIG/spare/device) $(<$CONFIG/remaps/count)" "$(mountpoint -x /dev/spare) 0"
	reload "$(table /dev/other)"
	assert_equal "$(<$CONFIG/spare/device) $(<$CONFIG/remaps/count) $(<$CONFIG/spare/total)" \
		"$(mountpoint -x /dev/other) 0 512"
	assert_equal "$(ls $ROOT)" r
	[ -z "$(ls /sys/block/spare/holders)" ]
	echo 800 >$CONFIG/remaps/add
	write_pattern $R 800 4096 a
	remap_map r
	assert_data /dev/other "$(spare_of 800)" 4096 a
}

@test "another spare is refused while there are remaps, pending ones too" {
	local list
	null_blk other 2
	remap_create r /dev/main /dev/spare
	write_pattern $R 0 16384 a
	dmsetup message r 0 mark 800
	refused "Device or resource busy" dmsetup reload r --table "$(table /dev/other)"
	echo 800 >$CONFIG/remaps/remove
	echo "8 16" >$CONFIG/remaps/add
	list=$(dmsetup message r 0 list)
	refused "Device or resource busy" dmsetup reload r --table "$(table /dev/other)"
	[ -z "$(ls /sys/block/other/holders)" ]
	assert_equal "$(dmsetup message r 0 list) $(<$CONFIG/spare/device)" "$list $(mountpoint -x /dev/spare)"
	assert_data $R 0 16384 a
	# the remaps come when the table is loaded
	echo "8 16" >$CONFIG/remaps/remove
	dmsetup reload r --table "$(table /dev/other)"
	echo 8 >$CONFIG/remaps/add
	write_pattern $R 8 4096 b
	refused "" dmsetup resume r
	refused "" dmsetup resume r
	# the refused table goes
	reload "0 32768 linear /dev/main 0"
	assert_data $R 0 4096 a
}

@test "a table of another target takes the directory away" {
	remap_create r /dev/main /dev/spare
	reload "0 32768 linear /dev/main 0"
	[ ! -e $CONFIG ]
	assert_equal "$(cat /sys/module/dm_remap/refcnt)" 0
	write_pattern $R 0 4096 a
	reload "$(table /dev/spare)"
	assert_equal "$(<$CONFIG/state)" ok
	assert_data $R 0 4096 a
}

@test "a reload that is refused changes nothing" {
	local before word
	remap_create r /dev/main /dev/spare
	set_some
	echo "8 16" >$CONFIG/remaps/add
	before=$(kept)
	for word in "3 transient block_size 512" "3 transient uuid 01234567-89ab-cdef-0123-456789abcdef" "1 nonsense"; do
		log_mark
		run ! dmsetup reload r --table "0 32768 remap /dev/main 0 /dev/spare $word"
		log_since | grep -q 'device-mapper: .*remap'
	done
	run ! dmsetup reload r --table "0 32760 remap /dev/main 8 /dev/spare 1 transient"
	dmsetup suspend r
	dmsetup resume r
	assert_equal "$(kept)" "$before"
}

# --- names and open files ------------------------------------------------------------

@test "a new name is in force when the device is resumed" {
	local before
	remap_create r /dev/main /dev/spare
	set_some
	echo "8 16" >$CONFIG/remaps/add
	write_pattern $R 0 65536 a
	before=$(kept)
	dmsetup rename r q
	dmsetup suspend q
	dmsetup resume q
	assert_equal "$(ls $ROOT)" q
	assert_equal "$(cat $ROOT/q/spare/policy $ROOT/q/remaps/count)" $'linear near [spread]\n2'
	assert_data /dev/mapper/q 0 65536 a
	# the old name can be used for something else
	null_blk main2 4
	null_blk spare2 1
	remap_create r /dev/main2 /dev/spare2
	assert_equal "$(ls $ROOT)" $'q\nr'
	assert_equal "$(<$CONFIG/remaps/count)" 0
	dmsetup remove r
	dmsetup rename q r
	dmsetup suspend r
	dmsetup resume r
	assert_equal "$(ls $ROOT)" r
	assert_equal "$(kept)" "$before"
}

@test "files that are open while the device goes" {
	local in out list
	remap_create r /dev/main /dev/spare
	exec {in}<$CONFIG/remaps/count {out}>$CONFIG/remaps/add {list}>$CONFIG/errors/retries
	dmsetup remove r
	[ ! -e $CONFIG ]
	refused "No such file" cat <&"$in"
	refused "No such file" bash -c 'echo 8 >&9' 9>&"$out"
	refused "No such file" bash -c 'echo 8 >&9' 9>&"$list"
	# a new device of the same name is a different one
	remap_create r /dev/main /dev/spare
	refused "No such file" bash -c 'echo 8 >&9' 9>&"$out"
	assert_equal "$(<$CONFIG/remaps/count)" 0
	dmsetup remove r
	exec {in}<&- {out}>&- {list}>&-
	unload dm_remap
	[ ! -e /sys/module/dm_remap ]
}

@test "removing a device while its files are read and written" {
	local i reader
	(while [ ! -e "$BATS_TEST_TMPDIR/stop" ]; do
		cat $CONFIG/*/* $CONFIG/state
		echo "8 8" >$CONFIG/remaps/add
		echo 3 >$CONFIG/errors/retries || :
	done >/dev/null 2>&1 || :) 3>&- & reader=$!
	for i in {1..20}; do
		remap_create r /dev/main /dev/spare
		((i % 2)) || sleep 0.1
		retry_until 10 dmsetup remove r
		[ ! -e $CONFIG ]
	done
	touch "$BATS_TEST_TMPDIR/stop"
	wait $reader
	retry_until 10 rmmod dm_remap
	[ ! -e $ROOT ]
}

# --- values that are not whole -----------------------------------------------------

# at_once TEXT PATH: written whole, where the shell's printf would write line by line
at_once() { printf '%b' "$1" | dd of="$CONFIG/$2" bs=8192 iflag=fullblock conv=notrunc status=none; }

# long PATH: a value that fills the buffer of configfs
long() { printf '3%4094s' "" | dd of="$CONFIG/$1" bs=8192 iflag=fullblock conv=notrunc status=none; }

@test "text behind a zero, and a value that fills the buffer, are refused" {
	local text
	remap_create r /dev/main /dev/spare
	for text in '2\0x' '2\n\0junk' '\0'; do
		refused "Invalid argument" at_once "$text" errors/retries
		refused "Invalid argument" at_once "linear\0$text" spare/policy
		refused "Invalid argument" at_once "1\0$text" errors/resume
	done
	refused "Invalid argument" long errors/retries
	refused "Invalid argument" long errors/resume
	assert_equal "$(<$CONFIG/errors/retries) $(<$CONFIG/spare/policy)" "1 linear [near] spread"
}

@test "main_id is replaced, and the table line follows" {
	remap_create r /dev/main /dev/spare transient main_id old
	refused "Invalid argument" remap_attr r main_id ""
	remap_attr r main_id new
	assert_equal "$(<$CONFIG/main_id)" new
	dmsetup table r | grep -q ' main_id new$'
	assert_equal "$(stat -c %a $CONFIG/hash/longest_chain)" 400
}
