// SPDX-License-Identifier: GPL-2.0
/* The order of a staggered scrub. */
#include <kunit/test.h>

#include <linux/bitmap.h>
#include <linux/module.h>

#include "../../modules/core/stagger.c"

#define MAX_BLOCKS	300U

/* Get the blocks in order of their positions, and check that each one occurs once. */
static void read_all(struct kunit *test, const struct remap_stagger *s, u64 *order)
{
	DECLARE_BITMAP(seen, MAX_BLOCKS) = { };
	u64 position, left, block, i;

	for (position = 0; position < s->nr_blocks; position++) {
		block = remap_stagger_block(s, position, &left);
		KUNIT_ASSERT_LT(test, block, s->nr_blocks);
		KUNIT_ASSERT_FALSE_MSG(test, test_and_set_bit(block, seen),
				       "%llu of %llu, regions of %llu, steps of %llu",
				       block, s->nr_blocks, s->region, s->step);
		KUNIT_ASSERT_GE(test, left, 1ULL);
		order[position] = block;
		for (i = 1; i < left; i++) {
			u64 rest;

			KUNIT_ASSERT_EQ(test, remap_stagger_block(s, position + i, &rest),
					block + i);
			KUNIT_ASSERT_EQ(test, rest, left - i);
		}
	}
}

static void each_block_comes_once(struct kunit *test)
{
	u64 *order = kunit_kcalloc(test, MAX_BLOCKS, sizeof(*order), GFP_KERNEL);
	struct remap_stagger s;

	KUNIT_ASSERT_NOT_NULL(test, order);
	for (s.step = 1; s.step <= 8; s.step *= 2)
		for (s.region = s.step; s.region <= 64; s.region *= 2)
			for (s.nr_blocks = 1; s.nr_blocks <= 150; s.nr_blocks++)
				read_all(test, &s, order);
}

static void a_step_of_each_region_in_turn(struct kunit *test)
{
	static const u64 expected[] = { 0, 1, 8, 9, 16, 17, 2, 3, 10, 11, 18, 4, 5, 12, 13, 6, 7,
					14, 15 };
	struct remap_stagger s = { .nr_blocks = ARRAY_SIZE(expected), .region = 8, .step = 2 };
	u64 *order = kunit_kcalloc(test, MAX_BLOCKS, sizeof(*order), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, order);
	read_all(test, &s, order);
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		KUNIT_EXPECT_EQ(test, order[i], expected[i]);
}

static void one_region_is_read_in_order(struct kunit *test)
{
	struct remap_stagger s = { .nr_blocks = 64, .region = 64, .step = 2 };
	u64 left;

	KUNIT_EXPECT_EQ(test, remap_stagger_block(&s, 10, &left), 10ULL);
	KUNIT_EXPECT_EQ(test, left, 54ULL);
	s.region = 0;
	KUNIT_EXPECT_EQ(test, remap_stagger_block(&s, 63, &left), 63ULL);
	KUNIT_EXPECT_EQ(test, left, 1ULL);
}

static void the_largest_disk(struct kunit *test)
{
	struct remap_stagger s = { .nr_blocks = 1ULL << 48, .region = 1 << 18, .step = 1 << 11 };
	u64 left;

	KUNIT_EXPECT_EQ(test, remap_stagger_block(&s, s.nr_blocks - 1, &left), s.nr_blocks - 1);
	KUNIT_EXPECT_EQ(test, left, 1ULL);
}

static struct kunit_case stagger_cases[] = {
	KUNIT_CASE(each_block_comes_once),
	KUNIT_CASE(a_step_of_each_region_in_turn),
	KUNIT_CASE(one_region_is_read_in_order),
	KUNIT_CASE(the_largest_disk),
	{ }
};

static struct kunit_suite stagger_suite = {
	.name = "remap_stagger",
	.test_cases = stagger_cases,
};

kunit_test_suite(stagger_suite);

MODULE_DESCRIPTION("Test of the order of a staggered scrub");
MODULE_LICENSE("GPL");
