// SPDX-License-Identifier: GPL-2.0
/*
 * The masks of lost sectors.
 */
#include <kunit/test.h>

#include <linux/xarray.h>

/* Number of stores at new indexes that succeed before memory runs out. */
static unsigned int stores_left = UINT_MAX;

static void *test_xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	if (stores_left != UINT_MAX && !xa_load(xa, index)) {
		if (!stores_left)
			return XA_ERROR(-ENOMEM);
		stores_left--;
	}
	return xa_store(xa, index, entry, gfp);
}

#define xa_store(xa, index, entry, gfp) test_xa_store(xa, index, entry, gfp)
#include "../../modules/core/masks.c"
#undef xa_store

static struct remap_masks lost;

static void no_sector_is_lost_at_first(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 0), 0);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, U32_MAX - 1), 0);
	KUNIT_EXPECT_EQ(test, lost.sectors, 0);
}

static void every_single_sector_can_be_lost(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 64; i++) {
		KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, BIT_ULL(i)), 0);
		KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), BIT_ULL(i));
		KUNIT_EXPECT_EQ(test, lost.sectors, 1);
	}
}

static void all_64_sectors_of_a_block_can_be_lost(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), U64_MAX);
	KUNIT_EXPECT_EQ(test, lost.sectors, 64);
}

static void one_half_may_be_empty(struct kunit *test)
{
	static const u64 masks[] = {
		0xffffffff, 0xffffffff00000000, 0x80000000, 0x100000000, 0x8000000000000000,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, masks[i]), 0);
		KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), masks[i]);
		KUNIT_EXPECT_EQ(test, lost.sectors, hweight64(masks[i]));
	}
}

static void a_mask_replaces_the_one_before(struct kunit *test)
{
	remap_masks_set(&lost, 7, 0xf00000000000000f);
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, 0x0000000000000ff0), 0);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), 0x0000000000000ff0);
	KUNIT_EXPECT_EQ(test, lost.sectors, 8);
}

static void a_mask_of_zero_leaves_nothing(struct kunit *test)
{
	remap_masks_set(&lost, 7, U64_MAX);
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, 0), 0);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), 0);
	KUNIT_EXPECT_EQ(test, lost.sectors, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&lost.masks));
}

static void slots_do_not_share_their_masks(struct kunit *test)
{
	static const u32 slots[] = { 0, 1, 2, 1023, 1024, BIT(31) - 1, BIT(31), U32_MAX - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, slots[i], 0x100000001ULL << i), 0);
	for (i = 0; i < ARRAY_SIZE(slots); i++)
		KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, slots[i]), 0x100000001ULL << i);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 3), 0);
}

static void the_sectors_of_all_slots_are_counted(struct kunit *test)
{
	u32 slot;

	for (slot = 0; slot < 1000; slot++)
		remap_masks_set(&lost, slot, GENMASK_ULL(slot % 64, 0));
	/* 15 times 1 + ... + 64, and 1 + ... + 40 */
	KUNIT_EXPECT_EQ(test, lost.sectors, 15 * 2080 + 820);
	for (slot = 0; slot < 1000; slot += 2)
		remap_masks_set(&lost, slot, 0);
	/* 15 times 2 + 4 + ... + 64, and 2 + 4 + ... + 40 */
	KUNIT_EXPECT_EQ(test, lost.sectors, 15 * 1056 + 420);
}

static void emptying_forgets_everything(struct kunit *test)
{
	remap_masks_set(&lost, 7, U64_MAX);
	remap_masks_set(&lost, U32_MAX - 1, 1);
	remap_masks_exit(&lost);
	KUNIT_EXPECT_TRUE(test, xa_empty(&lost.masks));
	KUNIT_EXPECT_EQ(test, lost.sectors, 0);
}

static void a_mask_that_finds_no_memory_changes_nothing(struct kunit *test)
{
	stores_left = 0;
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, U64_MAX), -ENOMEM);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), 0);
	KUNIT_EXPECT_EQ(test, lost.sectors, 0);
}

static void a_second_half_that_finds_no_memory_changes_nothing(struct kunit *test)
{
	stores_left = 1;
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, U64_MAX), -ENOMEM);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), 0);
	KUNIT_EXPECT_EQ(test, lost.sectors, 0);
}

static void a_second_half_that_finds_no_memory_leaves_the_first_as_it_was(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, remap_masks_set(&lost, 7, 0x5), 0);
	stores_left = 0;
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, 0xff000000ff), -ENOMEM);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), 0x5);
	KUNIT_EXPECT_EQ(test, lost.sectors, 2);
}

static void clearing_bits_needs_no_memory(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, remap_masks_set(&lost, 7, U64_MAX), 0);
	stores_left = 0;
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, 0x0f0000000f), 0);
	KUNIT_EXPECT_EQ(test, remap_masks_set(&lost, 7, 0x0e00000000), 0);
	KUNIT_EXPECT_EQ(test, remap_masks_get(&lost, 7), 0x0e00000000);
	KUNIT_EXPECT_EQ(test, lost.sectors, 3);
}

static int lost_kunit_init(struct kunit *test)
{
	stores_left = UINT_MAX;
	remap_masks_init(&lost);
	return 0;
}

static void lost_kunit_exit(struct kunit *test)
{
	remap_masks_exit(&lost);
}

static struct kunit_case lost_kunit_cases[] = {
	KUNIT_CASE(no_sector_is_lost_at_first),
	KUNIT_CASE(every_single_sector_can_be_lost),
	KUNIT_CASE(all_64_sectors_of_a_block_can_be_lost),
	KUNIT_CASE(one_half_may_be_empty),
	KUNIT_CASE(a_mask_replaces_the_one_before),
	KUNIT_CASE(a_mask_of_zero_leaves_nothing),
	KUNIT_CASE(slots_do_not_share_their_masks),
	KUNIT_CASE(the_sectors_of_all_slots_are_counted),
	KUNIT_CASE(emptying_forgets_everything),
	KUNIT_CASE(a_mask_that_finds_no_memory_changes_nothing),
	KUNIT_CASE(a_second_half_that_finds_no_memory_changes_nothing),
	KUNIT_CASE(a_second_half_that_finds_no_memory_leaves_the_first_as_it_was),
	KUNIT_CASE(clearing_bits_needs_no_memory),
	{}
};

static struct kunit_suite lost_kunit_suite = {
	.name = "lost_kunit",
	.init = lost_kunit_init,
	.exit = lost_kunit_exit,
	.test_cases = lost_kunit_cases,
};

kunit_test_suite(lost_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's masks of lost sectors");
MODULE_LICENSE("GPL");
