#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Mains and spares that do not belong together are refused, and nothing is
# written to them. What time it is makes no difference.
# rig: kernels=6.1,6.12 test=6.12/3 timeout=900 smp=1

load ../lib/common
load ../lib/sets

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

teardown() {
	[ -z "${NOW:-}" ] || date -s "@$NOW"
	remove_devices
}
teardown_file() { clean_up; }

# refused_pair TEXT MAIN SPARE [ARGUMENT...]: no device can be had from them, the
# log says TEXT, and no disk is changed
refused_pair() {
	local text=$1 main=/dev/$2 spare=/dev/$3 before disk
	local -a disks=()
	shift 3
	[ $# -gt 0 ] || set -- persistent
	for disk in "$NULLB"/*/; do disks+=("/dev/$(basename "$disk")"); done
	before=$(sum "${disks[@]}")
	log_mark
	run ! remap_create refused "$main" "$spare" "$@"
	[ ! -e /dev/mapper/refused ]
	log_since | grep -F "$text" || { echo "not in the log: $text" >&2; log_since >&2; return 1; }
	assert_equal "$(sum "${disks[@]}")" "$before"
}

# A set on main and spare, and a second one on main2 and spare2
two_sets() {
	null_blk main 2
	null_blk spare 1
	null_blk main2 2
	null_blk spare2 1
	start main_id disk-1
	write_pattern $R 800 65536 a
	echo "800 80" >$CONFIG/remaps/add
	dmsetup remove r
	remap_create s /dev/main2 /dev/spare2 persistent main_id disk-2
	write_pattern /dev/mapper/s 800 65536 b
	dmsetup message s 0 add 880 80
	dmsetup remove s
}

# the first set is as two_sets made it
assert_first_set() {
	start
	assert_equal "$(<$CONFIG/remaps/count) $(remap_status r state)" "10 ok"
	assert_data $R 800 65536 a
	dmsetup remove r
}

@test "the spare of another set, and the other way round" {
	local uuid uuid2
	two_sets
	start
	uuid=$(<$CONFIG/uuid)
	dmsetup remove r
	remap_create s /dev/main2 /dev/spare2 persistent
	uuid2=$(</sys/kernel/config/dm-remap/s/uuid)
	dmsetup remove s
	[ "$uuid" != "$uuid2" ]
	refused_pair uuid main spare2 persistent uuid "$uuid"
	refused_pair uuid main2 spare persistent uuid "$uuid2"
	refused_pair main_id main spare2 persistent main_id disk-1
	refused_pair main_id main2 spare persistent main_id disk-2
	refused_pair main_id main spare persistent main_id disk-2 uuid "$uuid"
	# main and spare swapped
	refused_pair swapped spare main
	refused_pair swapped spare main transient
	refused_pair swapped spare main2
	refused_pair swapped spare spare2
	refused_pair swapped spare2 spare
	# a transient set would write over the persistent one
	refused_pair "persistent set" main spare transient
	refused_pair "persistent set" main2 spare transient no_auto_remap
	assert_first_set
	remap_create s /dev/main2 /dev/spare2 persistent main_id disk-2 uuid "$uuid2"
	assert_data /dev/mapper/s 800 65536 b
}

@test "a main of another size or start" {
	local size table before
	two_sets
	null_blk larger 3
	null_blk smaller 1
	refused_pair "another size" larger spare
	refused_pair "another size" smaller spare
	size=$(sectors /dev/main)
	# another length, another start
	for table in "0 $((size - 8)) remap /dev/main 0 /dev/spare" \
		"0 $((size - 8)) remap /dev/main 8 /dev/spare" \
		"0 $size remap /dev/larger 8 /dev/spare"; do
		before=$(sum /dev/main /dev/larger /dev/spare)
		log_mark
		run ! dmsetup create refused --table "$table"
		log_since | grep -F "another size or start"
		assert_equal "$(sum /dev/main /dev/larger /dev/spare)" "$before"
	done
	assert_first_set
}

@test "a disk that is in use by another set" {
	two_sets
	null_blk main3 2
	null_blk spare3 1
	start
	# with devices live
	refused_pair "in use" main spare3
	refused_pair "in use" main2 spare
	refused_pair "in use" main spare
	refused_pair "same device" spare3 spare3
	refused_pair "same device" main3 main3
	refused_pair "is the main" main3 main
	refused_pair "swapped" spare spare3
	# a transient set behaves the same
	remap_create t /dev/main3 /dev/spare3
	refused_pair "in use" main3 spare2
	refused_pair "in use" main2 spare3 transient
	refused_pair "in use" main2 spare3
	dmsetup remove t
	dmsetup remove r
	assert_first_set
}

# occupy KIND: put to other use /dev/spare
occupy() {
	case $1 in
	ext4) mkfs.ext4 -q /dev/spare ;;
	xfs) mkfs.xfs -q --unsupported /dev/spare ;;
	btrfs) mkfs.btrfs -q -M /dev/spare ;;
	swap) mkswap /dev/spare ;;
	lvm) pvcreate -q --config 'devices { types = ["nullb", 16] }' /dev/spare 3>&- 4>&- ;;
	gpt) echo ',,L' | sfdisk -q -X gpt /dev/spare ;;
	md-*)
		mdadm -q --create /dev/md0 --run --level=1 --raid-devices=2 --metadata="${1#md-}" /dev/spare missing
		mdadm -q --stop /dev/md0
		;;
	esac
	sync
}

# refused_occupied KIND
refused_occupied() {
	echo "# $1"
	blkdiscard -fz /dev/spare
	occupy "$1"
	refused_pair "holds something else" main spare
}

@test "a spare that something else is on" {
	local kind place magic
	null_blk main 1
	# the smallest that these can be on
	null_blk spare 20
	for kind in xfs btrfs; do refused_occupied $kind; done
	remove_devices
	null_blk main 1
	null_blk spare 3
	for kind in ext4 swap lvm gpt md-1.2 md-1.0 md-0.90; do refused_occupied $kind; done
	# what there are no programs for here
	while read -r place magic; do
		echo "# $magic"
		blkdiscard -fz /dev/spare
		# shellcheck disable=SC2059 # an escape in it
		printf "$magic" | dd of=/dev/spare bs=1 seek="$place" conv=fsync,notrunc status=none
		refused_pair "holds something else" main spare
	done <<-'END'
		4120 \306\205s\366N\032E\312
		32768 JFS1
		32769 CD001
		65588 ReIsErFs
	END
	# a place that cannot be read may have one
	blkdiscard -fz /dev/spare
	null_blk_bad spare +128-128
	refused_pair "cannot be read" main spare
	null_blk_bad spare -128-128
	# zeros but for data where nothing of that is
	write_pattern /dev/spare 800 65536 a
	start
}

@test "the clock at 1970, and at 2100" {
	NOW=$(date +%s)
	two_sets
	date -s @86400
	assert_first_set
	start
	write_pattern $R 80 4096 c
	echo "80 8" >$CONFIG/remaps/add
	remap_attr r errors/retries 5
	stop_all
	date -s "2100-01-01 00:00:00"
	start
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/errors/retries)" "11 5"
	assert_data $R 80 4096 c
	echo "160 8" >$CONFIG/remaps/add
	remap_attr r errors/retries 6
	stop_all
	date -s @172800
	start
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/errors/retries) $(<$CONFIG/state)" "12 6 ok"
	assert_data $R 800 65536 a
	# formatted at that time
	remap_create s /dev/main2 /dev/spare2 persistent
	dmsetup remove s
	dmsetup remove r
	blkdiscard -fz /dev/spare2
	remap_create s /dev/main2 /dev/spare2 persistent
	dmsetup message s 0 add 880 80
	dmsetup remove s
	date -s "@$NOW"
	NOW=
	remap_create s /dev/main2 /dev/spare2 persistent
	assert_equal "$(remap_status s remapped state)" "10 ok"
	dmsetup remove s
}
