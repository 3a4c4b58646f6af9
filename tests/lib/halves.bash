# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # U and V are for the tests
# Sets on /dev/main and /dev/spare (null_blk) for dm_remap_reassembly to find. Load this
# after ../lib/common.

SCAN=/sys/kernel/config/dm-remap-reassembly/scan
SETS=/sys/kernel/config/dm-remap-reassembly/sets
LABEL=/rig/tests/guest/label
TOOL=/rig/tools/dmremap/dmremap

U=11111111-2222-3333-4444-555555555555
V=66666666-7777-8888-9999-aaaaaaaaaaaa

setup() {
	null_blk main 8
	null_blk spare 4
}

teardown() {
	rm -f "$BATS_TEST_TMPDIR/go"
	clean_up
}

# make NAME UUID MAIN SPARE [ARGUMENT...]: make a set with a remapped block
make() {
	local name=$1 uuid=$2 main=$3 spare=$4
	shift 4
	remap_create "$name" "$main" "$spare" persistent uuid "$uuid" "$@"
	write_pattern "/dev/mapper/$name" 64 4096 "$name"
	remap_attr "$name" remaps/add 64
	dmsetup remove "$name"
	# from now on the place on the main holds other data
	write_pattern "$main" 64 4096 stale
}

dmremap() { $TOOL "$@"; }

# seal NAME UUID MAIN SPARE: give the main a label, with its first block on the spare
seal() {
	remap_create "$1" "$3" "$4" persistent
	remap_attr "$1" remaps/add 0
	dmsetup remove "$1"
	$LABEL "$3" "$2" "$1"
}

# active NAME UUID [DATA]: assert that the device exists, with this UUID, and has its data
active() {
	assert_equal "$(dmsetup info -c --noheadings -o uuid "$1")" "DMREMAP-$2"
	assert_data "/dev/mapper/$1" 64 4096 "${3:-$1}"
}

# know UUID...: make the sets known to this machine, which then activates them. Their disks have no
# identity, or are found by the main_id on the spare.
KNOWN=/etc/dm-remap/sets.d
know() {
	local uuid
	mkdir -p $KNOWN
	for uuid; do printf '%s\n' main_id=- spare_id=- >"$KNOWN/$uuid"; done
}

# scan DEVICE...: scan all of them with one write
scan() {
	[ -d "$SETS" ] || modprobe dm_remap_reassembly
	# bash itself would write each line separately
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/scan-$BASHPID"
	cat "$BATS_TEST_TMPDIR/scan-$BASHPID" >$SCAN
}

# said UUID ATTRIBUTE...: print the values of attributes of a set on one line
said() {
	local uuid=$1 attribute value
	local -a values=()
	shift
	for attribute; do
		value=$(<"$SETS/$uuid/$attribute")
		values+=("$value")
	done
	echo "${values[*]}"
}

number() { mountpoint -x "$1"; }

# activated NAME UUID: activate a set by its published table line, and check its data
activated() {
	local table
	table=$(said "$2" table)
	[ -n "$table" ]
	dmsetup create "$1" --table "$table"
	assert_data "/dev/mapper/$1" 64 4096 "$1"
}
