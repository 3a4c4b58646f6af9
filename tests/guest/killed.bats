#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Commands of dmremap, killed before each step that changes something, by a power cut that takes
# the set with them: afterwards the set assembles as at boot and by hand, with its content, on mains
# with and without an identity. What else a command promises when it is interrupted is in its own file.
# rig: test=uml/3 timeout=1200

load ../lib/common
load ../lib/kill

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r
ID=wwn-0x5000c500a1b2c3d4

teardown() {
	remove_devices
	unload dm_remap_reassembly
	rm -rf /dev/disk /etc/dm-remap
}
teardown_file() { clean_up; }

# --- what there is before ---------------------------------------------------------------

# blank: a main with data and an empty spare
blank() {
	null_blk main 1
	null_blk spare 1
	write_pattern /dev/main 0 1048576 1
	WHOLE=$(sum /dev/main)
}

# stopped: a set with data on both
stopped() {
	blank
	"$DMREMAP" create r /dev/main /dev/spare
	remap_attr r remaps/add 800
	write_pattern $R 800 4096 2
	WHOLE=$(sum $R)
	"$DMREMAP" stop r
}

# unnamed: a spare that does not say what its main is known by
unnamed() {
	blank
	"$DMREMAP" create --main-id '' r /dev/main /dev/spare
	"$DMREMAP" stop r
}

# pending: with a block of which the data is on the main still
pending() {
	stopped
	activate
	remap_attr r remaps/mark 1600
	"$DMREMAP" stop r
}

sealed() {
	stopped
	activate
	"$DMREMAP" seal r
	"$DMREMAP" stop r
}

# damaged: without superblock 0 and a page of the first copy of the table
damaged() {
	stopped
	dd if=/dev/zero of=/dev/spare bs=4096 count=2 oflag=direct conv=notrunc status=none
}

# copied: by dd, from disks that are not there
copied() {
	sealed
	rm -rf /etc/dm-remap
}

# third: a disk beside the set
third() {
	stopped
	null_blk new 1
	[ "$WITH" = none ] || ln -s /dev/new "/dev/disk/by-id/${ID%4}5"
	DISKS="main spare new"
}

s_has() {
	dmsetup reload s --table "0 $1 linear /dev/spare 0"
	dmsetup resume s
}

# short: the set on devices that are shorter than their disks
short() {
	null_blk main 1
	null_blk spare 2
	dmsetup create s --table "0 2048 linear /dev/spare 0"
	write_pattern /dev/main 0 1048576 1
	"$DMREMAP" create r /dev/main /dev/mapper/s
	remap_attr r remaps/add 800
	write_pattern $R 800 4096 2
	WHOLE=$(sum $R)
	"$DMREMAP" stop r
	SPARE=/dev/mapper/s
}

# --- how a command begins -----------------------------------------------------------------

activate() { "$DMREMAP" assemble "$MAIN" "$SPARE"; }
inactive() { :; }
longer() {
	s_has 2048
	activate
	s_has 4096
}

# --- what must be there after a power cut --------------------------------------------------

# identified: the host can tell the main without being told
identified() {
	[ "$(head -c 8 "$MAIN")" = DMREMAPM ] ||
		[ -b "/dev/disk/by-id/$("$DMREMAP" dump --json "$SPARE" | jq -r .main_id)" ]
}

# content WHEN: of the device, which is stopped then
content() {
	assert_equal "$1: $(sum "$R")" "$1: $WHOLE"
	"$DMREMAP" stop "${R##*/}"
}

# boots WHEN HOW...: as boot does it; never with other content
boots() {
	local when=$1
	shift
	unload dm_remap_reassembly
	# which sets were stopped by hand
	rm -rf /run/dm-remap
	"$@" || :
	if [ -e "$R" ]; then
		BOOTED=1
		content "$when, $*"
	elif identified; then
		fail "$when: nothing after $*"
	fi
}

all_at_once() { "$DMREMAP" assemble --auto --all; }
one_by_one() {
	local disk
	for disk in $SPARE $MAIN; do "$DMREMAP" assemble --auto --incremental "$disk"; done
}

# by_hand WHEN
by_hand() {
	unload dm_remap_reassembly
	activate || fail "$1: not by hand"
	content "$1, by hand"
}

# found_by_boot: the host can tell the main without being told
found_by_boot() { [ "$WITH" = id ] || [ "$(head -c 8 "$MAIN")" = DMREMAPM ]; }

# as at boot where it finds the set, and else by hand; at the end in each way
whole() {
	local end=
	BOOTED=
	[[ $1 == *step* ]] || end=1
	if [ -n "$end" ] || found_by_boot; then
		[[ $1 == *step*[02468] ]] || boots "$1" all_at_once
		[[ $1 == *step*[13579] ]] || boots "$1" one_by_one
		[ -n "$end" ] || [ -z "$BOOTED" ] || return 0
	fi
	by_hand "$1"
}

# a set that was not reported as made may have to be made again, and is known afterwards
made() {
	"$DMREMAP" dump /dev/spare >/dev/null 2>&1 || "$DMREMAP" format --name r /dev/main /dev/spare
	by_hand "$1"
	whole "$1"
}

# without its first page a spare is not used until it is repaired
repaired() {
	run "$DMREMAP" repair --yes /dev/spare
	assert [ "$status" -le 1 ]
	whole "$1"
}

# the set is whole, or it has gone and the main has all; no host waits for a set that has gone
deleted() {
	if "$DMREMAP" dump /dev/spare >/dev/null 2>&1 && compgen -G "/etc/dm-remap/sets.d/*" >/dev/null; then
		whole "$1"
		activate
		"$DMREMAP" delete r
	elif [ "$(used_bytes /dev/spare 0 4096)" != 0 ]; then
		"$DMREMAP" delete /dev/spare
	fi
	assert_equal "$1: $(sum /dev/main)" "$1: $WHOLE"
	assert_equal "$1: $(compgen -G "/etc/dm-remap/sets.d/*")" "$1: "
}

# it is given again, unless one can do without
cloned() {
	activate || "$DMREMAP" clone-uuid --name r /dev/main /dev/spare
	[ -e $R ] || activate
	content "$1"
	whole "$1"
}

# the main is the one that the spare says; without an identity somebody has to know
replaced() {
	if [ -n "$NOW" ]; then
		MAIN=$NOW
		whole "$1"
		MAIN=/dev/main
	else
		assert_equal "$1: $(sum /dev/new)" "$1: $WHOLE"
		run "$DMREMAP" assemble --auto --all
		[ ! -e $R ] || content "$1"
	fi
}

# one of the spares counts
respared() {
	SPARE=$NOW_SPARE
	whole "$1"
	SPARE=/dev/spare
}

renamed() {
	"$DMREMAP" dump --json /dev/spare >"$BATS_TEST_TMPDIR/dump"
	R=/dev/mapper/$(jq -r .name "$BATS_TEST_TMPDIR/dump")
	whole "$1"
}

# --- each step ------------------------------------------------------------------------------

# host_state save|put: what this host knows of sets
host_state() {
	case $1 in
	save) cp -a /etc/dm-remap "$BATS_TEST_TMPDIR/known" 2>/dev/null || : ;;
	put)
		rm -rf /etc/dm-remap
		[ ! -e "$BATS_TEST_TMPDIR/known" ] || cp -a "$BATS_TEST_TMPDIR/known" /etc/dm-remap
		;;
	esac
}

# device_of ATTRIBUTE: of the set, if it is active
device_of() {
	local disk
	[ -e $CONFIG ] || return 0
	for disk in $DISKS; do
		[ "$(<"$CONFIG/$1")" != "$(mountpoint -x "/dev/$disk")" ] || echo "/dev/$disk"
	done
}

# cut WHEN AFTER: the power cut, and what must be true then
cut() {
	NOW=$(device_of main)
	NOW_SPARE=$(device_of spare/device)
	# shellcheck disable=SC2086 # names of disks
	power_cut $DISKS
	"$2" "$1"
}

# try WITH BEFORE BEGIN AFTER STEPS COMMAND...: killed before each step, of which there are at
# least STEPS, and then not killed
try() {
	local n before=$2 begin=$3 after=$4 steps=$5
	WITH=$1 MAIN=/dev/main SPARE=/dev/spare DISKS="main spare" R=/dev/mapper/r
	shift 5
	if [ "$WITH" = id ]; then
		mkdir -p /dev/disk/by-id
		ln -s /dev/main "/dev/disk/by-id/$ID"
	fi
	$before
	# shellcheck disable=SC2086 # names of disks
	save_disks before $DISKS
	host_state save
	for ((n = 1; ; n++)); do
		$begin
		killed "$n" "$@" || break
		cut "$WITH, $* before step $n" "$after"
		# shellcheck disable=SC2086 # names of disks
		put_disks before $DISKS
		host_state put
		unload dm_remap_reassembly
	done
	# repair has 1 for what it has repaired
	assert [ "$status" -le 1 ]
	[ "$n" -gt "$steps" ] || fail "$*: only $((n - 1)) steps"
	cut "$WITH, after $*" "$after"
	echo "# $WITH: $*: $((n - 1)) steps, $SECONDS s" >&3
	rm -rf "$BATS_TEST_TMPDIR/known"
	teardown
}

# both BEFORE BEGIN AFTER STEPS COMMAND...: on mains with and without an identity
both() {
	try id "$@"
	try none "$@"
}

@test "create and format" {
	both blank inactive made 6 create r /dev/main /dev/spare
	both blank inactive made 6 format --name r /dev/main /dev/spare
}

@test "assemble and stop" {
	both stopped inactive whole 4 assemble /dev/main /dev/spare
	try id stopped inactive whole 4 assemble --all
	both stopped activate whole 1 stop r
}

@test "seal and unseal" {
	both stopped activate whole 6 seal r
	both sealed activate whole 2 unseal r
}

@test "delete" {
	both sealed activate deleted 6 delete r
}

@test "repair" { both damaged inactive repaired 2 repair --yes /dev/spare; }

@test "clone-uuid" { both copied inactive cloned 6 clone-uuid --name r /dev/main /dev/spare; }

@test "rename and set" {
	POWER_CUT="r other" both stopped activate renamed 3 rename r other
	try id unnamed activate whole 1 set r "main_id=$ID"
	both stopped activate whole 1 set r errors/retries=3 spare/reserve=2
}

@test "add, remove and import" {
	printf '1600\n' >"$BATS_TEST_TMPDIR/list"
	both stopped activate whole 1 add r 1600+8
	both stopped activate whole 1 remove r 800+8
	both stopped activate whole 1 import --format plain r "$BATS_TEST_TMPDIR/list"
	both pending activate whole 1 add r 1600+8
}

@test "grow" { both short longer whole 1 grow r; }

# mains with an identity: replace.bats, replace-spare.bats
@test "replace and replace-spare" {
	try none third activate replaced 8 replace --force r /dev/new
	try none third activate replaced 8 replace --force --leave r /dev/new
	try none third activate respared 8 replace-spare --force r /dev/new
}
