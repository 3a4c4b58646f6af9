# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Helpers for the tests of what dmremap shows of devices in use; their files are
# in $BATS_TEST_TMPDIR/root instead of /sys.
#
#   device NAME             make one, see fixtures/device.tree
#   dm NAME UUID            it, as sysfs lists it: dm-0, with its disks
#   there DISK MAJ:MIN      sysfs has this disk; set_gone MAJ:MIN: no more
#   set_to NAME PATH TEXT   change the content of a file of it; PATH as there
#   transient NAME          make it one that keeps nothing on disk
#   unload_stats            as if dm_remap_stats had been unloaded

bats_require_minimum_version 1.5.0
load lib.bash
load tree.bash

FIXTURES=$BATS_TEST_DIRNAME/fixtures

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export DMREMAP_ROOT=$BATS_TEST_TMPDIR/root
	unset COLUMNS NO_COLOR
	mkdir -p root/sys/module/dm_remap root/sys/kernel/config/dm-remap
}

# once only, since that is slow
device() {
	local name=$1 made=$BATS_FILE_TMPDIR/device
	[ -d "$made" ] || DMREMAP_ROOT=$made plant "$FIXTURES/device.tree" NAME
	mkdir -p "$DMREMAP_ROOT"/sys/kernel/{config/,}dm-remap
	cp -rT "$made/sys/kernel/config/dm-remap/NAME" "$DMREMAP_ROOT/sys/kernel/config/dm-remap/$name"
	cp -rT "$made/sys/kernel/dm-remap/NAME" "$DMREMAP_ROOT/sys/kernel/dm-remap/$name"
}

there() {
	local dir=$DMREMAP_ROOT/sys/class/block/$1
	mkdir -p "$dir" "$DMREMAP_ROOT/sys/dev/block"
	ln -sfn "../../class/block/$1" "$DMREMAP_ROOT/sys/dev/block/$2"
	echo "$2" >"$dir/dev"
	echo 7814037168 >"$dir/size"
	echo "DEVNAME=$1" >"$dir/uevent"
}
dm() {
	local dir=$DMREMAP_ROOT/sys/class/block/dm-0
	mkdir -p "$dir/dm" "$dir/remap" "$DMREMAP_ROOT/sys/dev/block"
	echo "$1" >"$dir/dm/name"
	echo "DMREMAP-$2" >"$dir/dm/uuid"
	echo 253:0 >"$dir/dev"
	echo 1000 >"$dir/size"
	ln -sfn ../../class/block/dm-0 "$DMREMAP_ROOT/sys/dev/block/253:0"
	there sdb 8:16
	there sdc1 8:33
}
set_gone() { rm -r "$DMREMAP_ROOT/sys/dev/block/$1"; }

set_to() { printf '%s\n' "$3" >"$(file "$1" "$2")"; }

transient() { rm -r "$(file "$1" config/metadata)"; }

unload_stats() { rm -r "$DMREMAP_ROOT/sys/kernel/dm-remap"; }
