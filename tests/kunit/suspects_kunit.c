// SPDX-License-Identifier: GPL-2.0
/*
 * Which blocks near bad ones are read, and in which order.
 */
#include <kunit/test.h>

#include <linux/bitmap.h>

#include "../../modules/core/suspects.c"

#define NR_BLOCKS	4096

static struct remap_suspects suspects;
static DECLARE_BITMAP(bad, NR_BLOCKS);
static DECLARE_BITMAP(looked, NR_BLOCKS);

/* The number of pieces read, and of those that failed. */
static unsigned int reads, failed;

/* Read all pieces of the first area; no block may be read successfully twice. */
static void read_area(struct kunit *test, u64 reach, u64 max)
{
	struct remap_suspect_piece piece;

	reads = 0;
	failed = 0;
	while (remap_suspects_next(&suspects, reach, NR_BLOCKS, max, &piece)) {
		u64 end = piece.block + piece.nr;

		KUNIT_ASSERT_GE(test, piece.nr, 1);
		KUNIT_ASSERT_LE(test, piece.nr, max);
		KUNIT_ASSERT_LE(test, end, NR_BLOCKS);
		KUNIT_ASSERT_LT(test, ++reads, 2 * NR_BLOCKS);
		if (find_next_bit(bad, end, piece.block) < end) {
			failed++;
			if (piece.nr == 1)
				bitmap_set(looked, piece.block, 1);
			remap_suspects_failed(&suspects, &piece);
			continue;
		}
		KUNIT_ASSERT_GE(test, find_next_bit(looked, end, piece.block), end);
		bitmap_set(looked, piece.block, piece.nr);
		remap_suspects_good(&suspects, piece.side, piece.nr);
	}
	remap_suspects_drop(&suspects);
}

/* Expect that all blocks from @first to @last except @origin were read, and no others. */
static void expect_looked(struct kunit *test, u64 first, u64 last, u64 origin)
{
	KUNIT_EXPECT_FALSE(test, test_bit(origin, looked));
	bitmap_set(looked, origin, 1);
	KUNIT_EXPECT_EQ(test, find_first_bit(looked, NR_BLOCKS), first);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(looked, NR_BLOCKS, first), last + 1);
	KUNIT_EXPECT_EQ(test, bitmap_weight(looked, NR_BLOCKS), last - first + 1);
}

static void the_blocks_on_either_side_are_read(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, remap_suspects_note(&suspects, 1000, 8));
	read_area(test, 8, 256);
	expect_looked(test, 992, 1008, 1000);
	KUNIT_EXPECT_EQ(test, reads, 16);
	KUNIT_EXPECT_EQ(test, suspects.nr, 0);
}

static void a_find_extends_its_side(struct kunit *test)
{
	bitmap_set(bad, 1001, 5);
	bitmap_set(bad, 1013, 1);
	bitmap_set(bad, 991, 1);
	remap_suspects_note(&suspects, 1000, 8);
	read_area(test, 8, 256);
	/* 991 is one block too far away. */
	expect_looked(test, 992, 1021, 1000);
	KUNIT_EXPECT_EQ(test, failed, 6);
}

static void a_large_reach_is_read_in_large_pieces(struct kunit *test)
{
	remap_suspects_note(&suspects, 2000, NR_BLOCKS);
	read_area(test, NR_BLOCKS, 256);
	expect_looked(test, 0, NR_BLOCKS - 1, 2000);
	KUNIT_EXPECT_LT(test, reads, 130);
	KUNIT_EXPECT_EQ(test, failed, 0);
}

/* The blocks of a failed piece are read one by one, but not those beyond it. */
static void a_piece_that_fails_is_read_block_by_block(struct kunit *test)
{
	bitmap_set(bad, 3000, 1);
	bitmap_set(bad, 100, 1);
	remap_suspects_note(&suspects, 2000, NR_BLOCKS);
	read_area(test, NR_BLOCKS, 256);
	expect_looked(test, 0, NR_BLOCKS - 1, 2000);
	KUNIT_EXPECT_EQ(test, failed, 4);
	KUNIT_EXPECT_LT(test, reads, 700);
}

static void the_device_has_ends(struct kunit *test)
{
	remap_suspects_note(&suspects, 0, 8);
	read_area(test, 8, 256);
	expect_looked(test, 0, 8, 0);
	bitmap_zero(looked, NR_BLOCKS);
	remap_suspects_note(&suspects, NR_BLOCKS - 1, 8);
	read_area(test, 8, 256);
	expect_looked(test, NR_BLOCKS - 9, NR_BLOCKS - 1, NR_BLOCKS - 1);
}

static void a_device_that_became_shorter_has_no_such_area(struct kunit *test)
{
	struct remap_suspect_piece piece;

	remap_suspects_note(&suspects, 1000, 8);
	KUNIT_EXPECT_FALSE(test, remap_suspects_next(&suspects, 8, 1000, 256, &piece));
	KUNIT_EXPECT_TRUE(test, remap_suspects_next(&suspects, 8, 1001, 256, &piece));
	KUNIT_EXPECT_EQ(test, piece.side, REMAP_BELOW);
}

static void bad_blocks_near_each_other_are_one_area(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_TRUE(test, remap_suspects_note(&suspects, 1000 + 8 * i, 8));
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_TRUE(test, remap_suspects_note(&suspects, 1000 - 8 * i, 8));
	KUNIT_EXPECT_EQ(test, suspects.nr, 1);
	read_area(test, 8, 256);
	expect_looked(test, 1000 - 800, 1000 + 800, 1000);
}

static void as_many_areas_wait_as_there_is_room_for(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_FALSE(test, remap_suspects_note(&suspects, 10, 0));
	for (i = 0; i < REMAP_MAX_SUSPECTS; i++)
		KUNIT_EXPECT_TRUE(test, remap_suspects_note(&suspects, 100 * i, 8));
	KUNIT_EXPECT_FALSE(test, remap_suspects_note(&suspects, 100 * i, 8));
	/* A waiting area can still grow. */
	KUNIT_EXPECT_TRUE(test, remap_suspects_note(&suspects, 707, 8));
	remap_suspects_drop(&suspects);
	KUNIT_EXPECT_EQ(test, suspects.nr, REMAP_MAX_SUSPECTS - 1);
	KUNIT_EXPECT_EQ(test, suspects.areas[0].origin, 100);
	KUNIT_EXPECT_EQ(test, suspects.areas[6].bad[REMAP_ABOVE], 7);
}

static int init(struct kunit *test)
{
	suspects.nr = 0;
	bitmap_zero(bad, NR_BLOCKS);
	bitmap_zero(looked, NR_BLOCKS);
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_blocks_on_either_side_are_read),
	KUNIT_CASE(a_find_extends_its_side),
	KUNIT_CASE(a_large_reach_is_read_in_large_pieces),
	KUNIT_CASE(a_piece_that_fails_is_read_block_by_block),
	KUNIT_CASE(the_device_has_ends),
	KUNIT_CASE(a_device_that_became_shorter_has_no_such_area),
	KUNIT_CASE(bad_blocks_near_each_other_are_one_area),
	KUNIT_CASE(as_many_areas_wait_as_there_is_room_for),
	{}
};

static struct kunit_suite suite = {
	.name = "remap_suspects",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("Test of blocks near bad ones");
MODULE_LICENSE("GPL");
