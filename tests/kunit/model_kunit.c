// SPDX-License-Identifier: GPL-2.0
/*
 * Random operations on table, spare and regions together, as a device performs them,
 * compared with a model that is too simple to be wrong.
 *
 * The seed is printed; the module's parameter "seed" repeats a run.
 */
#include <kunit/test.h>

#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "table.h"
#include "../../modules/core/spare.c"
#include "../../modules/core/regions.c"

#define NR_SLOTS	40000
#define NR_BLOCKS	100000	/* main blocks that are ever used */
#define BLOCK_SHIFT	3
#define OPERATIONS	60000

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "Of the random operations (default: another one each time)");

/**
 * struct model - the expected state.
 * @slot_of: the slot of each block, or REMAP_NO_SLOT.
 * @words: the word of each slot.
 * @entries: number of slots with a block.
 * @bad: number of bad slots.
 */
struct model {
	u32 *slot_of;
	u64 *words;
	u32 entries;
	u32 bad;
};

static struct {
	struct fixture f;
	struct remap_spare sp;
	struct remap_regions *regions;
	struct model model;
	struct rnd_state rnd;
} m;

static u32 below(u32 n)
{
	return (u64)prandom_u32_state(&m.rnd) * n >> 32;
}

/* Half of the blocks are close together, and some are at the very end. */
static u64 block_of(u32 i)
{
	if (i < NR_BLOCKS / 2)
		return i;
	if (i < NR_BLOCKS / 2 + 100)
		return REMAP_BLOCK_MASK - (i - NR_BLOCKS / 2);
	return some_block(i);
}

/* The regions need a main of no more than the maximum size. */
static sector_t sector_of(u64 block)
{
	return (block << BLOCK_SHIFT) & (BIT_ULL(40) - 1);
}

static void model_set(u32 i, u32 slot, u64 word)
{
	m.model.slot_of[i] = slot;
	m.model.words[slot] = word;
}

static enum remap_slot_state random_state(void)
{
	static const enum remap_slot_state states[] = {
		REMAP_MAPPED, REMAP_MAPPED, REMAP_MAPPED, REMAP_PENDING, REMAP_MOVING,
	};

	return states[below(ARRAY_SIZE(states))];
}

/* Act as one of several processors, each of which is somewhere in its range. */
static void move_a_piece(void)
{
	struct remap_table *t = &m.f.table;
	u32 i;

	if (remap_table_move(t, below(t->nr_ranges)))
		return;
	for (i = 0; i < t->nr_ranges; i++)
		if (t->ranges[i].cursor < t->ranges[i].end)
			return;
	remap_table_end_moving(t);
}

/* Continue a resize by a piece, or not at all for a while. */
static void balance(void)
{
	if (below(4))
		return;
	if (m.f.table.moving)
		move_a_piece();
	else if (remap_table_balance(&m.f.table) && below(2))
		begin_due_resize_in(&m.f, 1 + below(8));
	else if (m.f.table.next && m.f.table.nr_ranges)
		remap_table_begin_moving(&m.f.table);
}

static void add(struct kunit *test)
{
	u32 i = below(NR_BLOCKS), slot, old = m.model.slot_of[i];
	u64 word;

	slot = remap_spare_alloc(&m.sp, &m.f.table, block_of(i), below(2));
	if (slot == REMAP_NO_SLOT)
		return;
	KUNIT_ASSERT_EQ_MSG(test, m.model.words[slot], 0, "slot %u is not free", slot);
	word = remap_word(block_of(i), random_state(), below(8));
	remap_regions_add(m.regions, sector_of(block_of(i)), 1);
	remap_table_insert(&m.f.table, slot, word);
	m.model.entries++;
	model_set(i, slot, word);
	if (old == REMAP_NO_SLOT)
		return;
	/* The block has moved to another slot. */
	balance();
	if (below(4)) {
		remap_table_remove(&m.f.table, old, REMAP_FREE);
		remap_spare_release(&m.sp, old);
		m.model.words[old] = 0;
	} else {
		remap_table_remove(&m.f.table, old, REMAP_BAD);
		remap_spare_count_bad(&m.sp);
		m.model.words[old] = remap_word(0, REMAP_BAD, 0);
		m.model.bad++;
	}
	remap_regions_add(m.regions, sector_of(block_of(i)), -1);
	m.model.entries--;
}

static void drop(struct kunit *test)
{
	u32 i = below(NR_BLOCKS), slot = m.model.slot_of[i];

	if (slot == REMAP_NO_SLOT)
		return;
	remap_table_remove(&m.f.table, slot, REMAP_FREE);
	remap_regions_add(m.regions, sector_of(block_of(i)), -1);
	remap_spare_release(&m.sp, slot);
	m.model.entries--;
	m.model.words[slot] = 0;
	m.model.slot_of[i] = REMAP_NO_SLOT;
}

static void change_word(struct kunit *test)
{
	u32 i = below(NR_BLOCKS), slot = m.model.slot_of[i];
	u64 word;

	if (slot == REMAP_NO_SLOT)
		return;
	word = remap_word(block_of(i), random_state(), below(256));
	remap_slots_set(&m.f.slots, slot, word);
	model_set(i, slot, word);
}

static void change_limits(struct kunit *test)
{
	struct remap_table *t = &m.f.table;

	if (below(50))
		return;
	t->min_buckets = 64U << below(11);
	do {
		t->grow_percent = 51 + below(950);
		t->shrink_percent = below(501);
	} while (!remap_table_limits_valid(t->grow_percent, t->shrink_percent));
	m.sp.policy = below(REMAP_NR_POLICIES);
	m.sp.reserve = below(1000);
}

static bool block_is_right(u32 i)
{
	u64 word = 0;
	u32 slot = remap_table_lookup(&m.f.table, block_of(i), &word);

	if (slot != m.model.slot_of[i])
		return false;
	if (slot == REMAP_NO_SLOT)
		return true;
	return word == m.model.words[slot] &&
	       !remap_regions_clean(m.regions, sector_of(block_of(i)), 1 << BLOCK_SHIFT);
}

static void check_counts(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, m.f.table.entries, m.model.entries);
	KUNIT_ASSERT_EQ(test, m.sp.used, m.model.entries);
	KUNIT_ASSERT_EQ(test, m.sp.bad, m.model.bad);
	KUNIT_ASSERT_EQ(test, remap_spare_free_blocks(&m.sp),
			NR_SLOTS - m.model.entries - m.model.bad);
}

static void check_all(struct kunit *test)
{
	u32 i, regions = 0, used = 0;

	for (i = 0; i < NR_BLOCKS; i++)
		KUNIT_ASSERT_TRUE_MSG(test, block_is_right(i), "block %llu", block_of(i));
	for (i = 0; i < NR_SLOTS; i++)
		KUNIT_ASSERT_EQ(test, remap_slots_word(&m.f.slots, i), m.model.words[i]);
	for (i = 0; i < m.regions->nr; i++)
		regions += m.regions->counts[i];
	KUNIT_ASSERT_EQ(test, regions, m.model.entries);
	for (i = 0; i < remap_slots_nr_chunks(&m.f.slots); i++)
		used += remap_slots_used(&m.f.slots, i);
	KUNIT_ASSERT_EQ(test, used, m.model.entries + m.model.bad);
	KUNIT_ASSERT_TRUE(test, table_is_whole(&m.f));
	KUNIT_ASSERT_EQ(test, count_absent(&m.f, 1000), 1000);
}

/* Perform mostly additions for a while, then mostly removals. */
static void operate(struct kunit *test, u32 n)
{
	bool fill = n / 10000 % 2 == 0;
	u32 kind = below(10);

	if (kind < 2)
		change_word(test);
	else if (kind < 3)
		change_limits(test);
	else if (kind < 6 || fill)
		add(test);
	else
		drop(test);
	if (!fill && kind >= 3)
		drop(test);
}

static void random_operations_leave_what_the_model_says(struct kunit *test)
{
	u32 n, i;

	for (n = 0; n < OPERATIONS; n++) {
		operate(test, n);
		balance();
		check_counts(test);
		for (i = 0; i < 10; i++) {
			u32 block = below(NR_BLOCKS);

			KUNIT_ASSERT_TRUE_MSG(test, block_is_right(block),
					      "block %llu after %u operations", block_of(block),
					      n + 1);
		}
		if (n % 2000 == 1999) {
			check_all(test);
			cond_resched();
		}
	}
	/* The test has covered the intended transitions. */
	KUNIT_EXPECT_GT(test, m.f.table.grows, 5);
	KUNIT_EXPECT_GT(test, m.f.table.shrinks, 5);
	KUNIT_EXPECT_GT(test, m.model.bad, 100);
	settle(&m.f);
	check_all(test);
}

static void removing_everything_leaves_nothing(struct kunit *test)
{
	u32 n, i;

	for (n = 0; n < 20000; n++) {
		add(test);
		balance();
	}
	for (i = 0; i < NR_BLOCKS; i++) {
		u32 slot = m.model.slot_of[i];

		if (slot == REMAP_NO_SLOT)
			continue;
		remap_table_remove(&m.f.table, slot, REMAP_FREE);
		remap_regions_add(m.regions, sector_of(block_of(i)), -1);
		remap_spare_release(&m.sp, slot);
		m.model.entries--;
		m.model.words[slot] = 0;
		m.model.slot_of[i] = REMAP_NO_SLOT;
		balance();
	}
	while (m.f.table.moving)
		move_a_piece();
	settle(&m.f);
	check_counts(test);
	check_all(test);
	KUNIT_EXPECT_EQ(test, m.f.table.entries, 0);
	KUNIT_EXPECT_EQ(test, remap_table_buckets(&m.f.table), m.f.table.min_buckets);
	KUNIT_EXPECT_EQ(test, remap_regions_next(m.regions, 0),
			(u64)m.regions->nr << m.regions->shift);
}

static int model_kunit_init(struct kunit *test)
{
	unsigned int s = seed ?: get_random_u32();
	u32 i;

	kunit_info(test, "seed=%u\n", s);
	prandom_seed_state(&m.rnd, s);
	m.f.test = test;
	m.model = (struct model) {
		.slot_of = kvmalloc_array(NR_BLOCKS, sizeof(u32), GFP_KERNEL),
		.words = kvcalloc(NR_SLOTS, sizeof(u64), GFP_KERNEL),
	};
	m.regions = remap_regions_alloc(BIT_ULL(40));
	if (!m.model.slot_of || !m.model.words || !m.regions)
		return -ENOMEM;
	for (i = 0; i < NR_BLOCKS; i++)
		m.model.slot_of[i] = REMAP_NO_SLOT;
	fixture_init(&m.f, NR_SLOTS, REMAP_MIN_BUCKETS);
	m.sp = (struct remap_spare) { .slots = &m.f.slots, .policy = REMAP_POLICY_NEAR };
	return 0;
}

static void model_kunit_exit(struct kunit *test)
{
	fixture_exit(&m.f);
	kvfree(m.model.slot_of);
	kvfree(m.model.words);
	remap_regions_free(m.regions);
}

static struct kunit_case model_kunit_cases[] = {
	KUNIT_CASE(random_operations_leave_what_the_model_says),
	KUNIT_CASE(removing_everything_leaves_nothing),
	{}
};

static struct kunit_suite model_kunit_suite = {
	.name = "model_kunit",
	.init = model_kunit_init,
	.exit = model_kunit_exit,
	.test_cases = model_kunit_cases,
};

kunit_test_suite(model_kunit_suite);

MODULE_DESCRIPTION("KUnit test of dm-remap's table, spare and regions against a model");
MODULE_LICENSE("GPL");
