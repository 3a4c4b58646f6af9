#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Concurrent operations on a block. Devices
# between r and its disks hold writes, or reads and writes, until they are released, so
# that things meet for certain and not by chance.
# rig: test=uml,umldebug,kcsan timeout=600

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

# for ever, as far as a test is concerned
HELD=100000000

# Blocks of 8 sectors; sector 803 of the main, in the block at 800, can be written and
# is held when it is: but only what is under "hold".
setup() {
	declare -gA PLAIN=()
	modprobe dm_delay
	null_blk main 16
	null_blk spare 4
	holder hold /dev/main 803
	dmsetup create m <<-END
		0 803 linear /dev/main 0
		803 1 linear /dev/mapper/hold 0
		804 31964 linear /dev/main 804
	END
	PLAIN[s]="0 $(sectors /dev/spare) linear /dev/spare 0"
	dmsetup create s --table "${PLAIN[s]}"
	write_pattern /dev/main 0 1048576 old
	remap_create r /dev/mapper/m /dev/mapper/s
}

teardown() {
	local name
	# what holds a sector lies below
	for name in "${!PLAIN[@]}"; do [ "$name" = s ] || release "$name"; done
	release s
	wait
	clean_up
}

# holder NAME DISK SECTOR: a device of this sector, where writes wait
holder() {
	PLAIN[$1]="0 1 linear $2 $3"
	dmsetup create "$1" --table "0 1 delay $2 $3 0 $2 $3 $HELD"
}

# replace NAME TABLE: it does not wait for I/O in flight there
replace() {
	dmsetup load "$1" --table "$2"
	dmsetup suspend --noflush --nolockfs "$1"
	dmsetup resume "$1"
}

# hold_spare reads|writes: I/O to the spare waits from now on
hold_spare() {
	local n
	n=$(sectors /dev/spare)
	case $1 in
	reads) replace s "0 $n delay /dev/spare 0 $HELD /dev/spare 0 0" ;;
	writes) replace s "0 $n delay /dev/spare 0 0 /dev/spare 0 $HELD" ;;
	esac
}

# release NAME: the I/O waiting there proceeds, and later I/O does not wait
release() { replace "$1" "${PLAIN[$1]}"; }

# background NAME COMMAND...: NAME is set to its process
background() {
	local -n pid=$1
	shift
	"$@" 3>&- &
	# shellcheck disable=SC2034 # by its name
	pid=$!
}

_moving() { dmsetup message r 0 list "$1" | head -1 | grep -q "^$1 .* moving "; }

# moving SECTOR: wait until its block moves
moving() { retry_until 20 _moving "$1"; }

# assert_waiting PID...: none of them has ended
assert_waiting() {
	local pid
	sleep 0.5
	for pid in "$@"; do running "$pid" || { echo "$pid has ended" >&2; return 1; }; done
}

# held NAME: wait until something waits there
held() { retry_until 20 _held "$1"; }
_held() { dmsetup status "$1" | grep -q 'delay .*[1-9]'; }

# --- slow errors ------------------------------------------------------------------------

@test "nobody waits while other blocks take their time to fail" {
	local i pid
	local -a readers=()
	remap_attr r errors/neighbours 0
	remap_attr r errors/retry_within_ms 0
	null_blk_bad main +8192-8351 +16384-16447
	replace m "$(printf '0 8192 linear /dev/main 0\n8192 160 delay /dev/main 8192 8000\n8352 24416 linear /dev/main 8352')"
	for i in {0..19}; do
		background "readers[$i]" read_direct $R $((8192 + i * 8)) 4096 2>/dev/null
	done
	# each has failed once, and a job tries again
	retry_until 20 owned 20
	write_pattern $R 16384 4096 new
	unreadable $R 16400 4096
	remap_attr r remaps/add 24000
	for pid in "${readers[@]}"; do running "$pid" || fail "a reader has ended: this took long"; done
	assert_equal "$(remap_status r remapped pending)" "2 1"
	for pid in "${readers[@]}"; do wait "$pid" && fail "a bad sector was read"; done
	assert_equal "$(remap_status r remapped pending)" "2 21"
	assert_data $R 16384 4096 new
}
owned() { [ "$(remap_list r | grep -c ' moving ')" = "$1" ]; }

# --- writes -----------------------------------------------------------------------------

@test "a write to another sector of a block that turns bad is not lost" {
	local neighbour bad
	null_blk_bad main +806-806
	background neighbour write_pattern $R 803 512 neighbour
	held hold
	background bad write_pattern $R 806 512 bad
	moving 800
	# the block is copied when the other write has ended, and not before
	assert_waiting "$neighbour" "$bad"
	release hold
	wait "$neighbour"
	wait "$bad"
	assert_equal "$(remap_status r remapped state)" "1 ok"
	assert_data $R 800 1536 old 409600
	assert_data $R 803 512 neighbour
	assert_data $R 804 1024 old 411648
	assert_data $R 806 512 bad
	assert_data $R 807 512 old 413184
}

@test "all that is written to a block while it moves is there afterwards" {
	local i
	local -a pids
	null_blk_bad main +800-800 +805-805
	hold_spare writes
	background pids[0] write_pattern $R 800 512 first
	moving 800
	# others that the main would not take, and some that it would; a read, and a discard elsewhere
	background pids[1] write_pattern $R 805 512 second
	background pids[2] write_pattern $R 802 512 third
	background pids[3] write_pattern $R 806 1024 fourth
	background pids[4] assert_data $R 801 512 old 410112
	assert_waiting "${pids[@]}"
	# all else goes on
	write_pattern $R 808 4096 beside
	assert_data $R 808 4096 beside
	release s
	for i in 0 1 2 3 4; do wait "${pids[i]}"; done
	assert_equal "$(remap_status r remapped lost_sectors)" "1 0"
	assert_data $R 800 512 first
	assert_data $R 801 512 old 410112
	assert_data $R 802 512 third
	assert_data $R 803 1024 old 411136
	assert_data $R 805 512 second
	assert_data $R 806 1024 fourth
}

@test "two writes of one block that both fail make one remap, and the later one counts" {
	local one two
	null_blk_bad main +803-804
	background one write_pattern $R 803 512 one
	held hold
	background two write_pattern $R 804 512 two
	moving 800
	assert_waiting "$one" "$two"
	release hold
	wait "$one"
	wait "$two"
	assert_equal "$(remap_status r remapped)" 1
	assert_data $R 803 512 one
	assert_data $R 804 512 two
	write_pattern $R 803 512 three
	assert_data $R 803 512 three
	assert_equal "$(remap_status r remapped)" 1
}

@test "writes that only meet the owner of a block are no storm" {
	local i
	local -a writers=()
	null_blk_bad main +803-803
	remap_attr r errors/storm_limit 6
	# all of them are on their second attempt when the first one gives up
	replace hold "0 1 delay /dev/main 803 0 /dev/main 803 1000"
	for i in {1..12}; do
		background "writers[$i]" write_pattern $R 803 512 "w$i"
	done
	wait "${writers[@]}"
	assert_equal "$(remap_status r state remapped)" "ok 1"
}

@test "a block of the spare that goes bad: what is on the way to it is not lost" {
	local slot held bad
	remap_attr r spare/policy linear
	dmsetup message r 0 add 800 8
	remap_map r
	slot=$(spare_of 800)
	# one sector of that block holds writes
	holder hold2 /dev/spare $((slot + 3))
	replace s "0 $((slot + 3)) linear /dev/spare 0
		$((slot + 3)) 1 linear /dev/mapper/hold2 0
		$((slot + 4)) $(($(sectors /dev/spare) - slot - 4)) linear /dev/spare $((slot + 4))"
	null_blk_bad spare "+$((slot + 6))-$((slot + 6))"
	background held write_pattern $R 803 512 held
	held hold2
	background bad write_pattern $R 806 512 bad
	moving 800
	assert_waiting "$held" "$bad"
	release hold2
	wait "$held"
	wait "$bad"
	assert_equal "$(remap_status r remapped bad_spare)" "1 1"
	assert_data $R 800 1536 old 409600
	assert_data $R 803 512 held
	assert_data $R 806 512 bad
}

# --- by hand ----------------------------------------------------------------------------

@test "a block that is remapped by hand while it is written has what was written" {
	local write add
	background write write_pattern $R 803 512 new
	held hold
	background add dmsetup message r 0 add 800 8
	moving 800
	assert_waiting "$write" "$add"
	release hold
	wait "$write"
	wait "$add"
	assert_equal "$(remap_status r remapped)" 1
	assert_data $R 803 512 new
	assert_data $R 804 2048 old 411648
}

@test "a remap that is removed while it is read and written" {
	local read write remove
	release hold
	dmsetup message r 0 add 800 8
	hold_spare reads
	background read assert_data $R 801 512 old 410112
	held s
	background remove dmsetup message r 0 remove 800 8
	moving 800
	background write write_pattern $R 806 512 new
	assert_waiting "$read" "$remove" "$write"
	release s
	wait "$read"
	wait "$remove"
	wait "$write"
	assert_equal "$(remap_status r remapped)" 0
	assert_data /dev/main 800 3072 old 409600
	assert_data /dev/main 806 512 new
	assert_data $R 806 512 new
}

@test "a removal that the main does not take leaves the block where it is" {
	release hold
	dmsetup message r 0 add 800 8
	write_pattern $R 800 4096 new
	null_blk_bad main +802-802
	refused "Input/output error" dmsetup message r 0 remove 800 8
	assert_equal "$(remap_status r remapped)" 1
	assert_data $R 800 4096 new
}

# --- the device goes, or waits ------------------------------------------------------------

@test "suspend waits for what moves, with and without noflush, and nothing is lost" {
	local flags write suspend
	release hold
	null_blk_bad main +800-800 +808-808
	for flags in "" "--noflush --nolockfs"; do
		hold_spare writes
		background write write_pattern $R 800 512 "new$flags"
		moving 800
		# shellcheck disable=SC2086 # two words
		background suspend dmsetup suspend $flags r
		assert_waiting "$write" "$suspend"
		release s
		wait "$suspend"
		wait "$write"
		assert_equal "$(remap_status r remapped)" 1
		# a write that comes now is done after the resume
		background write write_pattern $R 808 512 late
		assert_waiting "$write"
		dmsetup resume r
		wait "$write"
		assert_data $R 800 512 "new$flags"
		assert_data $R 801 512 old 410112
		assert_data $R 808 512 late
		null_blk_bad main -800-800 -808-808
		dmsetup message r 0 remove 800 16
		null_blk_bad main +800-800 +808-808
	done
}

@test "another table while a block moves, and while I/O waits for it" {
	local write read reload
	null_blk_bad main +800-800
	hold_spare writes
	background write write_pattern $R 800 512 new
	moving 800
	background read assert_data $R 801 512 old 410112
	dmsetup load r --table "$(dmsetup table r)"
	background reload dmsetup resume r
	assert_waiting "$write" "$read" "$reload"
	release s
	wait "$write"
	wait "$read"
	wait "$reload"
	assert_equal "$(remap_status r remapped)" 1
	assert_data $R 800 512 new
	assert_data $R 801 3584 old 410112
}

@test "a device with a block that moves cannot be removed, nor its modules; then both at once" {
	local write
	null_blk_bad main +800-800
	hold_spare writes
	background write write_pattern $R 800 512 new
	moving 800
	refused "Device or resource busy" dmsetup remove r
	run ! rmmod dm_remap
	assert_waiting "$write"
	dmsetup remove --deferred r
	release s
	wait "$write"
	# it goes when the last has closed it
	retry_until 20 [ ! -e $CONFIG ]
	rmmod dm_remap
	# the main lacks the data that went to the spare
	null_blk_bad main -800-800
	assert_data /dev/main 800 4096 old 409600
}

@test "a device whose spare answers no more can be forced away" {
	local write
	null_blk_bad main +800-800
	hold_spare writes
	background write refused "rror" write_pattern $R 800 512 new
	moving 800
	# the I/O waiting there fails
	null_blk_bad spare +0-8191
	replace s "0 $(sectors /dev/spare) error"
	wait "$write"
	assert_equal "$(remap_status r remapped)" 0
	dmsetup remove --force r
	assert_data /dev/main 801 512 old 410112
}
