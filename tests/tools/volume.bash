# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A device safe, with a main and the disk it is on, as files in $DMREMAP_ROOT, and with
# the libdevmapper of fakedm.c.
#
#   volume SECTORS [MAIN_START]   the device; its main is the disk 8:16
#   disk FILE TEXT                change what sysfs says of the disk
#   partition START SECTORS       the main is a partition of the disk, 8:17
#   remapped LINE...              the list of its remaps
#   spare_free N                  blocks
#   block_size BYTES
#   fake COMMAND...               dmremap with that libdevmapper
# shellcheck disable=SC2034,SC2119,SC2120 # for others

bats_require_minimum_version 1.5.0
load lib.bash

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export DMREMAP_ROOT=$BATS_TEST_TMPDIR/root FAKE_DM=$BATS_TEST_TMPDIR/safe.list LC_ALL=C
	LISTS=$BATS_TEST_DIRNAME/fixtures/import
	CONFIG=$DMREMAP_ROOT/sys/kernel/config/dm-remap/safe
	DISK=$DMREMAP_ROOT/sys/devices/sdb
	mkdir -p "$CONFIG"/{remaps,spare} "$DISK"/{queue,slaves} "$DMREMAP_ROOT/sys/dev/block"
	: >"$CONFIG/remaps/add"
	: >"$CONFIG/remaps/mark"
	: >"$CONFIG/remaps/remove"
	echo 0 >"$CONFIG/remaps/pending"
	ln -s ../../devices/sdb "$DMREMAP_ROOT/sys/dev/block/8:16"
	mkdir -p "$DMREMAP_ROOT/sys/class/block"
	ln -s ../../devices/sdb "$DMREMAP_ROOT/sys/class/block/sdb"
	disk dev 8:16
	disk uevent DEVNAME=sdb
	disk queue/logical_block_size 512
	disk queue/physical_block_size 512
	disk alignment_offset 0
	block_size 4096
	spare_free 4096
	volume "${SECTORS:-7814037168}"
}

disk() { echo "$2" >"$DISK/$1"; }
block_size() { echo "$1" >"$CONFIG/block_size"; }
spare_free() { echo "$1" >"$CONFIG/spare/free"; }

volume() {
	VOLUME=$1
	disk size $(($1 + ${2:-0}))
	export FAKE_DM_TABLE="8:16 ${2:-0} 8:32 1 transient"
	remapped
}

partition() {
	mkdir -p "$DISK/sdb1"
	ln -sfn ../../devices/sdb/sdb1 "$DMREMAP_ROOT/sys/dev/block/8:17"
	ln -sfn ../../devices/sdb/sdb1 "$DMREMAP_ROOT/sys/class/block/sdb1"
	echo 8:17 >"$DISK/sdb1/dev"
	echo DEVNAME=sdb1 >"$DISK/sdb1/uevent"
	echo 1 >"$DISK/sdb1/partition"
	echo "$1" >"$DISK/sdb1/start"
	echo "$2" >"$DISK/sdb1/size"
	echo 0 >"$DISK/sdb1/alignment_offset"
	disk size $(($1 + $2))
	export FAKE_DM_TABLE="8:17 0 8:32 1 transient"
	VOLUME=$2
	remapped
}

remapped() {
	echo "0 $VOLUME remap ok $# 4096 0 0 0 64 0 0 0 transient 0" >safe.list
	[ $# = 0 ] || printf '%s\n' "$@" >>safe.list
}

fake() { LD_PRELOAD=$HELPERS/fakedm.so "$DMREMAP" "$@"; }

# ranges COMMAND...: the ranges that it would remap
ranges() { fake "$@" --dry-run 2>errors | grep -v '^#'; }
