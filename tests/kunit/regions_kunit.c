// SPDX-License-Identifier: GPL-2.0
/*
 * The summary of the locations of remaps on the main.
 */
#include <kunit/test.h>

#include "../../modules/core/regions.c"

#define REGION		BIT_ULL(REMAP_REGION_MIN_SHIFT)
#define TIB		BIT_ULL(40 - 9)
#define PIB		BIT_ULL(50 - 9)

static struct remap_regions *regions_of(struct kunit *test, sector_t sectors)
{
	struct remap_regions *r = remap_regions_alloc(sectors);

	KUNIT_ASSERT_NOT_NULL(test, r);
	return r;
}

static void sizes_give_these_numbers_of_regions(struct kunit *test)
{
	static const struct {
		sector_t sectors;
		unsigned int shift;
		u32 nr;
	} cases[] = {
		{ 1, 11, 1 },
		{ 2047, 11, 1 },
		{ 2048, 11, 1 },
		{ 2049, 11, 2 },
		{ TIB / 4 - 1, 11, 1U << 18 },
		{ TIB / 4, 11, 1U << 18 },
		{ TIB / 4 + 1, 12, (1U << 17) + 1 },
		{ 16 * TIB, 17, 1U << 18 },
		{ 16 * TIB + 1, 18, (1U << 17) + 1 },
		{ PIB, 23, 1U << 18 },
		{ S64_MAX >> 9, 36, 1U << 18 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct remap_regions *r = regions_of(test, cases[i].sectors);

		KUNIT_EXPECT_EQ_MSG(test, r->shift, cases[i].shift, "%llu sectors",
				    cases[i].sectors);
		KUNIT_EXPECT_EQ_MSG(test, r->nr, cases[i].nr, "%llu sectors", cases[i].sectors);
		remap_regions_free(r);
	}
}

static void regions_take_at_most_1_mib(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, PIB);

	KUNIT_EXPECT_LE(test, r->nr * sizeof(r->counts[0]), 1U << 20);
	remap_regions_free(r);
}

static void new_regions_are_clean(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 100 * REGION);

	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 0, 100 * REGION));
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 0), 100 * REGION);
	remap_regions_free(r);
}

static void every_sector_of_a_region_with_a_slot_is_not_clean(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);
	sector_t sector;

	remap_regions_add(r, 4 * REGION + 100, 1);
	for (sector = 0; sector < 10 * REGION; sector++) {
		bool inside = sector >= 4 * REGION && sector < 5 * REGION;

		KUNIT_ASSERT_EQ(test, remap_regions_clean(r, sector, 1), !inside);
	}
	remap_regions_free(r);
}

static void a_slot_at_a_boundary_counts_in_the_region_behind_it(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION, 1);
	KUNIT_EXPECT_EQ(test, r->counts[3], 0);
	KUNIT_EXPECT_EQ(test, r->counts[4], 1);
	remap_regions_add(r, 4 * REGION - 1, 1);
	KUNIT_EXPECT_EQ(test, r->counts[3], 1);
	KUNIT_EXPECT_EQ(test, r->counts[4], 1);
	remap_regions_free(r);
}

static void a_range_up_to_a_region_is_clean(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION, 1);
	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 3 * REGION, REGION));
	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 4 * REGION - 8, 8));
	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 0, 4 * REGION));
	remap_regions_free(r);
}

static void a_range_that_ends_in_a_region_is_not_clean(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION, 1);
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, 4 * REGION - 8, 9));
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, 0, 4 * REGION + 1));
	remap_regions_free(r);
}

static void a_range_over_a_region_is_not_clean(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION, 1);
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, 0, 10 * REGION));
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, 3 * REGION, 3 * REGION));
	remap_regions_free(r);
}

static void a_range_behind_a_region_is_clean(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION, 1);
	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 5 * REGION, 5 * REGION));
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, 5 * REGION - 1, 2));
	remap_regions_free(r);
}

static void the_largest_bio_over_the_last_sector_is_judged(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, PIB);
	unsigned int largest = UINT_MAX >> 9;

	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, PIB - largest, largest));
	remap_regions_add(r, PIB - 1, 1);
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, PIB - largest, largest));
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, PIB - 1, 1));
	remap_regions_free(r);
}

static void the_last_region_may_be_a_part_of_one(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 2 * REGION + 1);

	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 2 * REGION, 1));
	remap_regions_add(r, 2 * REGION, 1);
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, 2 * REGION, 1));
	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 0, 2 * REGION));
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 0), 2 * REGION);
	remap_regions_free(r);
}

static void a_region_is_clean_when_its_last_slot_goes(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION, 1);
	remap_regions_add(r, 4 * REGION + 8, 1);
	remap_regions_add(r, 4 * REGION, -1);
	KUNIT_EXPECT_FALSE(test, remap_regions_clean(r, 4 * REGION, 1));
	remap_regions_add(r, 4 * REGION + 8, -1);
	KUNIT_EXPECT_TRUE(test, remap_regions_clean(r, 4 * REGION, 1));
	remap_regions_free(r);
}

static void a_region_counts_its_slots(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 3 * REGION);
	unsigned int i;

	for (i = 0; i < REGION; i++)
		remap_regions_add(r, REGION + i, 1);
	KUNIT_EXPECT_EQ(test, r->counts[0], 0);
	KUNIT_EXPECT_EQ(test, r->counts[1], REGION);
	KUNIT_EXPECT_EQ(test, r->counts[2], 0);
	remap_regions_free(r);
}

static void next_stays_in_a_region_with_slots(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION + 64, 1);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 4 * REGION), 4 * REGION);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 4 * REGION + 65), 4 * REGION + 65);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 5 * REGION - 1), 5 * REGION - 1);
	remap_regions_free(r);
}

static void next_skips_to_the_start_of_a_region_with_slots(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 4 * REGION + 64, 1);
	remap_regions_add(r, 7 * REGION, 1);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 0), 4 * REGION);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 4 * REGION - 1), 4 * REGION);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 5 * REGION), 7 * REGION);
	remap_regions_free(r);
}

static void next_finds_the_first_region(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 10 * REGION);

	remap_regions_add(r, 0, 1);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 0), 0);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 5), 5);
	remap_regions_free(r);
}

static void next_ends_behind_the_last_region(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, 9 * REGION + 5);

	remap_regions_add(r, 4 * REGION, 1);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 5 * REGION), 10 * REGION);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 9 * REGION + 4), 10 * REGION);
	remap_regions_free(r);
}

static void next_counts_in_sectors_beyond_32_bits(struct kunit *test)
{
	struct remap_regions *r = regions_of(test, PIB);

	remap_regions_add(r, PIB - 1, 1);
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, 0), PIB - (1ULL << 23));
	KUNIT_EXPECT_EQ(test, remap_regions_next(r, PIB - 1), PIB - 1);
	remap_regions_free(r);
}

static struct kunit_case regions_kunit_cases[] = {
	KUNIT_CASE(sizes_give_these_numbers_of_regions),
	KUNIT_CASE(regions_take_at_most_1_mib),
	KUNIT_CASE(new_regions_are_clean),
	KUNIT_CASE(every_sector_of_a_region_with_a_slot_is_not_clean),
	KUNIT_CASE(a_slot_at_a_boundary_counts_in_the_region_behind_it),
	KUNIT_CASE(a_range_up_to_a_region_is_clean),
	KUNIT_CASE(a_range_that_ends_in_a_region_is_not_clean),
	KUNIT_CASE(a_range_over_a_region_is_not_clean),
	KUNIT_CASE(a_range_behind_a_region_is_clean),
	KUNIT_CASE(the_largest_bio_over_the_last_sector_is_judged),
	KUNIT_CASE(the_last_region_may_be_a_part_of_one),
	KUNIT_CASE(a_region_is_clean_when_its_last_slot_goes),
	KUNIT_CASE(a_region_counts_its_slots),
	KUNIT_CASE(next_stays_in_a_region_with_slots),
	KUNIT_CASE(next_skips_to_the_start_of_a_region_with_slots),
	KUNIT_CASE(next_finds_the_first_region),
	KUNIT_CASE(next_ends_behind_the_last_region),
	KUNIT_CASE(next_counts_in_sectors_beyond_32_bits),
	{}
};

static struct kunit_suite regions_kunit_suite = {
	.name = "regions_kunit",
	.test_cases = regions_kunit_cases,
};

kunit_test_suite(regions_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's regions");
MODULE_LICENSE("GPL");
