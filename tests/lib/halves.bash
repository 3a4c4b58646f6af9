# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # U and V are for the tests
# Sets that are found by dm_remap_reassembly, on /dev/main and /dev/spare (null_blk). Load
# it after ../lib/common.

SCAN=/sys/kernel/config/dm-remap-reassembly/scan
SETS=/sys/kernel/config/dm-remap-reassembly/sets
LABEL=/rig/tests/guest/label

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

# make NAME UUID MAIN SPARE [ARGUMENT...]: a set, with something remapped
make() {
	local name=$1 uuid=$2 main=$3 spare=$4
	shift 4
	remap_create "$name" "$main" "$spare" persistent uuid "$uuid" "$@"
	write_pattern "/dev/mapper/$name" 64 4096 "$name"
	remap_attr "$name" remaps/add 64
	dmsetup remove "$name"
	# the main's place has something else from now on
	write_pattern "$main" 64 4096 stale
}

# know UUID...: as if it had been made on this machine, which then activates it
KNOWN=/etc/dm-remap/sets.d
know() {
	local uuid
	mkdir -p $KNOWN
	for uuid; do : >"$KNOWN/$uuid"; done
}

# scan DEVICE...: in one write
scan() {
	[ -d "$SETS" ] || modprobe dm_remap_reassembly
	# bash would write each line alone
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/scan-$BASHPID"
	cat "$BATS_TEST_TMPDIR/scan-$BASHPID" >$SCAN
}

# said UUID ATTRIBUTE...: their values, on a line
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

# activated NAME UUID: by the line that is offered, and with its data
activated() {
	local table
	table=$(said "$2" table)
	[ -n "$table" ]
	dmsetup create "$1" --table "$table"
	assert_data "/dev/mapper/$1" 64 4096 "$1"
}
