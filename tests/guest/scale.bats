#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Thousands of remaps in one device: the hash table grows and shrinks at the
# counts that its limits say, and every block is found all the time. More of
# them: million.bats.
# rig: test=uml/3 timeout=1200

load ../lib/common

R=/dev/mapper/r
CONFIG=/sys/kernel/config/dm-remap/r

# 8192 blocks; of those in the lower half, writes to the first LOWER MiB
# is checked by the test, in the upper half by fio, all the time
setup() {
	LOWER=16
	! slow_kernel || LOWER=2
	null_blk main 32
	null_blk spare 16
	remap_create r /dev/main /dev/spare
	LIST=$BATS_TEST_TMPDIR/list
	# 2000 blocks here and there, in the order in which they are remapped
	gawk 'BEGIN { for (i = 0; i < 2000; i++) print 8 * (i * 1237 % 8192), 8 }' >"$LIST"
	COUNT=0
}

# remap_to N: add remaps, or remove the last ones, until there are N
remap_to() {
	if (($1 > COUNT)); then
		sed -n "$((COUNT + 1)),$1p" "$LIST" >"$LIST.part"
		cat "$LIST.part" >$CONFIG/remaps/add
	else
		sed -n "$(($1 + 1)),${COUNT}p" "$LIST" >"$LIST.part"
		cat "$LIST.part" >$CONFIG/remaps/remove
	fi
	COUNT=$1
	assert_equal "$(<$CONFIG/remaps/count) $(<$CONFIG/hash/entries)" "$1 $1"
}

_buckets() { [ "$(<$CONFIG/hash/buckets)" = "$1" ]; }

# assert_buckets N: and no more resize follows
assert_buckets() {
	retry_until 20 _buckets "$1" || { echo "not $1 buckets at $COUNT: $(<$CONFIG/hash/buckets)"; false; }
	sleep 0.2
	_buckets "$1"
	assert_equal "$(remap_status r buckets) $(<$CONFIG/hash/load_percent)" "$1 $((COUNT * 100 / $1))"
}

# lower write|read DEVICE: fill the first LOWER MiB, half of it, with data that has the place and
# GENERATION in it, or see that it is there
lower() {
	fio --name=lower --filename="$2" --direct=1 --ioengine=libaio --iodepth=4 --rw="$1" --size="${LOWER}M" \
		--bs=4k --verify=pattern --verify_pattern="%o0x$(printf %02x "$GENERATION")" --do_verify=1 \
		--verify_fatal=1 --verify_state_save=0 >"$BATS_TEST_TMPDIR/fio.out" 2>&1 ||
		{ cat "$BATS_TEST_TMPDIR/fio.out"; false; }
}

# different A B: print the sectors of the blocks there that differ
different() {
	cmp -l -n $((LOWER << 20)) "$1" "$2" | gawk '{ b = int(($1 - 1) / 4096) } b != last || NR == 1 { print 8 * b; last = b }'
}

@test "from 50 to 2000 remaps and back, the table follows the count" {
	local n limit buckets=64 GENERATION=1
	lower write $R
	log_mark
	start_fio $R --offset=16M --size=16M --io_size=4M

	for n in 50 100 200 500 1000 2000; do
		for limit in 97 194 387 774 1547; do
			((COUNT < limit && limit <= n)) || continue
			remap_to $((limit - 1))
			assert_buckets $buckets
			remap_to $limit
			buckets=$((2 * buckets))
			assert_buckets $buckets
		done
		remap_to $n
		lower read $R
		GENERATION=$((GENERATION + 1))
		lower write $R
		running "$FIO"
	done
	assert_buckets 2048
	assert_equal "$(<$CONFIG/hash/grows) $(<$CONFIG/hash/shrinks)" "5 0"
	assert_equal "$(cut -d' ' -f2-4 $CONFIG/hash/history)" \
		$'1024 2048 1547\n512 1024 774\n256 512 387\n128 256 194\n64 128 97'
	(($(<$CONFIG/hash/longest_chain) <= 8))

	# remapped writes did not reach the main, and all others did
	sync
	blockdev --flushbufs /dev/main $R
	diff <(different /dev/main $R) <(sort -n "$LIST" | gawk -v end=$((LOWER * 2048)) '$1 < end { print $1 }')
	# the list has all of them, each in another place
	diff <(remap_list r | cut -d' ' -f1,3) <(sort -n "$LIST")
	assert_equal "$(remap_list r | cut -d' ' -f2 | sort -u | wc -l)" 2000

	for limit in 1024 512 256 128 64; do
		remap_to $limit
		assert_buckets $((2 * limit))
		remap_to $((limit - 1))
		assert_buckets "$limit"
		lower read $R
		running "$FIO"
	done
	remap_to 0
	assert_buckets 64
	assert_equal "$(<$CONFIG/hash/grows) $(<$CONFIG/hash/shrinks) $(wc -l <$CONFIG/hash/history)" "5 5 10"
	assert_equal "$(head -5 $CONFIG/hash/history | cut -d' ' -f2-4)" \
		$'128 64 63\n256 128 127\n512 256 255\n1024 512 511\n2048 1024 1023'

	stop_fio
	# everything is on the main again
	lower read /dev/main

	log_since >"$BATS_TEST_TMPDIR/log"
	for n in "64 -> 128 buckets (count=97)" "128 -> 256 buckets (count=194)" "256 -> 512 buckets (count=387)" \
		 "512 -> 1024 buckets (count=774)" "1024 -> 2048 buckets (count=1547)" \
		 "2048 -> 1024 buckets (count=1023)" "128 -> 64 buckets (count=63)"; do
		assert_equal "$(grep -c "device-mapper: remap: r: Adaptive hash table resize: $n\$" \
			"$BATS_TEST_TMPDIR/log")" 1
		assert_equal "$(grep -c ": Hash table resize complete: ${n% (*}\$" "$BATS_TEST_TMPDIR/log")" 1
	done
}

@test "limits that are set while there are remaps take effect" {
	remap_to 300
	assert_buckets 256
	remap_attr r hash/min_buckets 1024
	assert_buckets 1024
	remap_attr r hash/shrink_percent 0
	remap_attr r hash/min_buckets 64
	remap_attr r hash/grow_percent 51
	remap_to 532
	assert_buckets 1024
	remap_to 533
	assert_buckets 2048
	remap_to 1
	assert_buckets 2048
	remap_attr r hash/shrink_percent 25
	assert_buckets 64
}
