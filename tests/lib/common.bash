# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Helpers shared by the tests in the guest. Load them with: load ../lib/common
#
# Devices made with these helpers are removed by clean_up, the default
# teardown of a test file.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

# To know where a test failed, bats traps each command, which takes most of the time on
# an emulated processor. Trapping failures is enough. bats sets its traps after it has
# read this file, so override the function that does so. Programs of tests/host use this
# file without bats.
_setup_tracing=$(declare -f bats_setup_tracing || :)
eval "${_setup_tracing:+_$_setup_tracing}"
bats_setup_tracing() {
	_bats_setup_tracing
	trap - DEBUG
	# shellcheck disable=SC2034 # bats's own
	BATS_DEBUG_LAST_STACK_TRACE=() BATS_DEBUG_LASTLAST_STACK_TRACE=()
	trap '_status=$?; _where; (exit "$_status") || bats_error_trap' ERR
}
# report the first failure
_where() {
	[ -n "${BATS_DEBUG_LAST_STACK_TRACE_IS_VALID:-}" ] || bats_capture_stack_trace
	BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
}
_status=

# By this line the rig knows in which test the kernel complained.
[ -z "${BATS_TEST_NAME:-}" ] || echo "rig: test $BATS_TEST_NAME" >/dev/kmsg

NULLB=/sys/kernel/config/nullb

teardown() { clean_up; }

# retry_until SECONDS COMMAND...: repeat COMMAND until it succeeds
retry_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || { echo "still failing: $*" >&2; return 1; }
		sleep 0.1
	done
}

# slow_kernel: whether this is the debug kernel, where some things are done less often
slow_kernel() { [ -e /sys/kernel/debug/kmemleak ]; }

# page_size: the bytes of a page of memory, which AT_PAGESZ of the auxiliary vector tells
page_size() { od -An -v -tu8 -w16 /proc/self/auxv | awk '$1 == 6 { print $2 }'; }

# refused TEXT COMMAND...: it fails, and TEXT is in its output
refused() {
	local text=$1
	shift
	run ! "$@"
	assert_output --partial "$text"
}

# log_mark, and later log_since: print the kernel log in between
log_mark() {
	LOG_MARK="rig: mark $EPOCHREALTIME"
	echo "$LOG_MARK" >/dev/kmsg
}
log_since() { busybox dmesg | sed "1,/$LOG_MARK/d"; }

# --- disks ------------------------------------------------------------------

_disk_there() { rig-disks; [ -b "/dev/disk-$1" ]; }

# rig_disk NAME: the device of a disk that the header asked for
rig_disk() {
	retry_until 10 _disk_there "$1" || return
	readlink -f "/dev/disk-$1"
}

# null_blk NAME SIZE_MIB [ATTRIBUTE=VALUE...]: make /dev/NAME, a disk in
# memory. Attributes are those of null_blk: badblocks=+8-15 (sectors of 512 bytes; may
# be repeated), blocksize=4096, submit_queues=2, discard=1, cache_size=4 ...
null_blk() {
	local name=$1 size=$2 dir=$NULLB/$1 word
	shift 2
	[ -d "$NULLB" ] || modprobe null_blk nr_devices=0 || return
	mkdir "$dir" || return
	echo "$size" >"$dir/size"
	echo 1 >"$dir/memory_backed"
	for word in "$@"; do
		echo "${word#*=}" >"$dir/${word%%=*}" ||
			{ echo "null_blk: $word was refused" >&2; return 1; }
	done
	echo 1 >"$dir/power" || return
	[ -b "/dev/$name" ] || { echo "null_blk: no /dev/$name" >&2; return 1; }
}

# null_blk_bad NAME RANGE...: +8-15 makes sectors bad, -8-15 makes them good again
null_blk_bad() {
	local name=$1 range how from to
	shift
	for range in "$@"; do
		how=${range:0:1} from=${range:1} to=${range##*-}
		# kernel 6.1 finds no bad block in a range of more than 512
		for ((from = ${from%-*}; from <= to; from += 512)); do
			echo "$how$from-$((from + 511 < to ? from + 511 : to))" >"$NULLB/$name/badblocks" ||
				return
		done
	done
}

# scsi_disk [PARAMETER=VALUE...]: print the device that scsi_debug makes
scsi_disk() {
	modprobe scsi_debug "$@" || return
	modprobe -q sd_mod
	retry_until 10 _scsi_there >/dev/null && _scsi_there
}
_scsi_there() {
	local disk
	disk=/dev/$(basename "$(echo /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*/block/*)")
	[ -b "$disk" ] && echo "$disk"
}
# scsi_unplug DISK, then scsi_plug: prints the device that the disk comes back as
scsi_unplug() { echo 1 >"/sys/block/$(basename "$1")/device/delete"; }
scsi_plug() {
	local host
	for host in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*; do
		echo "- - -" >"/sys/class/scsi_host/$(basename "$host")/scan"
	done
	retry_until 20 _scsi_there >/dev/null && _scsi_there
}

# sectors DEVICE: its size
sectors() { blockdev --getsz "$1"; }

# --- device-mapper ----------------------------------------------------------

# remap_create NAME MAIN SPARE [ARGUMENT...]: a remap device over all of MAIN,
# transient unless ARGUMENT says otherwise (persistent, block_size N, ...); NEIGHBOURS sets
# errors/neighbours. Files that count blocks set it to 0, since otherwise blocks near bad ones
# become pending by themselves.
remap_create() {
	local name=$1 main=$2 spare=$3
	shift 3
	[ $# -gt 0 ] || set -- transient
	dmsetup create "$name" --table "0 $(sectors "$main") remap $main 0 $spare $# $*" || return
	[ -z "${NEIGHBOURS:-}" ] || remap_attr "$name" errors/neighbours "$NEIGHBOURS"
}

# remap_status NAME FIELD...: fields of the status line, by their names
remap_status() {
	local -a fields=(start length target state remapped capacity pending lost_sectors bad_spare
		buckets main_read_errors main_write_errors spare_errors store generation)
	local -a values
	local name=$1 word i found
	shift
	read -ra values < <(dmsetup status "$name") || return
	for word in "$@"; do
		found=
		for i in "${!fields[@]}"; do
			[ "${fields[i]}" = "$word" ] || continue
			found+=${found:+ }${values[i]}
		done
		[ -n "$found" ] || { echo "remap_status: no field $word" >&2; return 1; }
		printf '%s' "$found"
		shift
		printf '%s' "${1:+ }"
	done
	echo
}

# remap_attr NAME PATH [VALUE]: read, or write, an attribute in configfs
remap_attr() {
	local path=/sys/kernel/config/dm-remap/$1/$2
	if [ $# -gt 2 ]; then
		echo "$3" >"$path"
	else
		cat "$path"
	fi
}

# remap_list NAME [FROM]: the reply to the message "list", followed by further
# replies if it does not fit into one
remap_list() {
	local name=$1 from=${2:-0} page last size
	while page=$(dmsetup message "$name" 0 list "$from") && [ -n "$page" ]; do
		printf '%s\n' "$page"
		# a shorter reply is the last one: there is room for more
		((${#page} > 8000)) || return 0
		read -r last _ size _ <<<"${page##*$'\n'}"
		from=$((last + size))
	done
}

# remap_map NAME: read the list into MAP, for spare_of
remap_map() {
	local main spare n rest
	declare -gA MAP=()
	while read -r main spare n rest; do
		MAP[$main]=$spare
		MAP_SECTORS=$n
	done < <(remap_list "$1")
}

# spare_of SECTOR: the sector of the spare that holds a sector of the device, by MAP;
# an error if there is none
spare_of() {
	local block=$(($1 / ${MAP_SECTORS:-1} * ${MAP_SECTORS:-1}))
	[ -n "${MAP[$block]:-}" ] || { echo "sector $1 is not on the spare" >&2; return 1; }
	echo $((MAP[$block] + $1 - block))
}

# dm_dev NAME: its dm-N
dm_dev() { basename "$(readlink "/sys/dev/block/$(mountpoint -x "/dev/mapper/$1")")"; }

# listen: collect uevents in EVENTS, one on a line; the test kills LISTENER
listen() {
	EVENTS=$BATS_TEST_TMPDIR/events
	: >"$EVENTS"
	busybox uevent busybox sh -c "echo \$ACTION \$DEVNAME \$DM_REMAP_NAME \$DM_REMAP_EVENT\${DM_REMAP_SECTOR:+ \$DM_REMAP_SECTOR} >>$EVENTS" 3>&- &
	# shellcheck disable=SC2034 # for the test
	LISTENER=$!
	# wait until it receives events
	retry_until 10 _heard
	: >"$EVENTS"
}
_heard() { echo change >/sys/block/main/uevent; sleep 0.2; [ -s "$EVENTS" ]; }

# event_came EVENT [SECTOR]: whether device r has sent this event
event_came() { grep -Eqx "change $(dm_dev r) r $1 ?${2:-[0-9]*}" "$EVENTS"; }

# --- data -------------------------------------------------------------------

# pattern BYTES SEED [SKIP]: data that differs in every block and is always the same
# for the same seed, without its first SKIP bytes. BYTES and SKIP are multiples of 64.
pattern() {
	gawk -v n="$1" -v seed="$2" -v skip="${3:-0}" 'BEGIN {
		for (i = skip; i < skip + n; i += 64) printf "%-31s%-32s\n", "seed " seed, "offset " i
	}'
}

# _pattern_file BYTES SEED: set PATTERN_FILE to a file that begins with the
# pattern, since generating it is slow on an emulated processor
_pattern_file() {
	declare -gA PATTERN_BYTES
	PATTERN_FILE=$BATS_TEST_TMPDIR/pattern-$2
	((${PATTERN_BYTES[$2]:-0} < $1)) || return 0
	pattern "$1" "$2" >"$PATTERN_FILE" && PATTERN_BYTES[$2]=$1
}

# write_pattern DEVICE SECTOR BYTES SEED [OFLAG]: past the page cache
write_pattern() {
	_pattern_file "$3" "$4"
	dd if="$PATTERN_FILE" of="$1" bs="$3" count=1 oseek="$(($2 * 512))B" iflag=fullblock \
		oflag="${5:-direct}" conv=notrunc status=none
}

# read_direct DEVICE SECTOR BYTES: past the page cache
read_direct() {
	dd if="$1" bs="$3" iseek="$(($2 * 512))B" count=1 iflag=direct,fullblock status=none
}

# assert_data DEVICE SECTOR BYTES SEED [SKIP]: it holds the data that write_pattern
# wrote there, or SKIP bytes before
assert_data() {
	_pattern_file $(($3 + ${5:-0})) "$4"
	read_direct "$1" "$2" "$3" | cmp -n "$3" -i "0:${5:-0}" - "$PATTERN_FILE" ||
		{ echo "$1, sector $2, $3 bytes: not the data of seed $4" >&2; return 1; }
}

# unreadable DEVICE SECTOR BYTES: reading it fails
unreadable() {
	run ! read_direct "$@"
	assert_output --regexp "error reading .*: (Input/output error|No data available)"
}

# used_bytes DEVICE [SECTOR BYTES]: how many of all its bytes, or of these, are not
# zero, as those of a pattern never are
used_bytes() {
	if [ $# -gt 1 ]; then
		read_direct "$@"
	else
		dd if="$1" bs=1M iflag=direct status=none
	fi | busybox tr -d '\000' | busybox wc -c
}

# fio_verify DEVICE [OPTION...]: write at random places, read back concurrently, and
# fail if any data differs
fio_verify() {
	local device=$1 out
	shift
	out=$(fio --name=verify --filename="$device" --direct=1 --ioengine=libaio --iodepth=8 \
		--rw=randwrite --bssplit=512/20:4k/40:12k/20:64k/20 --verify=crc32c --verify_fatal=1 \
		--verify_backlog=32 --verify_state_save=0 "$@" 2>&1 3>&-) || { echo "$out" >&2; return 1; }
}

# start_fio DEVICE [OPTION...], stop_fio: repeat fio_verify in the background;
# stop_fio fails if any run failed
start_fio() {
	touch "$BATS_TEST_TMPDIR/fio-goes-on"
	while [ -e "$BATS_TEST_TMPDIR/fio-goes-on" ]; do fio_verify "$@" || exit; done 3>&- &
	FIO=$!
}

stop_fio() {
	rm "$BATS_TEST_TMPDIR/fio-goes-on"
	wait "$FIO"
}

# running PID: whether the process is running
running() { kill -0 "$1" 2>/dev/null; }

# --- cleaning up ------------------------------------------------------------

# Remove everything that the helpers may have made. A device that stays busy, or a
# module that cannot be unloaded, fails the test.
clean_up() {
	remove_devices
	unload dm_remap_stats dm_remap_reassembly dm_remap_metadata dm_remap
	unload null_blk scsi_debug
}

# Remove the devices only. A file with many short tests uses this as its teardown, and
# clean_up as its teardown_file.
remove_devices() {
	local dir
	cd /
	for dir in $(findmnt -rno TARGET -t ext4,xfs,btrfs,ext2); do umount "$dir"; done
	retry_until 10 _no_dm_devices
	for dir in "$NULLB"/*/; do
		[ -e "$dir/power" ] || continue
		echo 0 >"$dir/power"
		rmdir "$dir"
	done
	for dir in /sys/block/loop[0-9]*/loop; do
		[ ! -d "$dir" ] || losetup -d "/dev/$(basename "$(dirname "$dir")")" || :
	done
}

_no_dm_devices() {
	[ -e /dev/mapper/control ] || return 0
	dmsetup remove_all >/dev/null 2>&1
	[ "$(dmsetup ls 2>/dev/null)" = "No devices found" ]
}

# unload MODULE...: unload those that are loaded; retries for a short time, since the
# last user of a module may not have let go of it yet
unload() {
	local module
	for module in "$@"; do
		[ ! -e "/sys/module/$module/refcnt" ] || retry_until 10 modprobe -qr "$module"
	done
}
