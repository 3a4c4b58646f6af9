# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # what geometry sets is for the tests
# Persistent sets on /dev/main and /dev/spare (null_blk), as device r. Load this
# after ../lib/common.

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

SETTINGS=(hash/min_buckets hash/grow_percent hash/shrink_percent hash/policy hash/resize_threads spare/policy spare/reserve
	spare/low_water errors/auto_remap errors/on_read_error errors/retries errors/storm_limit)

start() { remap_create r /dev/main /dev/spare persistent "$@"; }

# stop_all: remove the device, and unload the modules that remember sets
stop_all() {
	dmsetup remove r
	unload dm_remap_metadata dm_remap
	[ ! -e /sys/module/dm_remap_metadata ] && [ ! -e /sys/module/dm_remap ]
}

restart() { stop_all && start "$@"; }

# snapshot: the state that a restart must preserve. It is called very often.
snapshot() {
	remap_list r
	remap_status r remapped capacity pending lost_sectors bad_spare
	(cd $CONFIG && grep '' uuid block_size remaps/{count,capacity,pending} \
		spare/{total,used,free,bad} hash/entries metadata/replicas "${SETTINGS[@]}")
}

# resizes: the recorded resizes of the hash table
resizes() { cat $CONFIG/hash/{grows,shrinks,history}; }

# restart_same [ARGUMENT...]: restart, and check that the output of snapshot and resizes
# is the same as before, and that the generation did not decrease
restart_same() {
	local generation
	{ snapshot && resizes; } >"$BATS_TEST_TMPDIR/before"
	generation=$(<$CONFIG/metadata/generation)
	restart "$@"
	{ snapshot && resizes; } | diff "$BATS_TEST_TMPDIR/before" -
	[ "$(<$CONFIG/metadata/generation)" -ge "$generation" ]
}

# trouble_blocks [BAD...]: make blocks of set r remapped, pending, split and lost, by means of bad
# sectors on the main, to which BAD adds more
trouble_blocks() {
	dmsetup message r 0 add 800 400
	write_pattern $R 800 204800 2
	null_blk_bad main +4000-4007 +4016-4016 +4032-4032 "$@"
	dmsetup message r 0 mark 4000 8
	dmsetup message r 0 mark 4016 8
	write_pattern $R 4017 512 3
	dmsetup message r 0 mark 4032 8
	dmsetup message r 0 forget 4032 8
}

# sum DEVICE...: checksum of everything that can be read from each
sum() {
	local device
	for device; do
		dd if="$device" bs=64K iflag=direct conv=noerror status=none 2>/dev/null | md5sum
	done
}

# refuses TEXT [ARGUMENT...]: assert that the set is refused, that the log says TEXT, and
# that neither disk is changed
refuses() {
	local text=$1 before
	shift
	before=$(sum /dev/main /dev/spare)
	log_mark
	run ! start "$@"
	[ ! -e $R ]
	log_since | grep -F "$text" || { echo "not in the log: $text" >&2; log_since >&2; return 1; }
	assert_equal "$(sum /dev/main /dev/spare)" "$before"
}

# --- the spare from inside -------------------------------------------------------

# geometry [NR]: read superblock NR (default 0), and set DATA_START, REPLICAS,
# NR_PAGES (of a copy), PAGES_USED, SB (sectors of both superblocks), COPY (of the copies)
geometry() {
	local -a words
	local sb1=$(($(sectors /dev/spare) / 8 * 8 - 8))
	SB=(0 "$sb1")
	mapfile -t words < <(read_direct /dev/spare "${SB[${1:-0}]}" 4096 | od --endian=little -An -v -tu8 -w8 -N 208)
	DATA_START=$((words[17]))
	REPLICAS=$((words[19] & 0xffffffff))
	NR_PAGES=$((words[19] >> 32))
	PAGES_USED=$((words[20] & 0xffffffff))
	COPY=("${words[@]:22:REPLICAS}")
}

# put SECTOR PAGES HOW [FILE]: damage pages of the spare; "older" takes them from FILE
put() {
	local to=(of=/dev/spare bs=4096 count="$2" oseek=$(($1 / 8)) oflag=direct iflag=fullblock conv=notrunc status=none)
	case $3 in
	zero) dd if=/dev/zero "${to[@]}" ;;
	noise) dd if=/dev/urandom "${to[@]}" ;;
	# put each page in the place of the next one
	shift)
		dd if=/dev/spare bs=4096 count="$2" iseek=$(($1 ? $1 / 8 - 1 : 1)) iflag=direct status=none |
			dd "${to[@]}"
		;;
	older) dd if="$4" bs=4096 count="$2" iseek=$(($1 / 8)) status=none | dd "${to[@]}" ;;
	unreadable) null_blk_bad spare "+$1-$(($1 + $2 * 8 - 1))" ;;
	readable) null_blk_bad spare "-$1-$(($1 + $2 * 8 - 1))" ;;
	esac
}
