#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Commands of dmremap, killed before each step that changes something, by a
# power cut that takes the set with them: afterwards it assembles, with its former content, on
# mains with and without an identity. seal, delete and salvage have this in their own files.
# rig: test=uml timeout=900

load ../lib/common

R=/dev/mapper/r
DMREMAP=$PWD/../tools/dmremap/dmremap
HALT=$PWD/guest/halt.so
ID=wwn-0x5000c500a1b2c3d4

teardown() {
	remove_devices
	unload dm_remap_reassembly
	rm -rf /dev/disk /etc/dm-remap
}
teardown_file() { clean_up; }

sum() { dd if="$1" bs=1M iflag=direct status=none | md5sum; }

# disks WITH: a main with data, which has an identity if WITH is "id", and a spare
disks() {
	null_blk main 2
	null_blk spare 2
	if [ "$1" = id ]; then
		mkdir -p /dev/disk/by-id
		ln -s /dev/main "/dev/disk/by-id/$ID"
	fi
	write_pattern /dev/main 0 2097152 1
	WHOLE=$(sum /dev/main)
	WITH=$1
}

# a_set WITH: with a block on the spare, stopped
a_set() {
	disks "$1"
	"$DMREMAP" create r /dev/main /dev/spare
	remap_attr r remaps/add 1600
	write_pattern $R 1600 4096 2
	WHOLE=$(sum $R)
}

# killed N COMMAND...: whether it did not come to its end
killed() {
	local n=$1
	shift
	run env STEP_AT="$n" LD_PRELOAD="$HALT" "$@"
	[ "$status" = 137 ]
}

# power_cut: the disks as they are now, and nothing on them
power_cut() {
	local disk
	for disk in main spare; do
		dd if=/dev/$disk of="$BATS_TEST_TMPDIR/$disk" bs=1M iflag=direct status=none
	done
	# a device may be there without a table
	! dmsetup info r >/dev/null 2>&1 || dmsetup remove r
	for disk in main spare; do
		dd if="$BATS_TEST_TMPDIR/$disk" of=/dev/$disk bs=1M oflag=direct status=none
	done
	unload dm_remap_reassembly
}

# comes_back N: by its devices, and by itself where the host can tell its main
comes_back() {
	run "$DMREMAP" assemble /dev/main /dev/spare
	assert_success
	assert_equal "$1: $(sum $R)" "$1: $WHOLE"
	"$DMREMAP" stop r
	if [ "$WITH" = id ] || [ "$(head -c 8 /dev/main)" = DMREMAPM ]; then
		"$DMREMAP" assemble --all
		assert_equal "$1: $(sum $R)" "$1: $WHOLE"
		"$DMREMAP" stop r
	fi
}

@test "unseal" {
	local n with
	for with in id none; do
		a_set $with
		for ((n = 1; ; n++)); do
			"$DMREMAP" seal r
			killed "$n" "$DMREMAP" unseal r || break
			power_cut
			comes_back "$with $n"
			"$DMREMAP" assemble /dev/main /dev/spare
		done
		[ "$n" -gt 2 ]
		# and when it was not killed, but power fails then
		power_cut
		comes_back "$with"
		teardown
	done
}

@test "create and format" {
	local n with command
	for with in id none; do
		for command in "create r" "format --name r"; do
			for ((n = 1; ; n++)); do
				disks $with
				# shellcheck disable=SC2086
				killed "$n" "$DMREMAP" $command /dev/main /dev/spare || break
				power_cut
				# no success was reported: the command may have to be repeated
				"$DMREMAP" dump /dev/spare >/dev/null 2>&1 ||
					"$DMREMAP" format --name r /dev/main /dev/spare
				comes_back "$command $with $n"
				teardown
			done
			[ "$n" -gt 4 ]
			power_cut
			comes_back "$command $with"
			teardown
		done
	done
}

@test "stop and assemble" {
	local n with
	for with in id none; do
		a_set $with
		for ((n = 1; ; n++)); do
			killed "$n" "$DMREMAP" stop r || break
			power_cut
			comes_back "stop $with $n"
			"$DMREMAP" assemble /dev/main /dev/spare
		done
		[ "$n" -gt 1 ]
		for ((n = 1; ; n++)); do
			killed "$n" "$DMREMAP" assemble /dev/main /dev/spare || break
			power_cut
			comes_back "assemble $with $n"
		done
		[ "$n" -gt 4 ]
		power_cut
		comes_back "assemble $with"
		teardown
	done
}

@test "repair" {
	local n with page
	for with in id none; do
		a_set $with
		"$DMREMAP" stop r
		dd if=/dev/spare of="$BATS_TEST_TMPDIR/good" bs=1M iflag=direct status=none
		for ((n = 1; ; n++)); do
			dd if="$BATS_TEST_TMPDIR/good" of=/dev/spare bs=1M oflag=direct status=none
			# superblock 0, and a page of the first copy
			for page in 0 1; do
				dd if=/dev/zero of=/dev/spare bs=4096 seek=$page count=1 oflag=direct \
					conv=notrunc status=none
			done
			killed "$n" "$DMREMAP" repair --yes /dev/spare || break
			run "$DMREMAP" repair --yes /dev/spare
			assert [ "$status" -le 1 ]
			comes_back "$with $n"
		done
		[ "$n" -gt 2 ]
		comes_back "$with"
		teardown
	done
}
