#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# 100,000 and 1,000,000 remaps in one device, which is made anew with them.
# rig: slow
# rig: test=-
# rig: mem=4G
# rig: timeout=3600

load ../lib/common
load ../lib/sets

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

# lines FILE ATTRIBUTE: write them to it, at most a page at a time
lines() {
	gawk -v to="$CONFIG/$2" '
		n + length($0) + 1 > 4000 { if (fflush(to)) exit 1; n = 0 }
		{ print >to; n += length($0) + 1 }
		END { if (close(to)) exit 1 }' "$1"
}

_buckets() { [ "$(<$CONFIG/hash/buckets)" = "$1" ]; }

# count N BUCKETS
count() {
	retry_until 60 _buckets "$2"
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/hash/entries) $(<$CONFIG/spare/used)" "$1 $1 $1"
	assert_equal "$(remap_status r remapped buckets state) $(<$CONFIG/hash/load_percent)" \
		"$1 $2 ok $(($1 * 100 / $2))"
	(($(<$CONFIG/hash/longest_chain) <= 20))
}

# samples: write everywhere, by chance, and read back; then see that for each
# sector named, the written data is on the spare, and the main never saw it
samples() {
	local sector main spare
	fio_verify $R --bssplit=512/60:16k/40 --number_ios=4000 --norandommap --verify_backlog=1 --iodepth=1
	for sector in "$@"; do
		write_pattern $R "$sector" 512 "at$sector"
		assert_data $R "$sector" 512 "at$sector"
		read -r main spare _ < <(dmsetup message r 0 list "$sector")
		assert_equal "$main" "$sector"
		assert_data /dev/spare "$spare" 512 "at$sector"
		run ! assert_data /dev/main "$sector" 512 "at$sector"
	done
}

PIECE=2000000

# part: some of the list, from everywhere, and of the data. All of it would take minutes.
part() {
	local from
	for ((from = 0; from < 4194304; from += 99991)); do dmsetup message r 0 list $from; done
	read_direct $R $PIECE 8388608 | md5sum
}

# kept SECTOR...: make the device anew. The list is the same, what samples has
# written at the sectors is there, and so is a piece with 2/3 of it remapped.
kept() {
	local sector started
	dd if=/dev/urandom of=$R bs=1M count=8 oseek=$((PIECE * 512))B iflag=fullblock oflag=direct status=none
	part >"$BATS_TEST_TMPDIR/part"
	stop_all
	started=$EPOCHREALTIME
	start
	started=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000))
	echo "# $(<$CONFIG/remaps/count) remaps are loaded in $started ms" >&3
	part | cmp - "$BATS_TEST_TMPDIR/part"
	for sector; do assert_data $R "$sector" 512 "at$sector"; done
}

@test "100,000 and 1,000,000 remaps, kept, and back" {
	local -a some=()
	# 4,194,304 blocks of a sector each, a few more than 1,000,000 spare blocks
	null_blk main 2048
	null_blk spare 544
	start block_size 512
	(($(<$CONFIG/remaps/capacity) > 1000000))

	# 100,000 here and there in the lower quarter
	gawk 'BEGIN { for (i = 0; i < 100000; i++) print i * 611953 % 1048576 }' >"$BATS_TEST_TMPDIR/single"
	lines "$BATS_TEST_TMPDIR/single" remaps/add
	count 100000 131072
	mapfile -t some < <(gawk 'NR % 9973 == 0' "$BATS_TEST_TMPDIR/single")
	samples "${some[@]}"
	kept "${some[@]}"
	count 100000 131072

	# and 900,000 in pieces of 100, above them
	gawk 'BEGIN { for (i = 0; i < 9000; i++) print 1048576 + i * 7919 % 20000 * 150, 100 }' >"$BATS_TEST_TMPDIR/pieces"
	lines "$BATS_TEST_TMPDIR/pieces" remaps/add
	count 1000000 1048576
	mapfile -t some < <(gawk 'NR % 997 == 0 { print $1 + NR % 100 }' "$BATS_TEST_TMPDIR/pieces")
	samples "${some[@]}"
	kept "${some[@]}"
	count 1000000 1048576
	# the earlier ones are found as well, and none between them
	mapfile -t some < <(gawk 'NR % 19997 == 0' "$BATS_TEST_TMPDIR/single")
	samples "${some[@]}"
	refused "File exists" remap_attr r remaps/add "${some[0]}"
	refused "No such file" remap_attr r remaps/remove $((1048576 + 149))

	# their data goes back with them
	write_pattern $R "${some[1]}" 512 back
	lines "$BATS_TEST_TMPDIR/single" remaps/remove
	count 900000 1048576
	assert_data /dev/main "${some[1]}" 512 back
	assert_data $R "${some[1]}" 512 back
	lines "$BATS_TEST_TMPDIR/pieces" remaps/remove
	count 0 64
	restart
	count 0 64
	fio_verify $R --bssplit=512/60:16k/40 --number_ios=1000 --norandommap --verify_backlog=1 --iodepth=1
}
