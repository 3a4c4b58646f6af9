#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Damage to the metadata of a persistent set: where one copy is left the
# set is as it was, and is repaired; where none is, it is refused.
# rig: test=uml timeout=1200 smp=1

load ../lib/common
load ../lib/sets

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

KEPT=$BATS_FILE_TMPDIR

teardown() {
	[ -z "${LISTENER:-}" ] || kill "$LISTENER" 2>/dev/null || :
	dmsetup remove r 2>/dev/null || :
	echo 2 >/sys/module/dm_remap_metadata/parameters/replicas
	put_back
	put_back main
}
teardown_file() { clean_up; }

# A set of 600 remaps on 4 pages in two copies: kept in $KEPT are the spare as it
# is, as it was some time before (older), and the expected state of the set
setup_file() {
	null_blk main 1
	null_blk spare 1
	KEPT=$BATS_FILE_TMPDIR make_set
}

make_set() {
	dd if=/dev/urandom of=/dev/main bs=1M count=1 iflag=fullblock oflag=direct status=none
	start block_size 1024
	remap_attr r spare/policy spread
	remap_attr r errors/retries 3
	for ((i = 0; i < 40; i++)); do echo "$((i * 50)) 40"; done >$CONFIG/remaps/add
	dmsetup remove r
	dd if=/dev/spare of="$KEPT/older" bs=1M iflag=direct status=none
	start
	for ((i = 0; i < 40; i += 4)); do echo "$((i * 50)) 40"; done >$CONFIG/remaps/remove
	write_pattern $R 250 1024 a
	remap_attr r errors/retries 4
	dmsetup remove r
	dd if=/dev/spare of="$KEPT/spare" bs=1M iflag=direct status=none
	dd if=/dev/main of="$KEPT/main" bs=1M iflag=direct status=none
	start
	showing >"$KEPT/shown"
	sum $R >"$KEPT/content"
	dd if=$R of="$KEPT/data" bs=1M iflag=direct status=none
	dmsetup remove r
	put_back
}

# put_back [DISK]: the spare, or another disk, as it was when all was good
put_back() {
	null_blk_bad "${1:-spare}" -0-2047
	dd if="$KEPT/${1:-spare}" of="/dev/${1:-spare}" bs=1M oflag=direct status=none
}

# showing: the content of the set, without fields that repairs change
showing() {
	remap_list r
	remap_status r remapped capacity pending lost_sectors bad_spare
	echo "retries: $(<$CONFIG/errors/retries), policy: $(<$CONFIG/spare/policy)"
}

# assert_right: the table and the data are as they should be
assert_right() {
	showing | diff "$KEPT/shown" -
	diff "$KEPT/content" <(sum $R)
}

store_is() { [ "$(<$CONFIG/metadata/state)" = "$1" ]; }

# places: those to damage alone, and those to damage after that
# repaired: NAME SECTOR PAGES OTHER_SECTOR
places() { if slow_kernel; then all_places | sed -n 2~3p; else all_places; fi; }

all_places() {
	local page r
	echo "superblock-0 ${SB[0]} 1 ${SB[1]}"
	echo "superblock-1 ${SB[1]} 1 ${SB[0]}"
	for r in 0 1; do
		for page in 0 2; do
			echo "page-$page-of-copy-$r $((COPY[r] + page * 8)) 1 $((COPY[1 - r] + page * 8))"
		done
		echo "copy-$r ${COPY[r]} $NR_PAGES ${COPY[1 - r]}"
	done
}

# one_by_one HOW [twice]: each place, and when it is repaired the other one
one_by_one() {
	local name sector pages other how=$1 twice=${2:-}
	geometry
	assert_equal "$NR_PAGES $PAGES_USED $REPLICAS" "6 6 2"
	while read -r name sector pages other; do
		echo "# $how: $name"
		put_back
		put "$sector" "$pages" "$how" "$KEPT/older"
		# a first page of zeros may be there on purpose
		if [ "$how $name" = "zero superblock-0" ]; then
			refuses "first page was erased"
			continue
		fi
		start
		[ "$(<$CONFIG/metadata/repairs)" -gt 0 ]
		retry_until 10 store_is clean
		assert_right
		dmsetup remove r
		[ -n "$twice" ] || continue
		# the repaired place works without the other one
		put "$other" "$pages" noise
		start
		assert_right
		dmsetup remove r
	done < <(places)
}

@test "each superblock, page and copy may be zeros" { one_by_one zero; }

@test "each superblock, page and copy may be noise" { one_by_one noise twice; }

@test "each superblock, page and copy may be shifted by a page" { one_by_one shift; }

@test "each superblock, page and copy may be an older version of itself" { one_by_one older; }

@test "each superblock, page and copy may be unreadable" {
	local name sector pages other whole
	geometry
	while read -r name sector pages other; do
		echo "# $name"
		put_back
		put "$sector" "$pages" unreadable
		start
		assert_right
		[[ $name = super* ]] && whole=2 || whole=1
		assert_equal "$(remap_status r state store)" "degraded degraded"
		# it cannot be written either, so it is not repaired
		remap_attr r errors/retries 4
		dmsetup suspend r
		dmsetup resume r
		sleep 0.2
		assert_equal "$(remap_status r store) $(<$CONFIG/metadata/replicas) $(<$CONFIG/metadata/repairs)" \
			"degraded $whole 0"
		# now it can
		null_blk_bad spare "-$sector-$((sector + pages * 8 - 1))"
		dmsetup suspend r
		dmsetup resume r
		retry_until 10 store_is clean
		assert_equal "$(<$CONFIG/metadata/replicas) $(<$CONFIG/metadata/repairs)" "2 $pages"
		dmsetup remove r
	done < <(places)
}

@test "one to four copies: each is enough by itself" {
	local n keep r hows=(zero unreadable noise)
	for n in 1 3 4; do
		put_back
		blkdiscard -fz /dev/spare
		echo $n >/sys/module/dm_remap_metadata/parameters/replicas
		start block_size 1024
		assert_equal "$(<$CONFIG/metadata/replicas)" $n
		for ((i = 0; i < 40; i++)); do echo "$((i * 50)) 30"; done >$CONFIG/remaps/add
		showing >"$BATS_TEST_TMPDIR/shown"
		dmsetup remove r
		geometry
		assert_equal "$REPLICAS $PAGES_USED" "$n 6"
		dd if=/dev/spare of="$BATS_TEST_TMPDIR/spare" bs=1M iflag=direct status=none
		for ((keep = 0; keep < n; keep++)); do
			echo "# copy $keep of $n"
			for ((r = 0; r < n; r++)); do
				[ $r = $keep ] || put "${COPY[r]}" 4 "${hows[r % 3]}"
			done
			start
			showing | diff "$BATS_TEST_TMPDIR/shown" -
			null_blk_bad spare -0-2047
			dmsetup suspend r
			dmsetup resume r
			retry_until 10 store_is clean
			assert_equal "$(<$CONFIG/metadata/replicas)" $n
			dmsetup remove r
			dd if="$BATS_TEST_TMPDIR/spare" of=/dev/spare bs=1M oflag=direct status=none
		done
	done
}

# --- nothing left -----------------------------------------------------------------

# block_is SECTOR: reading it gives the set's former content
block_is() { read_direct $R "$1" 1024 | cmp -n 1024 -i "0:$(($1 * 512))" - "$KEPT/data"; }

@test "all copies of a page gone: refused, but for read_only" {
	local page one two before first end main n rest
	geometry
	while read -r page one two; do
		put_back
		put $((COPY[0] + page * 8)) 1 "$one"
		put $((COPY[1] + page * 8)) 1 "$two"
		refuses "page $page of the table, blocks"
		before=$(sum /dev/main /dev/spare)
		start read_only
		# the entries of the other pages are there, and no others
		first=$((DATA_START + page * 169 * 2)) end=$((DATA_START + (page + 1) * 169 * 2))
		gawk -v first=$first -v end=$end '$3 == 2 && ($2 < first || $2 >= end)' "$KEPT/shown" >"$BATS_TEST_TMPDIR/left"
		remap_list r | diff "$BATS_TEST_TMPDIR/left" -
		[ "$(wc -l <"$BATS_TEST_TMPDIR/left")" -gt 300 ]
		n=0
		while read -r main rest; do
			((n++ % 50)) || block_is "$main"
		done <"$BATS_TEST_TMPDIR/left"
		# any other block may have been on the spare, and is an error: some that
		# were, and some that were not
		n=0
		while read -r main rest; do
			((n++ % 40)) || unreadable $R "$main" 1024
		done < <(gawk -v first=$first -v end=$end '$3 == 2 && $2 >= first && $2 < end' "$KEPT/shown")
		[ $n -gt 100 ]
		for main in 0 44 200 2046; do unreadable $R $main 1024; done
		# a read of both kinds is an error, too
		unreadable $R 0 1048576
		assert_equal "$(remap_status r state store)" "failed failed"
		run ! write_pattern $R 250 1024 b
		run ! remap_attr r remaps/add "0 2"
		run ! remap_attr r remaps/remove "250 2"
		dmsetup remove r
		assert_equal "$(sum /dev/main /dev/spare)" "$before"
		# and it is still refused
		refuses "page $page of the table, blocks"
	done <<-END
		0 noise zero
		2 unreadable noise
		1 unreadable unreadable
	END
}

@test "the only copy of a page gone: refused" {
	blkdiscard -fz /dev/spare
	modprobe dm_remap_metadata
	echo 1 >/sys/module/dm_remap_metadata/parameters/replicas
	start block_size 1024
	echo "0 200" >$CONFIG/remaps/add
	dmsetup remove r
	geometry
	put $((COPY[0] + 8)) 1 unreadable
	refuses "page 1 of the table, blocks"
	# each load says what its error refers to, however many have failed just now
	log_mark
	for _ in {1..12}; do run ! start; done
	assert_equal "$(log_since | grep -c "page 1 of the table, blocks")" 12
	null_blk_bad spare "-$((COPY[0] + 8))-$((COPY[0] + 15))"
	start
	assert_equal "$(remap_status r remapped)" 100
	dmsetup remove r
	put "${COPY[0]}" 1 noise
	refuses "page 0 of the table, blocks"
}

@test "both superblocks gone: refused, and so is what makes no sense" {
	local sb1
	geometry
	sb1=${SB[1]}
	put 0 1 noise
	put "$sb1" 1 noise
	refuses "damaged superblocks"
	refuses "damaged superblocks" read_only
	put 0 1 noise
	put "$sb1" 1 zero
	refuses "damaged superblocks"
	# also without a table, which may have moved
	printf DMREMAPS | dd of=/dev/spare bs=1 conv=notrunc,fsync status=none
	dd if=/dev/urandom of=/dev/spare bs=4096 count=8 seek=1 oflag=direct conv=notrunc status=none
	refuses "damaged superblocks"
	dd if=/dev/urandom of=/dev/spare bs=4096 count=1 oflag=direct conv=notrunc status=none
	refuses "holds something else"
	# one that has a wrong checksum says that there was one
	put_back
	put 0 1 zero
	printf x | dd of=/dev/spare bs=1 oseek=$((sb1 * 512 + 2000)) conv=notrunc,fsync status=none
	refuses "first page was erased"
	# swapped
	put_back
	dd if=/dev/spare of=/dev/spare bs=4096 count=1 oseek=$((sb1 / 8)) iflag=direct oflag=direct conv=notrunc status=none
	put 0 1 noise
	refuses "damaged superblocks"
	# one cannot be read
	put_back
	put "$sb1" 1 noise
	put 0 1 unreadable
	refuses "cannot be read"
	# neither can be read, or one that could be is zeros: it may not be empty
	put_back
	put 0 1 unreadable
	put "$sb1" 1 unreadable
	refuses "cannot be read"
	refuses "cannot be read" read_only
	null_blk_bad spare -0-2047
	start
	assert_right
	dmsetup remove r
	blkdiscard -fz /dev/spare
	put 0 1 unreadable
	refuses "cannot be read"
	put 0 1 readable
	put "$sb1" 1 unreadable
	refuses "cannot be read"
	# they belong to two sets
	put_back
	dd if=/dev/zero of=/dev/spare bs=1M count=1 oflag=direct status=none
	start block_size 1024
	dmsetup remove r
	put "$sb1" 1 older "$KEPT/spare"
	refuses "two different sets"
	# a spare whose first page alone is zeros was that of a set: it is not formatted;
	# nor is one with only the table of a set; a spare with neither is
	put_back
	put 0 1 zero
	refuses "first page was erased"
	put "$sb1" 1 zero
	refuses "first page was erased"
	put 8 1 zero
	start
	assert_equal "$(remap_status r remapped)" 0
}

# --- while the set is in use ------------------------------------------------------------

@test "a copy that fails writes: degraded, and remaps go on in the other" {
	local n
	geometry
	for n in 0 1; do
		put_back
		start
		listen
		null_blk_bad spare "+${COPY[n]}-$((COPY[n] + 31))"
		remap_attr r remaps/add "40 10"
		retry_until 10 event_came store-degraded
		assert_equal "$(remap_status r state store) $(<$CONFIG/metadata/replicas)" "degraded degraded 1"
		write_pattern $R 40 5120 b
		showing >"$BATS_TEST_TMPDIR/shown"
		dmsetup remove r
		# it is readable again, and old
		null_blk_bad spare -0-2047
		start
		retry_until 10 store_is clean
		showing | diff "$BATS_TEST_TMPDIR/shown" -
		assert_data $R 40 5120 b
		# another one recovers while the set is in use
		null_blk_bad spare "+${COPY[n]}-$((COPY[n] + 31))"
		remap_attr r remaps/add "200 10"
		retry_until 10 store_is degraded
		refute event_came store-mended
		null_blk_bad spare -0-2047
		retry_until 30 event_came store-mended
		store_is clean
		dmsetup remove r
		kill "$LISTENER"
	done
}

@test "a table that cannot be written any more: no new remaps, and all else goes on" {
	local generation name
	geometry
	start
	listen
	remap_attr r remaps/add "40 2"
	null_blk_bad main +44-45
	null_blk_bad spare "+0-$((DATA_START - 1))" "+${COPY[1]}-$((SB[1] + 7))"
	showing >"$BATS_TEST_TMPDIR/shown"
	generation=$(<$CONFIG/metadata/generation)
	# to be acknowledged it would have to be remapped
	run ! write_pattern $R 44 1024 b
	retry_until 10 event_came store-failed
	assert_equal "$(remap_status r state store)" "failed failed"
	# until the next activation the location of this block is uncertain
	unreadable $R 44 1024
	for name in add remove; do refused "Read-only file system" remap_attr r remaps/$name "40 2"; done
	refused "Read-only file system" remap_attr r errors/retries 7
	refused "Read-only file system" remap_attr r metadata/sync 1
	# a remapped block, and one that never was
	write_pattern $R 40 1024 c
	write_pattern $R 46 1024 d
	run ! write_pattern $R 44 1024 e
	assert_data $R 40 1024 c
	assert_data $R 46 1024 d
	dmsetup remove r
	null_blk_bad spare -0-2047
	null_blk_bad main -0-2047
	start
	showing | diff "$BATS_TEST_TMPDIR/shown" -
	assert_equal "$(remap_status r state store)" "ok clean"
	[ "$(<$CONFIG/metadata/generation)" -gt "$generation" ]
	assert_data $R 40 1024 c
	assert_data $R 46 1024 d
	block_is 44
	remap_attr r remaps/add "44 2"
}
