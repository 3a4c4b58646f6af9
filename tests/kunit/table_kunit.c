// SPDX-License-Identifier: GPL-2.0
/*
 * The remap table: its resizes, and lookups during them.
 */
#include <kunit/test.h>

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/timekeeping.h>

/* A clock that tests can advance. */
static u64 clock_offset;

static inline u64 test_clock(void)
{
	return ktime_get_boottime_ns() + clock_offset;
}

#define ktime_get_boottime_ns()	test_clock()

/* Number of times that another processor changes the chain first. */
static unsigned int races_to_lose;

static bool test_try_cmpxchg(u32 *head, u32 *old, u32 new)
{
	if (!races_to_lose)
		return try_cmpxchg(head, old, new);
	races_to_lose--;
	*old = READ_ONCE(*head);
	return false;
}

#undef try_cmpxchg
#define try_cmpxchg(head, old, new)	test_try_cmpxchg(head, old, new)

#include "memory.h"
#include "table.h"

/* A number of entries at which a table filled or emptied one by one changes its size. */
struct change {
	u32 entries;
	u32 buckets;
};

static u32 buckets(struct fixture *f)
{
	return remap_table_buckets(&f->table);
}

static void remove(struct fixture *f, u32 slot)
{
	remap_table_remove(&f->table, slot, REMAP_FREE);
}

/* Thresholds for doubling and halving */

static void a_new_table_has_min_buckets(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, buckets(f), 64);
	fixture_init(f, 1000, 4096);
	KUNIT_EXPECT_EQ(test, buckets(f), 4096);
	KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, buckets(f), 4096);
}

static void it_doubles_at_97_194_387_774_and_1547_entries(struct kunit *test)
{
	static const struct change changes[] = {
		{ 97, 128 }, { 194, 256 }, { 387, 512 }, { 774, 1024 }, { 1547, 2048 },
		{ 3093, 0 },
	};
	struct fixture *f = test->priv;
	u32 expected = 64, change = 0, i;

	for (i = 0; i < 3092; i++) {
		insert(f, i, some_block(i));
		if (i + 1 == changes[change].entries)
			expected = changes[change++].buckets;
		KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
		KUNIT_ASSERT_EQ_MSG(test, buckets(f), expected, "%u entries", i + 1);
	}
	KUNIT_EXPECT_EQ(test, f->table.grows, 5);
	KUNIT_EXPECT_EQ(test, f->table.shrinks, 0);
}

static void it_halves_when_the_load_falls_below_50(struct kunit *test)
{
	static const struct change changes[] = {
		{ 1023, 1024 }, { 511, 512 }, { 255, 256 }, { 127, 128 }, { 63, 64 },
		{ U32_MAX, 0 },
	};
	struct fixture *f = test->priv;
	u32 expected = 2048, change = 0, i;

	for (i = 0; i < 1600; i++) {
		insert(f, i, some_block(i));
		remap_table_balance(&f->table);
	}
	KUNIT_ASSERT_EQ(test, buckets(f), 2048);
	for (i = 1600; i--; ) {
		remove(f, i);
		if (i == changes[change].entries)
			expected = changes[change++].buckets;
		KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
		KUNIT_ASSERT_EQ_MSG(test, buckets(f), expected, "%u entries", i);
	}
	KUNIT_EXPECT_EQ(test, f->table.shrinks, 5);
}

static void it_never_shrinks_below_min_buckets(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	fixture_init(f, 10000, 256);
	for (i = 0; i < 1000; i++) {
		insert(f, i, some_block(i));
		remap_table_balance(&f->table);
	}
	KUNIT_ASSERT_EQ(test, buckets(f), 1024);
	while (i--) {
		remove(f, i);
		remap_table_balance(&f->table);
		KUNIT_ASSERT_GE(test, buckets(f), 256);
	}
	KUNIT_EXPECT_EQ(test, buckets(f), 256);
}

static void it_never_shrinks_when_shrink_percent_is_0(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	f->table.shrink_percent = 0;
	for (i = 0; i < 1600; i++) {
		insert(f, i, some_block(i));
		remap_table_balance(&f->table);
	}
	while (i--) {
		remove(f, i);
		remap_table_balance(&f->table);
	}
	KUNIT_EXPECT_EQ(test, buckets(f), 2048);
	KUNIT_EXPECT_EQ(test, f->table.shrinks, 0);
}

static void alternating_at_a_limit_resizes_once(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	insert_range(f, 0, 96);
	settle(f);
	for (i = 0; i < 100; i++) {
		insert(f, 96, some_block(96));
		remap_table_balance(&f->table);
		remove(f, 96);
		remap_table_balance(&f->table);
	}
	KUNIT_EXPECT_EQ(test, f->table.grows, 1);
	KUNIT_EXPECT_EQ(test, f->table.shrinks, 0);
}

/*
 * Compare other percentages with the rule itself, written without a division:
 * entries * 100 / buckets, rounded down, is above g if entries * 100 is at least
 * (g + 1) * buckets, and below s if it is less than s * buckets.
 */
static u32 buckets_by_the_rule(u32 nr, u32 entries, u32 min, u32 grow, u32 shrink)
{
	if (entries * 100ULL >= (grow + 1ULL) * nr)
		return nr * 2;
	if (entries * 100ULL < (u64)shrink * nr && nr > min)
		return nr / 2;
	return nr;
}

static const struct {
	u32 grow, shrink;
} limits[] = {
	{ 150, 50 }, { 51, 0 }, { 51, 25 }, { 100, 49 }, { 101, 50 }, { 199, 99 }, { 200, 1 },
	{ 333, 166 }, { 999, 499 }, { 1000, 499 }, { 1000, 0 },
};

static void other_percentages_are_kept_to_the_entry(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 expected, entries, i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		fixture_init(f, 10000, 64);
		f->table.grow_percent = limits[i].grow;
		f->table.shrink_percent = limits[i].shrink;
		expected = 64;
		for (entries = 1; entries <= 3000; entries++) {
			insert(f, entries, some_block(entries));
			remap_table_balance(&f->table);
			expected = buckets_by_the_rule(expected, entries, 64, limits[i].grow,
						       limits[i].shrink);
			KUNIT_ASSERT_EQ_MSG(test, buckets(f), expected, "%u/%u: %u entries",
					    limits[i].grow, limits[i].shrink, entries);
		}
		for (entries = 3000; entries--; ) {
			remove(f, entries + 1);
			remap_table_balance(&f->table);
			expected = buckets_by_the_rule(expected, entries, 64, limits[i].grow,
						       limits[i].shrink);
			KUNIT_ASSERT_EQ_MSG(test, buckets(f), expected, "%u/%u: %u entries",
					    limits[i].grow, limits[i].shrink, entries);
		}
		KUNIT_EXPECT_TRUE(test, table_is_whole(f));
	}
}

static void one_entry_more_or_less_is_one_resize_at_most(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 entries, i;
	u64 before;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		fixture_init(f, 10000, 64);
		f->table.grow_percent = limits[i].grow;
		f->table.shrink_percent = limits[i].shrink;
		for (entries = 0; entries < 6000; entries++) {
			before = f->table.grows + f->table.shrinks;
			if (entries < 3000)
				insert(f, entries, some_block(entries));
			else
				remove(f, 5999 - entries);
			remap_table_balance(&f->table);
			KUNIT_ASSERT_LE(test, f->table.grows + f->table.shrinks, before + 1);
		}
	}
}

static void percentages_in_range_that_go_together_are_valid(struct kunit *test)
{
	u32 grow, shrink;

	for (grow = 0; grow <= 1100; grow++) {
		for (shrink = 0; shrink <= 600; shrink++) {
			bool valid = grow >= 51 && grow <= 1000 && shrink <= 500 &&
				     grow > 2 * shrink;

			KUNIT_ASSERT_EQ_MSG(test, remap_table_limits_valid(grow, shrink), valid,
					    "%u/%u", grow, shrink);
		}
	}
	KUNIT_EXPECT_FALSE(test, remap_table_limits_valid(1000, U32_MAX));
	KUNIT_EXPECT_FALSE(test, remap_table_limits_valid(1000, 1U << 31));
	KUNIT_EXPECT_FALSE(test, remap_table_limits_valid(U32_MAX, 50));
}

static void raising_min_buckets_grows_at_once(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 10);
	settle(f);
	f->table.min_buckets = 8192;
	KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, buckets(f), 8192);
	KUNIT_EXPECT_EQ(test, f->table.grows, 1);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 10), 10);
}

static void raising_min_buckets_beyond_64_kib_grows_in_one_resize(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 10);
	settle(f);
	f->table.min_buckets = 1U << 20;
	KUNIT_EXPECT_TRUE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, remap_table_resize_due(&f->table), 1U << 20);
	settle(f);
	KUNIT_EXPECT_EQ(test, buckets(f), 1U << 20);
	KUNIT_EXPECT_EQ(test, f->table.grows, 1);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 10), 10);
}

static void lowering_min_buckets_shrinks_a_table_that_is_too_large(struct kunit *test)
{
	struct fixture *f = test->priv;

	fixture_init(f, 10000, 4096);
	insert_range(f, 0, 100);
	settle(f);
	f->table.min_buckets = 64;
	settle(f);
	/* 100 of 256 is a load of 39, 100 of 128 is 78 */
	KUNIT_EXPECT_EQ(test, buckets(f), 128);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 100), 100);
}

static void raising_shrink_percent_shrinks_at_the_next_balance(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 97);
	settle(f);
	KUNIT_ASSERT_EQ(test, buckets(f), 128);
	f->table.grow_percent = 200;
	f->table.shrink_percent = 75;
	KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, buckets(f), 128);
	f->table.shrink_percent = 76;
	KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, buckets(f), 64);
}

static void the_load_of_the_largest_tables_does_not_overflow(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct remap_buckets *b = current_buckets(&f->table);

	f->table.entries = U32_MAX;
	b->bits = 30;
	KUNIT_EXPECT_EQ(test, remap_table_resize_due(&f->table), REMAP_MAX_BUCKETS);
	b->bits = 31;
	KUNIT_EXPECT_EQ(test, remap_table_resize_due(&f->table), 0);
	f->table.entries = (1U << 30) - 1;
	KUNIT_EXPECT_EQ(test, remap_table_resize_due(&f->table), 1U << 30);
	b->bits = 6;
	f->table.entries = 0;
}

/* History */

static void a_resize_is_recorded(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 before = ktime_get_boottime_ns();
	const struct dm_remap_resize *r = &f->table.history[0];

	insert_range(f, 0, 97);
	settle(f);
	KUNIT_ASSERT_EQ(test, f->table.grows, 1);
	KUNIT_EXPECT_EQ(test, r->from, 64);
	KUNIT_EXPECT_EQ(test, r->to, 128);
	KUNIT_EXPECT_EQ(test, r->entries, 97);
	KUNIT_EXPECT_GE(test, r->started_ns, before);
	KUNIT_EXPECT_LE(test, r->started_ns + r->duration_ns, ktime_get_boottime_ns());
	KUNIT_EXPECT_EQ(test, f->table.resize_ns, r->duration_ns);
}

static void a_resize_is_recorded_when_it_is_complete(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 10000);
	f->table.min_buckets = 32768;
	begin_due_resize(f);
	while (remap_table_balance(&f->table)) {
		KUNIT_EXPECT_EQ(test, f->table.grows, 0);
		KUNIT_EXPECT_EQ(test, f->table.history[0].to, 0);
	}
	KUNIT_EXPECT_EQ(test, f->table.grows, 1);
	KUNIT_EXPECT_EQ(test, f->table.history[0].to, 32768);
}

static void the_last_resizes_are_recorded(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 total = 0;
	u32 i;

	/* 20 times up and 20 times down, with different counts */
	for (i = 0; i < 20; i++) {
		insert_range(f, 0, 100 + i);
		settle(f);
		while (f->table.entries > 30 + i)
			remove(f, f->table.entries - 1);
		settle(f);
		while (f->table.entries)
			remove(f, f->table.entries - 1);
		settle(f);
	}
	KUNIT_ASSERT_EQ(test, f->table.grows, 20);
	KUNIT_ASSERT_EQ(test, f->table.shrinks, 20);
	for (i = 0; i < DM_REMAP_HISTORY; i++) {
		/* the i-th last: number 39 - i, and those with odd numbers shrink */
		const struct dm_remap_resize *r = &f->table.history[(39 - i) % DM_REMAP_HISTORY];
		bool shrink = (39 - i) % 2;

		KUNIT_EXPECT_EQ(test, r->from, shrink ? 128 : 64);
		KUNIT_EXPECT_EQ(test, r->to, shrink ? 64 : 128);
		KUNIT_EXPECT_EQ(test, r->entries, (39 - i) / 2 + (shrink ? 30 : 100));
		total += r->duration_ns;
	}
	KUNIT_EXPECT_GE(test, f->table.resize_ns, total);
}

/* Lookups */

static void an_empty_table_has_no_block(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_TRUE(test, is_absent(f, 0));
	KUNIT_EXPECT_TRUE(test, is_absent(f, REMAP_BLOCK_MASK));
	KUNIT_EXPECT_EQ(test, count_absent(f, 1000), 1000);
}

static void every_block_is_found_and_no_other_one(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 5000; i++) {
		insert(f, i, some_block(i));
		settle(f);
		KUNIT_ASSERT_EQ(test, f->table.entries, i + 1);
		KUNIT_ASSERT_TRUE(test, is_found(f, some_block(i), i));
		KUNIT_ASSERT_TRUE(test, is_absent(f, some_block(i + 1)));
		if (!(i % 97)) {
			KUNIT_ASSERT_EQ(test, count_found(f, 0, i + 1), i + 1);
			KUNIT_ASSERT_EQ(test, count_absent(f, 1000), 1000);
		}
	}
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void a_block_is_inserted_though_others_change_its_chain(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(f, 7, some_block(7));
	races_to_lose = 3;
	insert(f, 8, some_block(8));
	KUNIT_EXPECT_EQ(test, races_to_lose, 0);
	KUNIT_EXPECT_TRUE(test, is_found(f, some_block(7), 7));
	KUNIT_EXPECT_TRUE(test, is_found(f, some_block(8), 8));
}

static void a_removed_block_is_not_found_and_all_others_are(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	insert_range(f, 0, 5000);
	settle(f);
	/* in no particular order: 2999 and 5000 have no common factor */
	for (i = 0; i < 5000; i++) {
		u32 slot = i * 2999 % 5000;

		remove(f, slot);
		settle(f);
		KUNIT_ASSERT_TRUE(test, is_absent(f, some_block(slot)));
		KUNIT_ASSERT_EQ(test, f->table.entries, 4999 - i);
		if (!(i % 97))
			KUNIT_ASSERT_EQ(test, count_found(f, 0, 5000), 4999 - i);
	}
	KUNIT_EXPECT_EQ(test, buckets(f), 64);
}

static void neighbours_of_a_block_are_not_found(struct kunit *test)
{
	static const u64 blocks[] = {
		0, 5, BIT_ULL(32) - 1, BIT_ULL(32), BIT_ULL(47), REMAP_BLOCK_MASK,
	};
	struct fixture *f = test->priv;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		insert(f, i, blocks[i]);
		for (j = 0; j < ARRAY_SIZE(blocks); j++)
			KUNIT_EXPECT_EQ(test, is_found(f, blocks[j], j), j <= i);
	}
	KUNIT_EXPECT_TRUE(test, is_absent(f, 1));
	KUNIT_EXPECT_TRUE(test, is_absent(f, BIT_ULL(32) - 2));
	KUNIT_EXPECT_TRUE(test, is_absent(f, BIT_ULL(32) + 1));
	KUNIT_EXPECT_TRUE(test, is_absent(f, BIT_ULL(47) - 1));
	KUNIT_EXPECT_TRUE(test, is_absent(f, BIT_ULL(47) + 1));
	KUNIT_EXPECT_TRUE(test, is_absent(f, BIT_ULL(47) + 5));
	KUNIT_EXPECT_TRUE(test, is_absent(f, REMAP_BLOCK_MASK - 1));
}

static void block_0_is_not_found_where_a_slot_was_removed(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(f, 0, 0);
	insert(f, 1, 64);
	remove(f, 0);
	remove(f, 1);
	KUNIT_EXPECT_TRUE(test, is_absent(f, 0));
}

static void blocks_beyond_48_bits_are_not_taken_for_others(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(f, 0, 0);
	insert(f, 1, 5);
	KUNIT_EXPECT_TRUE(test, is_absent(f, BIT_ULL(48)));
	KUNIT_EXPECT_TRUE(test, is_absent(f, BIT_ULL(48) + 5));
	KUNIT_EXPECT_TRUE(test, is_absent(f, U64_MAX));
}

static void slots_at_the_edges_of_chunks_are_found(struct kunit *test)
{
	static const u32 slots[] = { 0, 1, 1022, 1023, 1024, 1025, 2047, 2048, (1U << 20) - 1 };
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		insert(f, slots[i], some_block(slots[i]));
	/* a resize must skip the chunks in between */
	f->table.min_buckets = 128;
	settle(f);
	KUNIT_ASSERT_EQ(test, buckets(f), 128);
	for (i = 0; i < ARRAY_SIZE(slots); i++)
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(slots[i]), slots[i]));
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void slots_in_a_last_chunk_that_is_not_full_are_found(struct kunit *test)
{
	struct fixture *f = test->priv;

	fixture_init(f, 1025, 64);
	insert_range(f, 0, 1025);
	settle(f);
	KUNIT_EXPECT_EQ(test, buckets(f), 1024);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 1025), 1025);
}

static void the_last_slots_of_the_largest_spare_are_found(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 calls = 0;

	fixture_init(f, U32_MAX, 64);
	insert(f, U32_MAX - 1, 1);
	insert(f, U32_MAX - 2, 2);
	insert(f, U32_MAX - 1024, 3);
	insert(f, 1U << 31, 4);
	insert(f, 0, 5);
	f->table.min_buckets = 128;
	/* 2^22 chunks, only three of which have slots */
	while (remap_table_balance(&f->table))
		KUNIT_ASSERT_LE(test, ++calls, (1U << 22) / REMAP_RESIZE_STEP + 2);
	KUNIT_EXPECT_EQ(test, buckets(f), 128);
	KUNIT_EXPECT_TRUE(test, is_found(f, 1, U32_MAX - 1));
	KUNIT_EXPECT_TRUE(test, is_found(f, 2, U32_MAX - 2));
	KUNIT_EXPECT_TRUE(test, is_found(f, 3, U32_MAX - 1024));
	KUNIT_EXPECT_TRUE(test, is_found(f, 4, 1U << 31));
	KUNIT_EXPECT_TRUE(test, is_found(f, 5, 0));
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void blocks_are_found_in_each_state_with_a_block(struct kunit *test)
{
	static const enum remap_slot_state states[] = {
		REMAP_MAPPED, REMAP_PENDING, REMAP_MOVING, REMAP_INDETERMINATE,
	};
	struct fixture *f = test->priv;
	u64 word, found;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		word = remap_word(100 + i, states[i], REMAP_SLOT_LOST);
		insert_word(f, i, word);
		KUNIT_EXPECT_EQ(test, remap_table_lookup(&f->table, 100 + i, &found), i);
		KUNIT_EXPECT_EQ(test, found, word);
	}
}

static void a_slot_that_changes_its_word_stays_found(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 word = remap_word(100, REMAP_MOVING, REMAP_SLOT_LOST), found;

	insert(f, 3, 100);
	remap_slots_set(&f->slots, 3, word);
	KUNIT_EXPECT_EQ(test, remap_table_lookup(&f->table, 100, &found), 3);
	KUNIT_EXPECT_EQ(test, found, word);
}

static void a_slot_removed_as_free_can_be_used_again(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(f, 3, 100);
	remap_table_remove(&f->table, 3, REMAP_FREE);
	KUNIT_EXPECT_EQ(test, remap_slots_word(&f->slots, 3), 0);
	KUNIT_EXPECT_EQ(test, remap_slots_used(&f->slots, 0), 0);
	insert(f, 3, 200);
	KUNIT_EXPECT_TRUE(test, is_absent(f, 100));
	KUNIT_EXPECT_TRUE(test, is_found(f, 200, 3));
}

static void a_slot_removed_as_bad_stays_in_use_without_a_block(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(f, 3, 100);
	remap_table_remove(&f->table, 3, REMAP_BAD);
	KUNIT_EXPECT_EQ(test, remap_slots_word(&f->slots, 3), remap_word(0, REMAP_BAD, 0));
	KUNIT_EXPECT_EQ(test, remap_slots_used(&f->slots, 0), 1);
	KUNIT_EXPECT_EQ(test, f->table.entries, 0);
	KUNIT_EXPECT_TRUE(test, is_absent(f, 100));
	KUNIT_EXPECT_TRUE(test, is_absent(f, 0));
}

static void bad_slots_are_not_moved_by_a_resize(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	insert_range(f, 0, 90);
	for (i = 0; i < 90; i += 3)
		remap_table_remove(&f->table, i, REMAP_BAD);
	f->table.min_buckets = 128;
	settle(f);
	KUNIT_ASSERT_EQ(test, buckets(f), 128);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 90), 60);
	KUNIT_EXPECT_TRUE(test, is_absent(f, 0));
}

static void a_block_inserted_again_is_found_in_its_new_slot(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	insert_range(f, 0, 90);
	for (i = 0; i < 90; i++) {
		insert(f, 1000 + i, some_block(i));
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(i), 1000 + i));
		remove(f, i);
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(i), 1000 + i));
	}
	KUNIT_EXPECT_EQ(test, f->table.entries, 90);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void a_block_inserted_again_is_found_when_the_new_slot_is_removed(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 90);
	insert(f, 1000, some_block(5));
	remap_table_remove(&f->table, 1000, REMAP_BAD);
	KUNIT_EXPECT_TRUE(test, is_found(f, some_block(5), 5));
}

/* During a resize */

#define MANY	24740	/* a load of 151 in 16384 buckets */

/* Fill a table that is due to be doubled to 32768 buckets, more than 64 KiB. */
static void fill_large(struct fixture *f)
{
	fixture_init(f, 1U << 20, 16384);
	insert_range(f, 0, MANY - 1);
	KUNIT_ASSERT_FALSE(f->test, remap_table_balance(&f->table));
	insert(f, MANY - 1, some_block(MANY - 1));
	KUNIT_ASSERT_TRUE(f->test, remap_table_balance(&f->table));
	KUNIT_ASSERT_NULL(f->test, f->table.next);
	KUNIT_ASSERT_EQ(f->test, buckets(f), 16384);
	KUNIT_ASSERT_EQ(f->test, remap_table_resize_due(&f->table), 32768);
}

static void begin_large(struct fixture *f)
{
	fill_large(f);
	begin_due_resize(f);
	KUNIT_ASSERT_NOT_NULL(f->test, f->table.next);
}

static void every_block_is_found_at_each_step_of_a_resize(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 steps = 0;
	bool more;

	begin_large(f);
	do {
		KUNIT_EXPECT_EQ(test, buckets(f), 16384);
		KUNIT_ASSERT_EQ(test, count_found(f, 0, MANY), MANY);
		KUNIT_ASSERT_EQ(test, count_absent(f, 10000), 10000);
		KUNIT_ASSERT_TRUE(test, is_whole(f, f->table.next, remap_table_moved(&f->table)));
		more = remap_table_balance(&f->table);
		steps++;
	} while (more);
	KUNIT_EXPECT_EQ(test, steps, DIV_ROUND_UP(MANY, REMAP_RESIZE_STEP));
	KUNIT_EXPECT_NULL(test, f->table.next);
	KUNIT_EXPECT_EQ(test, buckets(f), 32768);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, MANY), MANY);
	KUNIT_EXPECT_EQ(test, count_absent(f, 10000), 10000);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void every_block_is_found_at_each_step_of_shrinking(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 steps = 0;

	fixture_init(f, 1U << 20, 64);
	insert_range(f, 0, 80000);
	settle(f);
	KUNIT_ASSERT_EQ(test, buckets(f), 65536);
	while (f->table.entries > 32767)
		remove(f, f->table.entries - 1);
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	begin_due_resize(f);
	while (remap_table_balance(&f->table)) {
		KUNIT_EXPECT_EQ(test, buckets(f), 65536);
		KUNIT_ASSERT_EQ(test, count_found(f, 0, 80000), 32767);
		steps++;
	}
	KUNIT_EXPECT_GE(test, steps, 32767 / REMAP_RESIZE_STEP);
	KUNIT_EXPECT_EQ(test, buckets(f), 32768);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 80000), 32767);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void resizes_follow_each_other(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 nr;

	insert_range(f, 0, 1000);
	for (nr = 0; nr < 20; nr++) {
		f->table.min_buckets = nr % 2 ? 16384 : 32768;
		settle(f);
		f->table.min_buckets = 64;
		settle(f);
		KUNIT_ASSERT_EQ(test, count_found(f, 0, 1000), 1000);
		KUNIT_ASSERT_TRUE(test, table_is_whole(f));
	}
	KUNIT_EXPECT_GE(test, f->table.grows, 20);
}

/* Slots on both sides of the cursor, at it, in other chunks, and behind the end. */
static const u32 around[] = {
	0, 1023, 1024, REMAP_RESIZE_STEP - 1, REMAP_RESIZE_STEP, REMAP_RESIZE_STEP + 1,
	2 * REMAP_RESIZE_STEP - 1, 2 * REMAP_RESIZE_STEP, MANY - 1,
};

static void blocks_removed_during_a_resize_are_gone_after_it(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	begin_large(f);
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	KUNIT_ASSERT_EQ(test, remap_table_moved(&f->table), REMAP_RESIZE_STEP);
	for (i = 0; i < ARRAY_SIZE(around); i++) {
		remove(f, around[i]);
		KUNIT_EXPECT_TRUE(test, is_absent(f, some_block(around[i])));
	}
	KUNIT_EXPECT_EQ(test, count_found(f, 0, MANY), MANY - ARRAY_SIZE(around));
	settle(f);
	KUNIT_EXPECT_EQ(test, buckets(f), 32768);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, MANY), MANY - ARRAY_SIZE(around));
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void slots_used_again_during_a_resize_have_their_new_blocks(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	begin_large(f);
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	for (i = 0; i < ARRAY_SIZE(around); i++) {
		remove(f, around[i]);
		insert(f, around[i], some_block(MANY + i));
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(MANY + i), around[i]));
	}
	settle(f);
	for (i = 0; i < ARRAY_SIZE(around); i++) {
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(MANY + i), around[i]));
		KUNIT_EXPECT_TRUE(test, is_absent(f, some_block(around[i])));
	}
	KUNIT_EXPECT_EQ(test, count_found(f, 0, MANY), MANY - ARRAY_SIZE(around));
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void blocks_replaced_during_a_resize_are_found_in_their_new_slots(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	begin_large(f);
	/* make room below the cursor for the new slots of blocks above it */
	remove(f, 5);
	remove(f, 6);
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	insert(f, 5, some_block(20000));
	KUNIT_EXPECT_TRUE(test, is_found(f, some_block(20000), 5));
	remove(f, 20000);
	KUNIT_EXPECT_TRUE(test, is_found(f, some_block(20000), 5));
	insert(f, 6, some_block(7));
	remove(f, 7);
	insert(f, MANY, some_block(8));
	remove(f, 8);
	insert(f, MANY + 2000, some_block(20001));
	remove(f, 20001);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(20000), 5));
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(7), 6));
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(8), MANY));
		KUNIT_EXPECT_TRUE(test, is_found(f, some_block(20001), MANY + 2000));
		settle(f);
		KUNIT_EXPECT_EQ(test, buckets(f), 32768);
		KUNIT_EXPECT_TRUE(test, table_is_whole(f));
	}
}

static void a_block_in_two_slots_on_both_sides_of_the_cursor_is_found_after(struct kunit *test)
{
	struct fixture *f = test->priv;

	begin_large(f);
	remove(f, 5);
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	insert(f, 5, some_block(20000));
	settle(f);
	remove(f, 20000);
	KUNIT_EXPECT_TRUE(test, is_found(f, some_block(20000), 5));
	remove(f, 5);
	KUNIT_EXPECT_TRUE(test, is_absent(f, some_block(20000)));
}

static void blocks_inserted_behind_the_end_during_a_resize_are_found(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i = MANY;

	begin_large(f);
	while (remap_table_balance(&f->table)) {
		insert(f, i, some_block(i));
		insert(f, 2 * MANY + i, some_block(2 * MANY + i));
		i++;
		KUNIT_EXPECT_EQ(test, count_found(f, MANY, i), i - MANY);
	}
	KUNIT_EXPECT_EQ(test, count_found(f, 0, i), i);
	KUNIT_EXPECT_EQ(test, count_found(f, 3 * MANY, 4 * MANY), i - MANY);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void a_chunk_that_was_skipped_empty_takes_blocks_later(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	fill_large(f);
	for (i = 1024; i < 2048; i++)
		remove(f, i);
	f->table.min_buckets = 32768;
	begin_due_resize(f);
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	KUNIT_ASSERT_GT(test, remap_table_moved(&f->table), 2048);
	insert_range(f, 1024, 2048);
	settle(f);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, MANY), MANY);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

/* Without the caller's lock, in ranges */

static void begin_moving(struct fixture *f, u32 ranges)
{
	fill_large(f);
	begin_due_resize_in(f, ranges);
	KUNIT_ASSERT_NOT_NULL(f->test, f->table.next);
	KUNIT_ASSERT_TRUE(f->test, remap_table_begin_moving(&f->table));
	KUNIT_ASSERT_FALSE(f->test, remap_table_balance(&f->table));
}

/* Move a piece of each range that has one left, like as many processors in parallel. */
static bool move_each(struct fixture *f)
{
	bool more = false;
	u32 i;

	for (i = 0; i < f->table.nr_ranges; i++)
		more |= remap_table_move(&f->table, i);
	return more;
}

static void ranges_cover_all_slots_once(struct kunit *test)
{
	static const u32 nr[] = { 1, 2, 3, 7, 8, 25, 26, 256, 1000 };
	struct fixture *f = test->priv;
	u32 i, j, next;

	for (i = 0; i < ARRAY_SIZE(nr); i++) {
		begin_moving(f, nr[i]);
		KUNIT_EXPECT_LE(test, f->table.nr_ranges, min(nr[i], 25U));
		KUNIT_EXPECT_GE(test, f->table.nr_ranges, min(nr[i], 25U) / 2);
		for (next = 0, j = 0; j < f->table.nr_ranges; j++) {
			KUNIT_EXPECT_EQ(test, f->table.ranges[j].start, next);
			next = f->table.ranges[j].end;
		}
		KUNIT_EXPECT_EQ(test, next, remap_slots_end(&f->slots));
		while (move_each(f))
			;
		remap_table_end_moving(&f->table);
		KUNIT_EXPECT_EQ(test, buckets(f), 32768);
		KUNIT_EXPECT_EQ(test, count_found(f, 0, MANY), MANY);
		KUNIT_EXPECT_TRUE(test, table_is_whole(f));
	}
}

/* Remove every tenth slot, or give it another block, at all stages of its range. */
static void changes_while_ranges_are_moved_are_in_both_tables(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, round = 0, extra = 0;

	begin_moving(f, 8);
	do {
		for (i = round; i < MANY; i += 200) {
			remove(f, i);
			if (i % 3)
				insert(f, i, some_block(MANY + i));
		}
		insert(f, 2 * MANY + extra, some_block(2 * MANY + extra));
		extra++;
		round += 10;
	} while (move_each(f));
	KUNIT_ASSERT_LT(test, round, 200);
	remap_table_end_moving(&f->table);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
	for (i = 0; i < MANY; i++) {
		if (i % 10 || i % 200 >= round)
			KUNIT_ASSERT_TRUE(test, is_found(f, some_block(i), i));
		else if (i % 3)
			KUNIT_ASSERT_TRUE(test, is_found(f, some_block(MANY + i), i));
		else
			KUNIT_ASSERT_TRUE(test, is_absent(f, some_block(i)));
	}
	KUNIT_EXPECT_EQ(test, count_found(f, 2 * MANY, 2 * MANY + extra), extra);
}

static void a_piece_is_no_more_than_its_slots(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 before;

	begin_moving(f, 4);
	do {
		before = remap_table_moved(&f->table);
		if (!remap_table_move(&f->table, 2))
			break;
		KUNIT_ASSERT_LE(test, remap_table_moved(&f->table) - before, REMAP_MOVE_SLOTS);
	} while (true);
	while (move_each(f))
		;
	remap_table_end_moving(&f->table);
}

static void without_memory_for_ranges_there_is_one(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct remap_buckets *next;

	fill_large(f);
	next = remap_buckets_alloc(&f->table, 32768);
	allocations_left = 0;
	KUNIT_ASSERT_TRUE(test, remap_table_begin_resize(&f->table, next, 8));
	KUNIT_EXPECT_EQ(test, f->table.nr_ranges, 1);
	settle(f);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, MANY), MANY);
}

/* Adaptive */

static void make_adaptive(struct fixture *f)
{
	clock_offset = 0;
	remap_table_set_adaptive(&f->table, true);
}

/* Alternate between @low and @high entries, staying @seconds at each. */
static u64 swing(struct fixture *f, u32 low, u32 high, u32 swings, u32 seconds)
{
	u32 i;

	make_adaptive(f);
	while (swings--) {
		for (i = f->table.entries; i < high; i++) {
			insert(f, i, some_block(i));
			settle(f);
		}
		clock_offset += seconds * NSEC_PER_SEC;
		settle(f);
		while (i-- > low) {
			remove(f, i);
			settle(f);
		}
		clock_offset += seconds * NSEC_PER_SEC;
		settle(f);
	}
	return f->table.grows + f->table.shrinks;
}

static void a_table_that_swings_stops_resizing(struct kunit *test)
{
	static const u32 seconds[] = { 0, 1, 30, 100, 239 };
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(seconds); i++) {
		fixture_init(f, 1000, 64);
		KUNIT_EXPECT_LE_MSG(test, swing(f, 40, 120, 10000, seconds[i]), 3,
				    "%u s", seconds[i]);
		KUNIT_EXPECT_TRUE(test, table_is_whole(f));
	}
	/* fixed percentages do not prevent that */
	fixture_init(f, 1000, 64);
	for (i = 0; i < 100; i++) {
		insert_range(f, 20, 130);
		settle(f);
		while (f->table.entries)
			remove(f, 19 + f->table.entries);
		settle(f);
	}
	KUNIT_EXPECT_GE(test, f->table.grows, 100);
}

static void an_adaptive_table_grows_with_its_chains(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	make_adaptive(f);
	for (i = 0; i < 100000; i++) {
		insert(f, i, some_block(i));
		settle(f);
	}
	KUNIT_EXPECT_GE(test, buckets(f), 65536);
	KUNIT_EXPECT_LE(test, buckets(f), 131072);
	/* Runs of blocks have short chains, so they are allowed a higher load. */
	fixture_init(f, 1U << 20, 64);
	make_adaptive(f);
	for (i = 0; i < 100000; i++) {
		insert(f, i, i);
		settle(f);
	}
	KUNIT_EXPECT_LE(test, buckets(f), 65536);
	KUNIT_EXPECT_LE(test, remap_table_longest_chain(&f->table), 20);
}

static void an_adaptive_table_shrinks_after_a_minute(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, before;

	make_adaptive(f);
	for (i = 0; i < 1000; i++) {
		insert(f, i, some_block(i));
		settle(f);
	}
	before = buckets(f);
	KUNIT_EXPECT_EQ(test, remap_table_wait(&f->table), 0);
	while (i-- > 10) {
		remove(f, i);
		settle(f);
	}
	KUNIT_EXPECT_EQ(test, buckets(f), before);
	KUNIT_EXPECT_GT(test, remap_table_wait(&f->table), 50 * NSEC_PER_SEC);
	KUNIT_EXPECT_LE(test, remap_table_wait(&f->table), 60 * NSEC_PER_SEC);
	clock_offset += 61 * NSEC_PER_SEC;
	KUNIT_EXPECT_EQ(test, remap_table_wait(&f->table), 1);
	settle(f);
	KUNIT_EXPECT_EQ(test, buckets(f), 64);
	KUNIT_EXPECT_EQ(test, remap_table_wait(&f->table), 0);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 10), 10);
}

static void the_percentages_count_again_when_it_is_fixed(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	make_adaptive(f);
	for (i = 0; i < 1000; i++) {
		insert(f, i, some_block(i));
		settle(f);
	}
	while (i-- > 10)
		remove(f, i);
	settle(f);
	KUNIT_EXPECT_GE(test, buckets(f), 256);
	remap_table_set_adaptive(&f->table, false);
	settle(f);
	KUNIT_EXPECT_EQ(test, buckets(f), 64);
	KUNIT_EXPECT_EQ(test, remap_table_wait(&f->table), 0);
}

/* Bounded work */

static void a_call_moves_no_more_than_a_step(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 before = 0;

	begin_large(f);
	while (remap_table_balance(&f->table)) {
		KUNIT_EXPECT_LE(test, remap_table_moved(&f->table) - before, REMAP_RESIZE_STEP);
		before = remap_table_moved(&f->table);
	}
	KUNIT_EXPECT_LE(test, MANY - before, REMAP_RESIZE_STEP);
}

static void a_call_moves_no_more_than_a_step_over_several_resizes(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 moved;

	/* 1000 entries in 64 buckets: four resizes, each of 1024 slots, are due */
	insert_range(f, 0, 1000);
	KUNIT_EXPECT_EQ(test, buckets(f), 64);
	remap_table_balance(&f->table);
	moved = f->table.next ? remap_table_moved(&f->table) : 0;
	KUNIT_EXPECT_LE(test, f->table.grows * 1024 + moved, REMAP_RESIZE_STEP);
	KUNIT_EXPECT_GE(test, f->table.grows, 1);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 1000), 1000);
}

static void a_call_moves_no_more_than_a_step_of_a_small_table_with_many_slots(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 20000);
	KUNIT_EXPECT_TRUE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, f->table.grows, 0);
	KUNIT_EXPECT_EQ(test, remap_table_moved(&f->table), REMAP_RESIZE_STEP);
}

static void a_call_looks_at_no_more_than_a_step_of_empty_chunks(struct kunit *test)
{
	struct fixture *f = test->priv;

	fixture_init(f, U32_MAX, 64);
	insert(f, U32_MAX - 1, 1);
	f->table.min_buckets = 128;
	KUNIT_EXPECT_TRUE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_LE(test, remap_table_moved(&f->table) >> REMAP_CHUNK_SHIFT, REMAP_RESIZE_STEP);
	KUNIT_EXPECT_GT(test, remap_table_moved(&f->table), 0);
}

static void a_resize_ends_though_each_step_comes_with_an_insertion(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i = MANY, calls = 0;

	begin_large(f);
	while (f->table.next) {
		KUNIT_ASSERT_LT(test, calls++, 10);
		insert(f, i, some_block(i));
		i++;
		remap_table_balance(&f->table);
	}
	KUNIT_EXPECT_EQ(test, buckets(f), 32768);
}

static void a_table_up_to_64_kib_is_replaced_within_the_call(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->table.min_buckets = 16384;
	KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, buckets(f), 16384);
}

static void a_larger_table_is_left_to_the_owner(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->table.min_buckets = 32768;
	KUNIT_EXPECT_TRUE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_NULL(test, f->table.next);
	KUNIT_EXPECT_EQ(test, buckets(f), 64);
}

/* Memory, and tables that no longer fit */

static void a_table_that_fits_no_more_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct remap_buckets *next;

	fill_large(f);
	next = remap_buckets_alloc(&f->table, 32768);
	KUNIT_ASSERT_NOT_NULL(test, next);
	remove(f, 0);
	remap_table_begin_resize(&f->table, next, 1);
	KUNIT_EXPECT_NULL(test, f->table.next);
	KUNIT_EXPECT_EQ(test, count_found(f, 1, MANY), MANY - 1);
}

static void a_table_of_another_size_is_refused(struct kunit *test)
{
	struct fixture *f = test->priv;

	fill_large(f);
	remap_table_begin_resize(&f->table, remap_buckets_alloc(&f->table, 65536), 1);
	KUNIT_EXPECT_NULL(test, f->table.next);
	remap_table_begin_resize(&f->table, remap_buckets_alloc(&f->table, 16384), 1);
	KUNIT_EXPECT_NULL(test, f->table.next);
}

static void a_second_table_is_refused_while_one_is_filled(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct remap_buckets *first;

	begin_large(f);
	first = f->table.next;
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	remap_table_begin_resize(&f->table, remap_buckets_alloc(&f->table, 32768), 1);
	KUNIT_EXPECT_PTR_EQ(test, f->table.next, first);
	KUNIT_EXPECT_EQ(test, remap_table_moved(&f->table), REMAP_RESIZE_STEP);
	KUNIT_EXPECT_EQ(test, remap_table_resize_due(&f->table), 0);
}

static void a_table_without_memory_to_grow_works_on(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 200);
	allocations_left = 0;
	KUNIT_EXPECT_TRUE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, buckets(f), 64);
	KUNIT_EXPECT_EQ(test, f->table.grows, 0);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 200), 200);
	KUNIT_EXPECT_EQ(test, count_absent(f, 1000), 1000);
}

static void a_table_grows_when_there_is_memory_again(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert_range(f, 0, 200);
	allocations_left = 0;
	KUNIT_ASSERT_TRUE(test, remap_table_balance(&f->table));
	allocations_left = UINT_MAX;
	KUNIT_EXPECT_FALSE(test, remap_table_balance(&f->table));
	KUNIT_EXPECT_EQ(test, buckets(f), 256);
	KUNIT_EXPECT_EQ(test, count_found(f, 0, 200), 200);
}

static void making_a_table_without_memory_fails(struct kunit *test)
{
	struct fixture *f = test->priv;

	remap_table_exit(&f->table);
	allocations_left = 0;
	KUNIT_EXPECT_EQ(test, remap_table_init(&f->table, &f->slots, "kunit"), -ENOMEM);
	remap_table_exit(&f->table);
}

static void a_table_can_be_freed_during_a_resize_and_twice(struct kunit *test)
{
	struct fixture *f = test->priv;

	begin_large(f);
	remap_table_balance(&f->table);
	remap_table_exit(&f->table);
	KUNIT_EXPECT_NULL(test, f->table.next);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(f->table.buckets));
	remap_table_exit(&f->table);
}

static void a_table_that_was_resized_frees_all_its_memory(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 200; i++)
		insert(f, i, some_block(i));
	settle(f);
	KUNIT_EXPECT_EQ(test, f->table.grows, 2);
	fixture_exit(f);
	KUNIT_EXPECT_EQ(test, allocated, 0);
}

/* Loading */

static struct remap_loading batch;

static void load_range(struct fixture *f, u32 from, u32 to, u32 n)
{
	u32 i, other;

	for (; from < to; from += batch.nr) {
		batch.nr = min(n, to - from);
		for (i = 0; i < batch.nr; i++) {
			KUNIT_ASSERT_TRUE(f->test, remap_slots_prepare(&f->slots, from + i));
			batch.slots[i] = from + i;
			batch.words[i] = remap_word(some_block(from + i), REMAP_MAPPED, 0);
		}
		KUNIT_ASSERT_EQ(f->test, remap_table_load(&f->table, &batch, &other), batch.nr);
		settle(f);
	}
}

static void what_is_loaded_in_batches_of_any_size_is_found(struct kunit *test)
{
	static const u32 sizes[] = { 1, 2, 15, 16, 169, 255, 256 };
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fixture_init(f, 10000, 64);
		remap_table_expect(&f->table, i & 1 ? 5000 : 0);
		load_range(f, 0, 5000, sizes[i]);
		KUNIT_EXPECT_EQ(test, remap_table_entries(&f->table), 5000);
		KUNIT_EXPECT_EQ(test, remap_slots_used(&f->slots, 0), REMAP_CHUNK_SLOTS);
		KUNIT_EXPECT_EQ(test, count_found(f, 0, 5000), 5000);
		KUNIT_EXPECT_EQ(test, count_absent(f, 5000), 5000);
		/* the table can be changed like any other */
		remap_table_expect(&f->table, 0);
		while (remap_table_entries(&f->table) > 10)
			remove(f, remap_table_entries(&f->table) - 1);
		settle(f);
		KUNIT_EXPECT_EQ(test, count_found(f, 0, 10), 10);
		KUNIT_EXPECT_EQ(test, buckets(f), 64);
	}
}

#define LOADED_SLOTS	6000U
#define LOADED_BLOCKS	4000U

static u32 loaded_block(u32 slot)
{
	/* some have the block of a slot shortly before them */
	if (slot % 64 == 63)
		slot -= 3;
	return hash_32(slot, 32) % LOADED_BLOCKS;
}

/* Many blocks are in two slots or more, in the same batch or in different ones. */
static void a_block_that_is_there_ends_a_batch(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 *owner = kunit_kmalloc_array(test, LOADED_BLOCKS, sizeof(*owner), GFP_KERNEL);
	u32 slot, i, n, other, duplicates = 0, in_batch = 0;

	KUNIT_ASSERT_NOT_NULL(test, owner);
	memset32(owner, REMAP_NO_SLOT, LOADED_BLOCKS);
	fixture_init(f, LOADED_SLOTS, 64);
	for (slot = 0; slot < LOADED_SLOTS; slot += n) {
		batch.nr = min(1 + hash_32(slot, 8), LOADED_SLOTS - slot);
		for (i = 0; i < batch.nr; i++) {
			KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&f->slots, slot + i));
			batch.slots[i] = slot + i;
			batch.words[i] = remap_word(some_block(loaded_block(slot + i)),
						    slot & 1 ? REMAP_MAPPED : REMAP_PENDING, 0);
		}
		n = remap_table_load(&f->table, &batch, &other);
		for (i = 0; i < n; i++) {
			u32 block = loaded_block(slot + i);

			KUNIT_ASSERT_EQ_MSG(test, owner[block], REMAP_NO_SLOT, "slot %u", slot + i);
			owner[block] = slot + i;
		}
		settle(f);
		if (n == batch.nr)
			continue;
		KUNIT_ASSERT_EQ_MSG(test, other, owner[loaded_block(slot + n)], "slot %u",
				    slot + n);
		KUNIT_ASSERT_EQ(test, remap_slots_word(&f->slots, slot + n), 0);
		duplicates++;
		in_batch += other >= slot;
		/* of each second one, the new slot wins */
		if (duplicates & 1) {
			remap_table_remove(&f->table, other, REMAP_BAD);
			insert(f, slot + n, some_block(loaded_block(slot + n)));
			owner[loaded_block(slot + n)] = slot + n;
		}
		n++;
	}
	KUNIT_EXPECT_GT(test, duplicates, 1000);
	KUNIT_EXPECT_GT(test, in_batch, 10);
	KUNIT_EXPECT_EQ(test, remap_table_entries(&f->table), LOADED_SLOTS - duplicates);
	for (i = 0; i < LOADED_BLOCKS; i++) {
		bool ok = owner[i] == REMAP_NO_SLOT ? is_absent(f, some_block(i)) :
						      is_found(f, some_block(i), owner[i]);

		KUNIT_ASSERT_TRUE_MSG(test, ok, "block %u", i);
	}
}

static u32 buckets_without_expectation(u32 entries)
{
	u32 nr = 64;

	while (entries * 100ULL / nr > 150)
		nr *= 2;
	return nr;
}

/* Whatever was expected, memory follows the entries. */
static void a_table_grows_to_what_is_expected_in_few_steps(struct kunit *test)
{
	static const u32 counts[] = { 100, 2704, 30000, 100000 };
	u32 expected[] = { 0, 1, 0, 0, 0, U32_MAX };
	struct fixture *f = test->priv;
	u32 i, j, n;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		expected[2] = counts[i] / 2;
		expected[3] = counts[i];
		expected[4] = counts[i] * 3;
		for (j = 0; j < ARRAY_SIZE(expected); j++) {
			fixture_init(f, 200000, 64);
			remap_table_expect(&f->table, expected[j]);
			for (n = 0; n < counts[i]; n += min(169U, counts[i] - n)) {
				load_range(f, n, min(n + 169, counts[i]), 169);
				KUNIT_ASSERT_LE_MSG(test, buckets(f),
						    max(64U, 22 * remap_table_entries(&f->table)),
						    "%u of %u", n, expected[j]);
			}
			KUNIT_EXPECT_EQ(test, f->table.shrinks, 0);
			KUNIT_EXPECT_EQ(test, count_found(f, 0, counts[i]), counts[i]);
			if (expected[j] == counts[i]) {
				KUNIT_EXPECT_EQ(test, buckets(f),
						buckets_without_expectation(counts[i]));
				KUNIT_EXPECT_LE(test, f->table.grows, 4);
			}
			remap_table_expect(&f->table, 0);
			settle(f);
			KUNIT_EXPECT_LE(test, buckets(f),
					2 * buckets_without_expectation(counts[i]));
			KUNIT_EXPECT_EQ(test, count_found(f, 0, counts[i]), counts[i]);
		}
	}
}

/* The longest chain */

static void an_empty_table_has_no_chain(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, remap_table_longest_chain(&f->table), 0);
}

static void the_longest_chain_is_the_fullest_bucket(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 block;
	u32 bucket, slot = 0;

	fixture_init(f, 10000, 4096);
	/* three blocks in each of two buckets, and ten in one between them and in the last one */
	for (block = 0; slot < 26; block++) {
		static const struct {
			u32 bucket, nr;
		} fill[] = { { 0, 3 }, { 2000, 10 }, { 3000, 3 }, { 4095, 10 } };
		u32 i, before = 0;

		bucket = bucket_in(f, current_buckets(&f->table), block);
		for (i = 0; i < ARRAY_SIZE(fill); before += fill[i++].nr)
			if (bucket == fill[i].bucket && slot >= before &&
			    slot < before + fill[i].nr)
				insert(f, slot++, block);
	}
	KUNIT_EXPECT_EQ(test, remap_table_longest_chain(&f->table), 10);
	while (slot > 16)
		remove(f, --slot);
	KUNIT_EXPECT_EQ(test, remap_table_longest_chain(&f->table), 10);
	while (slot > 3)
		remove(f, --slot);
	KUNIT_EXPECT_EQ(test, remap_table_longest_chain(&f->table), 3);
}

static void runs_of_blocks_spread_evenly(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	/* typical damage of a disk: runs, with gaps that are powers of two */
	for (i = 0; i < 60000; i++)
		insert(f, i, (u64)(i / 100) << 20 | i % 100);
	settle(f);
	KUNIT_EXPECT_EQ(test, buckets(f), 65536);
	KUNIT_EXPECT_LE(test, remap_table_longest_chain(&f->table), 8);
}

/* The key of the hash */

#define CRAFTED	49152U

/* Find blocks that all hash to one bucket under the key of a table with up to 2^16 buckets. */
static u64 block_against_key(const struct remap_table *t, u64 *next)
{
	do {
		*next += REMAP_GROUP;
	} while (hash_block(t, *next) >> 48);
	return *next;
}

static void blocks_crafted_for_a_hash_without_a_key_make_no_chain(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 block = 0;
	u32 i;

	for (i = 0; i < CRAFTED; i++) {
		/* under hash_64() in one bucket of a table of 2^14 or fewer buckets */
		while (hash_64(++block, 14))
			;
		insert(f, i, block);
	}
	settle(f);
	KUNIT_EXPECT_LE(test, remap_table_longest_chain(&f->table), 12);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
}

static void multiples_make_no_chain(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int shift;
	u32 i;

	for (shift = 0; shift <= 32; shift += 4) {
		fixture_init(f, CRAFTED, 64);
		for (i = 0; i < CRAFTED; i++)
			insert(f, i, (u64)i << shift);
		settle(f);
		KUNIT_EXPECT_LE_MSG(test, remap_table_longest_chain(&f->table), 12,
				    "shift %u", shift);
	}
}

static void blocks_crafted_for_one_key_make_no_chain_under_another(struct kunit *test)
{
	struct remap_table known = { };
	struct fixture *f = test->priv;
	u64 block = 0;
	u32 i;

	set_key(&known);
	remap_table_exit(&f->table);
	KUNIT_ASSERT_EQ(test, remap_table_init(&f->table, &f->slots, "kunit"), 0);
	for (i = 0; i < 1000; i++)
		insert(f, i, block_against_key(&known, &block));
	settle(f);
	/* A longer chain by chance has a probability of about 1 in 10^8. */
	KUNIT_EXPECT_LE(test, remap_table_longest_chain(&f->table), 12);
}

static void each_table_has_a_key_of_its_own(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct remap_table other = { .min_buckets = 64 };

	remap_table_exit(&f->table);
	KUNIT_ASSERT_EQ(test, remap_table_init(&f->table, &f->slots, "kunit"), 0);
	KUNIT_ASSERT_EQ(test, remap_table_init(&other, &f->slots, "other"), 0);
	KUNIT_EXPECT_NE(test, f->table.key[0], other.key[0]);
	KUNIT_EXPECT_NE(test, f->table.key[1], other.key[1]);
	KUNIT_EXPECT_TRUE(test, other.key[0] & other.key[1] & 1);
	remap_table_exit(&other);
}

static void table_kunit_exit(struct kunit *test)
{
	allocations_left = UINT_MAX;
	clock_offset = 0;
	fixture_test_exit(test);
}

static struct kunit_case table_kunit_cases[] = {
	KUNIT_CASE(a_new_table_has_min_buckets),
	KUNIT_CASE(it_doubles_at_97_194_387_774_and_1547_entries),
	KUNIT_CASE(it_halves_when_the_load_falls_below_50),
	KUNIT_CASE(it_never_shrinks_below_min_buckets),
	KUNIT_CASE(it_never_shrinks_when_shrink_percent_is_0),
	KUNIT_CASE(alternating_at_a_limit_resizes_once),
	KUNIT_CASE(other_percentages_are_kept_to_the_entry),
	KUNIT_CASE(one_entry_more_or_less_is_one_resize_at_most),
	KUNIT_CASE(percentages_in_range_that_go_together_are_valid),
	KUNIT_CASE(raising_min_buckets_grows_at_once),
	KUNIT_CASE(raising_min_buckets_beyond_64_kib_grows_in_one_resize),
	KUNIT_CASE(lowering_min_buckets_shrinks_a_table_that_is_too_large),
	KUNIT_CASE(raising_shrink_percent_shrinks_at_the_next_balance),
	KUNIT_CASE(the_load_of_the_largest_tables_does_not_overflow),
	KUNIT_CASE(a_resize_is_recorded),
	KUNIT_CASE(a_resize_is_recorded_when_it_is_complete),
	KUNIT_CASE(the_last_resizes_are_recorded),
	KUNIT_CASE(an_empty_table_has_no_block),
	KUNIT_CASE(every_block_is_found_and_no_other_one),
	KUNIT_CASE(a_block_is_inserted_though_others_change_its_chain),
	KUNIT_CASE(a_removed_block_is_not_found_and_all_others_are),
	KUNIT_CASE(neighbours_of_a_block_are_not_found),
	KUNIT_CASE(block_0_is_not_found_where_a_slot_was_removed),
	KUNIT_CASE(blocks_beyond_48_bits_are_not_taken_for_others),
	KUNIT_CASE(slots_at_the_edges_of_chunks_are_found),
	KUNIT_CASE(slots_in_a_last_chunk_that_is_not_full_are_found),
	KUNIT_CASE(the_last_slots_of_the_largest_spare_are_found),
	KUNIT_CASE(blocks_are_found_in_each_state_with_a_block),
	KUNIT_CASE(a_slot_that_changes_its_word_stays_found),
	KUNIT_CASE(a_slot_removed_as_free_can_be_used_again),
	KUNIT_CASE(a_slot_removed_as_bad_stays_in_use_without_a_block),
	KUNIT_CASE(bad_slots_are_not_moved_by_a_resize),
	KUNIT_CASE(a_block_inserted_again_is_found_in_its_new_slot),
	KUNIT_CASE(a_block_inserted_again_is_found_when_the_new_slot_is_removed),
	KUNIT_CASE(every_block_is_found_at_each_step_of_a_resize),
	KUNIT_CASE(every_block_is_found_at_each_step_of_shrinking),
	KUNIT_CASE(resizes_follow_each_other),
	KUNIT_CASE(blocks_removed_during_a_resize_are_gone_after_it),
	KUNIT_CASE(slots_used_again_during_a_resize_have_their_new_blocks),
	KUNIT_CASE(blocks_replaced_during_a_resize_are_found_in_their_new_slots),
	KUNIT_CASE(a_block_in_two_slots_on_both_sides_of_the_cursor_is_found_after),
	KUNIT_CASE(blocks_inserted_behind_the_end_during_a_resize_are_found),
	KUNIT_CASE(a_chunk_that_was_skipped_empty_takes_blocks_later),
	KUNIT_CASE(ranges_cover_all_slots_once),
	KUNIT_CASE(changes_while_ranges_are_moved_are_in_both_tables),
	KUNIT_CASE(a_piece_is_no_more_than_its_slots),
	KUNIT_CASE(without_memory_for_ranges_there_is_one),
	KUNIT_CASE_SLOW(a_table_that_swings_stops_resizing),
	KUNIT_CASE(an_adaptive_table_grows_with_its_chains),
	KUNIT_CASE(an_adaptive_table_shrinks_after_a_minute),
	KUNIT_CASE(the_percentages_count_again_when_it_is_fixed),
	KUNIT_CASE(a_call_moves_no_more_than_a_step),
	KUNIT_CASE(a_call_moves_no_more_than_a_step_over_several_resizes),
	KUNIT_CASE(a_call_moves_no_more_than_a_step_of_a_small_table_with_many_slots),
	KUNIT_CASE(a_call_looks_at_no_more_than_a_step_of_empty_chunks),
	KUNIT_CASE(a_resize_ends_though_each_step_comes_with_an_insertion),
	KUNIT_CASE(a_table_up_to_64_kib_is_replaced_within_the_call),
	KUNIT_CASE(a_larger_table_is_left_to_the_owner),
	KUNIT_CASE(a_table_that_fits_no_more_is_refused),
	KUNIT_CASE(a_table_of_another_size_is_refused),
	KUNIT_CASE(a_second_table_is_refused_while_one_is_filled),
	KUNIT_CASE(a_table_without_memory_to_grow_works_on),
	KUNIT_CASE(a_table_grows_when_there_is_memory_again),
	KUNIT_CASE(making_a_table_without_memory_fails),
	KUNIT_CASE(a_table_can_be_freed_during_a_resize_and_twice),
	KUNIT_CASE(a_table_that_was_resized_frees_all_its_memory),
	KUNIT_CASE(what_is_loaded_in_batches_of_any_size_is_found),
	KUNIT_CASE(a_block_that_is_there_ends_a_batch),
	KUNIT_CASE(a_table_grows_to_what_is_expected_in_few_steps),
	KUNIT_CASE(an_empty_table_has_no_chain),
	KUNIT_CASE(the_longest_chain_is_the_fullest_bucket),
	KUNIT_CASE(runs_of_blocks_spread_evenly),
	KUNIT_CASE_SLOW(blocks_crafted_for_a_hash_without_a_key_make_no_chain),
	KUNIT_CASE(multiples_make_no_chain),
	KUNIT_CASE(blocks_crafted_for_one_key_make_no_chain_under_another),
	KUNIT_CASE(each_table_has_a_key_of_its_own),
	{}
};

static struct kunit_suite table_kunit_suite = {
	.name = "table_kunit",
	.init = fixture_test_init,
	.exit = table_kunit_exit,
	.test_cases = table_kunit_cases,
};

kunit_test_suite(table_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's table");
MODULE_LICENSE("GPL");
