#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Directories in configfs and sysfs follow the devices and their names, and whatever
# stands in their way, or hangs, keeps no other device waiting.
# rig: test=uml/3,umldebug/3,kcsan timeout=1200

load ../lib/common

R=/dev/mapper/r
ROOT=/sys/kernel/config/dm-remap
LINKS=/sys/kernel/dm-remap

ROUNDS=60
! slow_kernel || ROUNDS=20

setup() {
	null_blk main 4
	null_blk spare 1
	null_blk main2 4
	null_blk spare2 1
}

# suspended devices first, or nothing that waits for them ends
teardown() {
	local name
	[ -z "${HOLD:-}" ] || kill -9 "$HOLD" 2>/dev/null || :
	for name in foreign r q t second-name third-name; do dmsetup resume "$name" >/dev/null 2>&1 || :; done
	[ -z "${HOLD:-}" ] || wait "$HOLD" || :
	remove_devices
}
teardown_file() { clean_up; }

table() { echo "0 8192 remap /dev/main 0 $1 1 transient"; }

gone() { ! running "$1"; }

# within SECONDS COMMAND...: it ends in time, and succeeds
within() {
	local seconds=$1 pid
	shift
	"$@" 3>&- & pid=$!
	retry_until "$seconds" gone $pid
	wait $pid
}

# hold DEVICE: read configfs into the memory of a suspended device, until that is resumed
hold() {
	guest/hold $ROOT "$1" 3>&- & HOLD=$!
	retry_until 10 waits $HOLD
}
waits() { [ "$(gawk '{ print $3 }' "/proc/$1/stat")" = D ]; }

# are NAME...: the directories that there are, in configfs and sysfs
are() {
	[ "$(ls $ROOT)" = "$(printf '%s\n' "$@")" ] && [ "$(ls $LINKS)" = "$(printf '%s\n' "$@")" ]
}

# is NAME DISK: the directories of that name belong to the set with that main
is() {
	[ "$(cat "$ROOT/$1/main" 2>/dev/null)" = "$(mountpoint -x "/dev/$2")" ] &&
		[ "$(readlink -f "$LINKS/$1")" = "$(readlink -f "/sys/block/$(dm_dev "$1")/remap")" ]
}

foreign() {
	null_blk file 1
	dmsetup create foreign --table "0 2048 linear /dev/file 0"
	dmsetup suspend foreign
}

# --- readers that block the work item ------------------------------------------------------

@test "a reader of configfs whose memory is on the set itself does not stop its resume" {
	remap_create r /dev/main /dev/spare
	dmsetup suspend r
	hold $R
	dmsetup rename r q
	within 5 dmsetup resume q
	# with that its memory is there again
	within 5 wait_for $HOLD
	retry_until 2 is q main
	are q
}
wait_for() { retry_until 5 gone "$1"; }

@test "a reader of configfs that hangs stops no device" {
	remap_create r /dev/main /dev/spare
	echo 8 >$ROOT/r/remaps/add
	write_pattern $R 8 4096 a
	foreign
	hold /dev/mapper/foreign
	within 5 remap_create q /dev/main2 /dev/spare2
	write_pattern /dev/mapper/q 0 4096 b
	assert_data /dev/mapper/q 0 4096 b
	dmsetup rename r t
	within 5 dmsetup suspend t
	within 5 dmsetup resume t
	assert_data /dev/mapper/t 8 4096 a
	within 5 dmsetup remove q
	# the disks are free, and the name is, whatever the directory is called
	within 5 remap_create q /dev/main2 /dev/spare2
	within 5 dmsetup remove q
	within 5 remap_create r /dev/main2 /dev/spare2
	running $HOLD
	dmsetup resume foreign
	wait $HOLD
	retry_until 3 is r main2
	retry_until 3 is t main
	retry_until 3 are r t
	assert_equal "$(<$ROOT/t/remaps/count) $(<$ROOT/r/remaps/count)" "1 0"
}

@test "a spare that hangs while its table is loaded stops no other device" {
	local load
	remap_create r /dev/main /dev/spare
	foreign
	# its head can be read, and its end cannot
	null_blk head 1
	dmsetup create half --table "0 1024 linear /dev/head 0
1024 1024 linear /dev/mapper/foreign 0"
	dmsetup create t --notable
	dmsetup reload t --table "0 8192 remap /dev/main2 0 /dev/mapper/half 1 persistent" 3>&- & load=$!
	retry_until 10 waits $load
	null_blk main3 1
	within 5 remap_create q /dev/main3 /dev/spare2
	within 5 dmsetup suspend q
	within 5 dmsetup resume q
	within 5 dmsetup reload r --table "$(table /dev/spare)"
	within 5 dmsetup resume r
	within 5 dmsetup remove q
	# its disks are in use
	refused "Device or resource busy" remap_create q /dev/main2 /dev/spare2
	are r
	running $load
	dmsetup resume foreign
	wait $load
	dmsetup resume t
	retry_until 2 is t main2
	dmsetup remove t
	dmsetup remove half
}

# --- names -----------------------------------------------------------------------------

@test "directories follow a rename within 2 s, and an old name can be used at once" {
	remap_create r /dev/main /dev/spare
	echo 8 >$ROOT/r/remaps/add
	dmsetup rename r q
	retry_until 2 is q main
	are q
	assert_equal "$(<$ROOT/q/remaps/count)" 1
	dmsetup rename q t
	remap_create q /dev/main2 /dev/spare2
	is q main2
	retry_until 2 is t main
	are q t
	# two that swap their names
	dmsetup rename q r
	dmsetup rename t q
	dmsetup rename r t
	retry_until 3 is q main
	retry_until 3 is t main2
	are q t
	dmsetup suspend q
	dmsetup resume q
	dmsetup suspend t
	dmsetup resume t
	is q main
	is t main2
	assert_equal "$(<$ROOT/q/remaps/count) $(<$ROOT/t/remaps/count)" "1 0"
	dmsetup remove q
	are t
}

@test "the spare is told a new name without a resume" {
	remap_create r /dev/main /dev/spare persistent
	dmsetup rename r second-name
	retry_until 2 is second-name main
	retry_until 2 told second-name
	# and not while suspended, when a snapshot of it must be stable
	dmsetup suspend second-name
	dmsetup rename second-name third-name
	retry_until 2 is third-name main
	run ! told third-name
	dmsetup resume third-name
	told third-name
}
# told NAME: it is in the superblock
told() { dd if=/dev/spare bs=4096 count=1 iflag=direct status=none | grep -aq "$1"; }

@test "counts go on with another spare, and open files are about the new one" {
	local file
	modprobe dm_remap_stats
	remap_create r /dev/main /dev/spare
	null_blk_bad main +16-16
	echo 0 >$ROOT/r/errors/auto_remap
	run ! read_direct $R 16 512
	assert_equal "$(remap_status r main_read_errors) $(<$LINKS/r/stats/main_read_errors)" "1 1"
	exec {file}<$ROOT/r/spare/device
	dmsetup reload r --table "$(table /dev/spare2)"
	dmsetup suspend r
	dmsetup resume r
	assert_equal "$(remap_status r main_read_errors) $(<$LINKS/r/stats/main_read_errors)" "1 1"
	assert_equal "$(cat <&"$file")" "$(mountpoint -x /dev/spare2)"
	exec {file}<&-
	assert_equal "$(<$LINKS/r/stats/reads)" 1
}

# counts: what the device has counted since it was made, and statistics that outlive a spare
counts() {
	local name
	remap_status r main_read_errors main_write_errors spare_errors
	cat $ROOT/r/metadata/repairs $ROOT/r/metadata/commits
	for name in "$LINKS"/r/stats/*; do
		case ${name##*/} in reset|*histogram|pending_blocks|lost_sectors|*_ns|store_*|hash_*) ;;
		*) echo "${name##*/} $(<"$name")" ;;
		esac
	done
}

@test "all counts of a persistent set go on with another spare" {
	local before after commits
	modprobe dm_remap_stats
	remap_create r /dev/main /dev/spare persistent
	echo 8 >$ROOT/r/remaps/add
	echo 8 >$ROOT/r/remaps/remove
	null_blk_bad main +16-16
	echo 0 >$ROOT/r/errors/auto_remap
	run ! read_direct $R 16 512
	run ! write_pattern $R 16 4096 a
	commits=$(<$LINKS/r/stats/store_commits)
	before=$(counts)
	((commits >= 2))
	dmsetup reload r --table "0 8192 remap /dev/main 0 /dev/spare2 1 persistent"
	dmsetup suspend r
	dmsetup resume r
	after=$(counts)
	(($(<$LINKS/r/stats/store_commits) >= commits))
	assert_equal "$after" "$before"
	(($(<$ROOT/r/metadata/commits) >= commits))
	echo 8 >$ROOT/r/remaps/add
	(($(<$ROOT/r/metadata/commits) > commits))
}

@test "rounds of create, rename, suspend, reload and remove, with statistics that come and go" {
	local round loader
	(while [ ! -e "$BATS_TEST_TMPDIR/stop" ]; do
		modprobe dm_remap_stats
		cat $LINKS/*/stats/* $ROOT/*/*/*
		modprobe -r dm_remap_stats
	done >/dev/null 2>&1 || :) 3>&- & loader=$!
	for ((round = 0; round < ROUNDS; round++)); do
		remap_create r /dev/main /dev/spare
		dmsetup rename r q
		dmsetup suspend q
		((round % 3)) || remap_create r /dev/main2 /dev/spare2
		dmsetup reload q --table "$(table /dev/spare)"
		dmsetup resume q
		is q main
		((round % 3)) || dmsetup remove r
		dmsetup remove q
		[ ! -e $ROOT/q ]
	done
	touch "$BATS_TEST_TMPDIR/stop"
	wait $loader
	[ -z "$(ls $ROOT)" ]
	unload dm_remap_stats dm_remap_metadata dm_remap
	[ ! -e $ROOT ]
}
