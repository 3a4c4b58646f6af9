// SPDX-License-Identifier: GPL-2.0
/*
 * The spare allocator.
 */
#include <kunit/test.h>

#include "memory.h"
#include "table.h"
#include "../../modules/core/spare.c"

/**
 * struct spare_fixture - a spare with its table.
 * @base: slots and table.
 * @sp: the spare.
 */
struct spare_fixture {
	struct fixture base;
	struct remap_spare sp;
};

static void make_spare(struct kunit *test, u32 nr, enum remap_policy policy)
{
	struct spare_fixture *s = test->priv;

	fixture_init(&s->base, nr, REMAP_MIN_BUCKETS);
	s->sp = (struct remap_spare) { .slots = &s->base.slots, .policy = policy };
}

/* Allocate a block, and put it into the table like a caller of the allocator. */
static u32 take(struct kunit *test, u64 block, bool automatic)
{
	struct spare_fixture *s = test->priv;
	u32 slot = remap_spare_alloc(&s->sp, &s->base.table, block, automatic);

	if (slot == REMAP_NO_SLOT)
		return slot;
	KUNIT_ASSERT_LT(test, slot, s->base.slots.nr);
	/* It must be free, and have memory. */
	KUNIT_ASSERT_NOT_NULL(test, remap_slots_chunk(&s->base.slots, slot >> REMAP_CHUNK_SHIFT));
	KUNIT_ASSERT_EQ(test, remap_slots_word(&s->base.slots, slot), 0);
	remap_table_insert(&s->base.table, slot, remap_word(block, REMAP_MAPPED, 0));
	return slot;
}

/* Allocate a block for an arbitrary main block, none of which are neighbours. */
static u32 take_any(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	return take(test, 1000000 + 10 * (u64)s->base.table.entries, false);
}

static void give_back(struct kunit *test, u32 slot)
{
	struct spare_fixture *s = test->priv;

	remap_table_remove(&s->base.table, slot, REMAP_FREE);
	remap_spare_release(&s->sp, slot);
}

static void turn_bad(struct kunit *test, u32 slot)
{
	struct spare_fixture *s = test->priv;

	remap_table_remove(&s->base.table, slot, REMAP_BAD);
	remap_spare_count_bad(&s->sp);
}

/* Mark a free block bad, as a store does that finds it bad. */
static void find_bad(struct kunit *test, u32 slot)
{
	struct spare_fixture *s = test->priv;

	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, slot));
	remap_slots_set(&s->base.slots, slot, remap_word(0, REMAP_BAD, 0));
	s->sp.bad++;
}

static u32 nr_free(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	return remap_spare_free_blocks(&s->sp);
}

/* All policies */

static const char * const policy_names[] = { "linear", "near", "spread" };
static const enum remap_policy policies[] = {
	REMAP_POLICY_LINEAR, REMAP_POLICY_NEAR, REMAP_POLICY_SPREAD,
};

static void name_policy(const enum remap_policy *policy, char *name)
{
	strscpy(name, policy_names[*policy], KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(policy, policies, name_policy);

static enum remap_policy policy_of(struct kunit *test)
{
	return *(const enum remap_policy *)test->param_value;
}

static void every_block_is_handed_out_once_and_then_none(struct kunit *test)
{
	u32 i;

	make_spare(test, 2500, policy_of(test));
	for (i = 0; i < 2500; i++) {
		KUNIT_ASSERT_EQ(test, nr_free(test), 2500 - i);
		/* pairs of neighbours, in no particular order */
		KUNIT_ASSERT_NE(test, take(test, some_block(i / 2) + i % 2, false), REMAP_NO_SLOT);
	}
	KUNIT_EXPECT_EQ(test, nr_free(test), 0);
	KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, nr_free(test), 0);
}

static void the_one_free_block_is_found_wherever_it_is(struct kunit *test)
{
	static const u32 slots[] = { 0, 1, 1023, 1024, 1500, 2047, 2048, 2499 };
	u32 i;

	make_spare(test, 2500, policy_of(test));
	while (take_any(test) != REMAP_NO_SLOT)
		;
	for (i = 0; i < 2 * ARRAY_SIZE(slots); i++) {
		/* up and down again */
		u32 n = i < ARRAY_SIZE(slots) ? i : 2 * ARRAY_SIZE(slots) - 1 - i;

		give_back(test, slots[n]);
		KUNIT_EXPECT_EQ(test, nr_free(test), 1);
		KUNIT_EXPECT_EQ(test, take_any(test), slots[n]);
		KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
	}
}

static void bad_blocks_are_never_handed_out(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 slot, i;

	make_spare(test, 2500, policy_of(test));
	for (slot = 0; slot < 2500; slot += 3)
		find_bad(test, slot);
	for (i = 0; i < 2500 - 834; i++) {
		slot = take(test, i, false);
		KUNIT_ASSERT_NE(test, slot, REMAP_NO_SLOT);
		KUNIT_ASSERT_NE(test, slot % 3, 0);
	}
	KUNIT_EXPECT_EQ(test, s->sp.bad, 834);
	KUNIT_EXPECT_EQ(test, nr_free(test), 0);
	KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
}

static void a_block_that_turned_bad_is_not_handed_out_again(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i, bad;

	make_spare(test, 100, policy_of(test));
	for (i = 0; i < 10; i++)
		take(test, i, false);
	bad = take(test, 10, false);
	turn_bad(test, bad);
	KUNIT_EXPECT_EQ(test, s->sp.used, 10);
	KUNIT_EXPECT_EQ(test, s->sp.bad, 1);
	KUNIT_EXPECT_EQ(test, nr_free(test), 89);
	for (i = 10; i < 99; i++)
		KUNIT_ASSERT_NE(test, take(test, i, false), bad);
	KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
}

static void automatic_remaps_leave_the_reserve(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 100, policy_of(test));
	s->sp.reserve = 30;
	for (i = 0; i < 70; i++)
		KUNIT_ASSERT_NE(test, take(test, i, true), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, take(test, 70, true), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, nr_free(test), 30);
	KUNIT_EXPECT_EQ(test, s->sp.used, 70);
}

static void manual_remaps_take_the_reserve(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 100, policy_of(test));
	s->sp.reserve = 100;
	KUNIT_EXPECT_EQ(test, take(test, 0, true), REMAP_NO_SLOT);
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_NE(test, take(test, i, false), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, take(test, 100, false), REMAP_NO_SLOT);
}

static void what_is_held_is_left_beside_the_reserve(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 100, policy_of(test));
	s->sp.reserve = 30;
	s->sp.held = 20;
	for (i = 0; i < 50; i++)
		KUNIT_ASSERT_NE(test, take(test, i, true), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, take(test, 50, true), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, s->sp.held, 20);
}

static void manual_remaps_take_from_what_is_held(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 100, policy_of(test));
	s->sp.held = 20;
	for (i = 0; i < 30; i++) {
		KUNIT_EXPECT_EQ(test, s->sp.held, i < 20 ? 20 - i : 0);
		KUNIT_ASSERT_NE(test, take(test, i, false), REMAP_NO_SLOT);
	}
	KUNIT_EXPECT_EQ(test, s->sp.held, 0);
}

static void what_is_held_is_there_for_those_it_is_held_for(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i, slot, manual = 0, automatic = 0;

	make_spare(test, 100, policy_of(test));
	s->sp.held = 60;
	/* alternate: automatic remaps get 40, and manual ones the 60 held for them */
	for (i = 0; i < 60; i++) {
		slot = take(test, 10 * i, true);
		automatic += slot != REMAP_NO_SLOT;
		slot = take(test, 10 * i + 5, false);
		manual += slot != REMAP_NO_SLOT;
	}
	KUNIT_EXPECT_EQ(test, automatic, 40);
	KUNIT_EXPECT_EQ(test, manual, 60);
}

static void a_failure_takes_nothing_from_what_is_held(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	make_spare(test, 3, policy_of(test));
	while (take_any(test) != REMAP_NO_SLOT)
		;
	s->sp.held = 5;
	KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, s->sp.held, 5);
}

static void reserve_and_held_do_not_overflow(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	make_spare(test, 100, policy_of(test));
	s->sp.reserve = U32_MAX;
	s->sp.held = 2;
	KUNIT_EXPECT_EQ(test, take(test, 0, true), REMAP_NO_SLOT);
}

static void without_memory_blocks_that_have_some_are_used(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 5000, policy_of(test));
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, 2048));
	allocations_left = 0;
	/* two chunks have memory: the prepared one, and the one allocated in advance */
	for (i = 0; i < 2048; i++)
		KUNIT_ASSERT_NE(test, take(test, 3 * i, false), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, remap_slots_used(&s->base.slots, 2), 1024);
	KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, nr_free(test), 5000 - 2048);
	KUNIT_EXPECT_EQ(test, s->sp.used, 2048);
}

/* Each attempt to allocate may take long while memory is short, and I/O waits for the lock. */
static void without_memory_few_chunks_are_tried(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	const u32 last = 99 * REMAP_CHUNK_SLOTS;
	u32 i;

	make_spare(test, 100 * REMAP_CHUNK_SLOTS, policy_of(test));
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, 0));
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, last));
	kvfree(s->base.slots.reserve);
	s->base.slots.reserve = NULL;
	for (i = 0; i < REMAP_CHUNK_SLOTS; i++) {
		remap_table_insert(&s->base.table, i, remap_word(3 * i, REMAP_MAPPED, 0));
		s->sp.used++;
	}
	allocations_left = 0;
	allocations_failed = 0;
	/* the chunk that has memory is found, however far away it is */
	KUNIT_EXPECT_EQ(test, take(test, 1000000, false), last);
	KUNIT_EXPECT_LE(test, allocations_failed, 2);
	for (i = 1; i < REMAP_CHUNK_SLOTS; i++)
		KUNIT_ASSERT_NE(test, take(test, 1000000 + 10 * i, false), REMAP_NO_SLOT);
	allocations_failed = 0;
	KUNIT_EXPECT_EQ(test, take(test, 2000000, false), REMAP_NO_SLOT);
	KUNIT_EXPECT_LE(test, allocations_failed, 2);
}

static void with_memory_again_every_block_is_handed_out(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 5000, policy_of(test));
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, 2048));
	allocations_left = 0;
	for (i = 0; i < 2048; i++)
		KUNIT_ASSERT_NE(test, take(test, 3 * i, false), REMAP_NO_SLOT);
	KUNIT_ASSERT_EQ(test, take_any(test), REMAP_NO_SLOT);
	allocations_left = UINT_MAX;
	for (i = 2048; i < 5000; i++)
		KUNIT_ASSERT_NE(test, take(test, 3 * i, false), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, nr_free(test), 0);
}

/* Pretend that the blocks are in use, without allocating memory for them. */
static void fill_all_but_last_chunk(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	struct remap_slots *slots = &s->base.slots;
	u32 chunk, i;

	for (i = 0; i < remap_slots_nr_dirs(slots); i++) {
		slots->dirs[i] = kvzalloc(sizeof(*slots->dirs[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, slots->dirs[i]);
	}
	for (chunk = 0; chunk < remap_slots_nr_chunks(slots) - 1; chunk++)
		slots->dirs[chunk >> REMAP_DIR_SHIFT]->used[chunk & (REMAP_DIR_CHUNKS - 1)] =
			REMAP_CHUNK_SLOTS;
}

static void the_last_block_of_the_largest_spare_is_handed_out(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 slot;

	make_spare(test, U32_MAX, policy_of(test));
	fill_all_but_last_chunk(test);
	for (slot = U32_MAX - REMAP_CHUNK_SLOTS + 1; slot < U32_MAX - 1; slot++)
		find_bad(test, slot);
	s->sp.bad = U32_MAX - 1;
	KUNIT_EXPECT_EQ(test, nr_free(test), 1);
	KUNIT_EXPECT_EQ(test, take(test, 5, false), U32_MAX - 1);
	KUNIT_EXPECT_EQ(test, take(test, 6, false), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, take(test, 4, false), REMAP_NO_SLOT);
}

static void a_last_chunk_without_memory_ends_the_search(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	make_spare(test, U32_MAX, policy_of(test));
	fill_all_but_last_chunk(test);
	s->sp.used = U32_MAX - 500;
	allocations_left = 0;
	kvfree(s->base.slots.reserve);
	s->base.slots.reserve = NULL;
	KUNIT_EXPECT_EQ(test, take_any(test), REMAP_NO_SLOT);
	KUNIT_EXPECT_EQ(test, nr_free(test), 500);
}

/* linear */

static void linear_takes_the_lowest_free_block(struct kunit *test)
{
	u32 i;

	make_spare(test, 3000, REMAP_POLICY_LINEAR);
	for (i = 0; i < 3000; i++)
		KUNIT_ASSERT_EQ(test, take(test, some_block(i), false), i);
}

static void linear_takes_no_notice_of_neighbours(struct kunit *test)
{
	u32 i;

	make_spare(test, 100, REMAP_POLICY_LINEAR);
	for (i = 0; i < 10; i++)
		take(test, 10 * i, false);
	give_back(test, 3);
	KUNIT_EXPECT_EQ(test, take(test, 71, false), 3);
}

static void a_released_block_is_the_lowest_again(struct kunit *test)
{
	u32 i;

	make_spare(test, 3000, REMAP_POLICY_LINEAR);
	for (i = 0; i < 2000; i++)
		take_any(test);
	give_back(test, 1500);
	give_back(test, 7);
	give_back(test, 1023);
	KUNIT_EXPECT_EQ(test, take_any(test), 7);
	KUNIT_EXPECT_EQ(test, take_any(test), 1023);
	KUNIT_EXPECT_EQ(test, take_any(test), 1500);
	KUNIT_EXPECT_EQ(test, take_any(test), 2000);
}

static void blocks_passed_over_without_memory_are_the_lowest_when_there_is_some(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	make_spare(test, 5000, REMAP_POLICY_LINEAR);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, 2048));
	allocations_left = 0;
	kvfree(s->base.slots.reserve);
	s->base.slots.reserve = NULL;
	KUNIT_EXPECT_EQ(test, take_any(test), 2048);
	KUNIT_EXPECT_EQ(test, take_any(test), 2049);
	allocations_left = UINT_MAX;
	KUNIT_EXPECT_EQ(test, take_any(test), 0);
	KUNIT_EXPECT_EQ(test, take_any(test), 1);
}

/* near */

static void near_takes_the_lowest_free_block_where_there_is_no_neighbour(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_NEAR);
	KUNIT_EXPECT_EQ(test, take(test, 500, false), 0);
	KUNIT_EXPECT_EQ(test, take(test, 300, false), 1);
	KUNIT_EXPECT_EQ(test, take(test, 302, false), 2);
}

static void near_goes_on_behind_the_block_before(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_NEAR);
	take(test, 300, false);
	take(test, 500, false);
	take(test, 700, false);
	/* 0 is free now, but 501 should go after 500 */
	give_back(test, 0);
	give_back(test, 2);
	KUNIT_EXPECT_EQ(test, take(test, 501, false), 2);
	KUNIT_EXPECT_EQ(test, take(test, 502, false), 3);
	KUNIT_EXPECT_EQ(test, take(test, 503, false), 4);
}

static void near_goes_down_before_the_block_behind(struct kunit *test)
{
	u32 i;

	make_spare(test, 100, REMAP_POLICY_NEAR);
	for (i = 0; i < 10; i++)
		take(test, 300 + 10 * i, false);
	take(test, 900, false);
	give_back(test, 9);
	give_back(test, 8);
	give_back(test, 0);
	KUNIT_EXPECT_EQ(test, take(test, 899, false), 9);
	KUNIT_EXPECT_EQ(test, take(test, 898, false), 8);
	/* no block before 8 is free */
	KUNIT_EXPECT_EQ(test, take(test, 897, false), 0);
}

static void near_takes_the_place_between_both_neighbours(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_NEAR);
	take(test, 100, false);
	take(test, 300, false);
	take(test, 301, false);
	take(test, 302, false);
	give_back(test, 0);
	give_back(test, 2);
	KUNIT_EXPECT_EQ(test, take(test, 301, false), 2);
}

static void near_goes_before_the_block_behind_if_the_other_place_is_taken(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_NEAR);
	take(test, 300, false);		/* 0 */
	take(test, 500, false);		/* 1: no block after 300 is free */
	take(test, 700, false);		/* 2 */
	take(test, 900, false);		/* 3 */
	take(test, 302, false);		/* 4 */
	give_back(test, 3);
	give_back(test, 2);
	KUNIT_EXPECT_EQ(test, take(test, 301, false), 3);
}

static void near_takes_the_lowest_if_both_places_are_taken(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_NEAR);
	take(test, 100, false);		/* 0 */
	take(test, 300, false);		/* 1 */
	take(test, 500, false);		/* 2 */
	take(test, 302, false);		/* 3 */
	give_back(test, 0);
	KUNIT_EXPECT_EQ(test, take(test, 301, false), 0);
}

static void near_takes_no_bad_place(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_NEAR);
	find_bad(test, 1);
	take(test, 300, false);		/* 0 */
	KUNIT_EXPECT_EQ(test, take(test, 301, false), 2);
	KUNIT_EXPECT_EQ(test, take(test, 700, false), 3);
	turn_bad(test, 2);
	KUNIT_EXPECT_EQ(test, take(test, 699, false), 4);
}

static void near_has_no_place_before_the_first(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_NEAR);
	KUNIT_EXPECT_EQ(test, take(test, 300, false), 0);
	KUNIT_EXPECT_EQ(test, take(test, 299, false), 1);
	KUNIT_EXPECT_EQ(test, take(test, 298, false), 2);
}

static void near_has_no_place_behind_the_last(struct kunit *test)
{
	u32 i;

	make_spare(test, 1024, REMAP_POLICY_NEAR);
	for (i = 0; i < 1024; i++)
		take(test, 10 * i, false);
	give_back(test, 5);
	KUNIT_EXPECT_EQ(test, take(test, 10 * 1023 + 1, false), 5);
}

static void near_works_at_the_first_and_the_last_main_block(struct kunit *test)
{
	u32 i;

	make_spare(test, 100, REMAP_POLICY_NEAR);
	for (i = 0; i < 5; i++)
		take(test, 300 + 10 * i, false);
	KUNIT_EXPECT_EQ(test, take(test, 1, false), 5);
	give_back(test, 4);
	KUNIT_EXPECT_EQ(test, take(test, 0, false), 4);
	KUNIT_EXPECT_EQ(test, take(test, REMAP_BLOCK_MASK - 1, false), 6);
	give_back(test, 0);
	KUNIT_EXPECT_EQ(test, take(test, REMAP_BLOCK_MASK, false), 7);
}

static void near_counts_blocks_that_are_pending_as_neighbours(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	make_spare(test, 100, REMAP_POLICY_NEAR);
	take(test, 100, false);
	take(test, 300, false);
	remap_slots_set(&s->base.slots, 1, remap_word(300, REMAP_PENDING, 0));
	give_back(test, 0);
	KUNIT_EXPECT_EQ(test, take(test, 301, false), 2);
}

static void near_keeps_a_growing_area_in_one_piece(struct kunit *test)
{
	u32 first, i;

	make_spare(test, 3000, REMAP_POLICY_NEAR);
	for (i = 0; i < 10; i++)
		take(test, 100000 + 1000 * i, false);
	first = take(test, 500, false);
	for (i = 1; i < 2000; i++)
		KUNIT_ASSERT_EQ(test, take(test, 500 + i, false), first + i);
}

static void near_falls_back_where_the_place_has_no_memory(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 5000, REMAP_POLICY_NEAR);
	for (i = 0; i < 1024; i++)
		take(test, 10 * i, false);
	give_back(test, 5);
	allocations_left = 0;
	kvfree(s->base.slots.reserve);
	s->base.slots.reserve = NULL;
	KUNIT_EXPECT_EQ(test, take(test, 10 * 1023 + 1, false), 5);
}

/* spread */

static void spread_goes_on_behind_the_last_one_taken(struct kunit *test)
{
	make_spare(test, 100, REMAP_POLICY_SPREAD);
	KUNIT_EXPECT_EQ(test, take_any(test), 0);
	KUNIT_EXPECT_EQ(test, take_any(test), 1);
	give_back(test, 0);
	give_back(test, 1);
	KUNIT_EXPECT_EQ(test, take_any(test), 2);
	KUNIT_EXPECT_EQ(test, take_any(test), 3);
}

static void spread_begins_again_at_the_end(struct kunit *test)
{
	u32 i;

	make_spare(test, 2500, REMAP_POLICY_SPREAD);
	for (i = 0; i < 2500; i++) {
		KUNIT_ASSERT_EQ(test, take_any(test), i);
		give_back(test, i);
	}
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_EQ(test, take_any(test), i);
}

static void spread_begins_again_at_the_first_free_block(struct kunit *test)
{
	u32 i;

	make_spare(test, 2500, REMAP_POLICY_SPREAD);
	for (i = 0; i < 2500; i++)
		take_any(test);
	give_back(test, 1700);
	give_back(test, 30);
	KUNIT_EXPECT_EQ(test, take_any(test), 30);
	give_back(test, 20);
	KUNIT_EXPECT_EQ(test, take_any(test), 1700);
	KUNIT_EXPECT_EQ(test, take_any(test), 20);
}

static void spread_uses_every_block_once_before_any_twice(struct kunit *test)
{
	u8 *times = kunit_kzalloc(test, 2500, GFP_KERNEL);
	u32 i, slot;

	KUNIT_ASSERT_NOT_NULL(test, times);
	make_spare(test, 2500, REMAP_POLICY_SPREAD);
	for (i = 0; i < 5 * 2500; i++) {
		slot = take_any(test);
		KUNIT_ASSERT_EQ(test, times[slot], i / 2500);
		times[slot]++;
		give_back(test, slot);
	}
}

/* Counts */

static void a_recount_finds_what_is_bad(struct kunit *test)
{
	static const enum remap_slot_state states[] = {
		REMAP_FREE, REMAP_BAD, REMAP_MAPPED, REMAP_PENDING, REMAP_MOVING,
	};
	struct spare_fixture *s = test->priv;
	u32 i;

	make_spare(test, 100000, REMAP_POLICY_LINEAR);
	for (i = 0; i < 50000; i++) {
		KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, i));
		remap_slots_set(&s->base.slots, i,
				remap_word(i % 5 < 2 ? 0 : i, states[i % 5], 0));
	}
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&s->base.slots, 99999));
	remap_slots_set(&s->base.slots, 99999, remap_word(0, REMAP_BAD, 0));
	s->sp.used = 7;
	s->sp.bad = 9;
	s->sp.lowest = 70000;
	remap_spare_recount(&s->sp, 30000);
	KUNIT_EXPECT_EQ(test, s->sp.used, 30000);
	KUNIT_EXPECT_EQ(test, s->sp.bad, 10001);
	KUNIT_EXPECT_EQ(test, nr_free(test), 59999);
	KUNIT_EXPECT_EQ(test, take(test, 200000, false), 0);
	KUNIT_EXPECT_EQ(test, take(test, 200010, false), 5);
}

static void a_block_given_back_before_it_was_used_is_free(struct kunit *test)
{
	struct spare_fixture *s = test->priv;
	u32 slot;

	make_spare(test, 10, REMAP_POLICY_LINEAR);
	slot = remap_spare_alloc(&s->sp, &s->base.table, 5, false);
	KUNIT_EXPECT_EQ(test, nr_free(test), 9);
	remap_spare_release(&s->sp, slot);
	KUNIT_EXPECT_EQ(test, nr_free(test), 10);
	KUNIT_EXPECT_EQ(test, take_any(test), slot);
}

static int spare_kunit_init(struct kunit *test)
{
	struct spare_fixture *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	s->base.test = test;
	test->priv = s;
	return 0;
}

static void spare_kunit_exit(struct kunit *test)
{
	struct spare_fixture *s = test->priv;

	allocations_left = UINT_MAX;
	if (s)
		fixture_exit(&s->base);
}

static struct kunit_case spare_kunit_cases[] = {
	KUNIT_CASE_PARAM(every_block_is_handed_out_once_and_then_none, policy_gen_params),
	KUNIT_CASE_PARAM(the_one_free_block_is_found_wherever_it_is, policy_gen_params),
	KUNIT_CASE_PARAM(bad_blocks_are_never_handed_out, policy_gen_params),
	KUNIT_CASE_PARAM(a_block_that_turned_bad_is_not_handed_out_again, policy_gen_params),
	KUNIT_CASE_PARAM(automatic_remaps_leave_the_reserve, policy_gen_params),
	KUNIT_CASE_PARAM(manual_remaps_take_the_reserve, policy_gen_params),
	KUNIT_CASE_PARAM(what_is_held_is_left_beside_the_reserve, policy_gen_params),
	KUNIT_CASE_PARAM(manual_remaps_take_from_what_is_held, policy_gen_params),
	KUNIT_CASE_PARAM(what_is_held_is_there_for_those_it_is_held_for, policy_gen_params),
	KUNIT_CASE_PARAM(a_failure_takes_nothing_from_what_is_held, policy_gen_params),
	KUNIT_CASE_PARAM(reserve_and_held_do_not_overflow, policy_gen_params),
	KUNIT_CASE_PARAM(without_memory_blocks_that_have_some_are_used, policy_gen_params),
	KUNIT_CASE_PARAM(without_memory_few_chunks_are_tried, policy_gen_params),
	KUNIT_CASE_PARAM(with_memory_again_every_block_is_handed_out, policy_gen_params),
	KUNIT_CASE_PARAM(the_last_block_of_the_largest_spare_is_handed_out, policy_gen_params),
	KUNIT_CASE_PARAM(a_last_chunk_without_memory_ends_the_search, policy_gen_params),
	KUNIT_CASE(linear_takes_the_lowest_free_block),
	KUNIT_CASE(linear_takes_no_notice_of_neighbours),
	KUNIT_CASE(a_released_block_is_the_lowest_again),
	KUNIT_CASE(blocks_passed_over_without_memory_are_the_lowest_when_there_is_some),
	KUNIT_CASE(near_takes_the_lowest_free_block_where_there_is_no_neighbour),
	KUNIT_CASE(near_goes_on_behind_the_block_before),
	KUNIT_CASE(near_goes_down_before_the_block_behind),
	KUNIT_CASE(near_takes_the_place_between_both_neighbours),
	KUNIT_CASE(near_goes_before_the_block_behind_if_the_other_place_is_taken),
	KUNIT_CASE(near_takes_the_lowest_if_both_places_are_taken),
	KUNIT_CASE(near_takes_no_bad_place),
	KUNIT_CASE(near_has_no_place_before_the_first),
	KUNIT_CASE(near_has_no_place_behind_the_last),
	KUNIT_CASE(near_works_at_the_first_and_the_last_main_block),
	KUNIT_CASE(near_counts_blocks_that_are_pending_as_neighbours),
	KUNIT_CASE(near_keeps_a_growing_area_in_one_piece),
	KUNIT_CASE(near_falls_back_where_the_place_has_no_memory),
	KUNIT_CASE(spread_goes_on_behind_the_last_one_taken),
	KUNIT_CASE(spread_begins_again_at_the_end),
	KUNIT_CASE(spread_begins_again_at_the_first_free_block),
	KUNIT_CASE(spread_uses_every_block_once_before_any_twice),
	KUNIT_CASE(a_recount_finds_what_is_bad),
	KUNIT_CASE(a_block_given_back_before_it_was_used_is_free),
	{}
};

static struct kunit_suite spare_kunit_suite = {
	.name = "spare_kunit",
	.init = spare_kunit_init,
	.exit = spare_kunit_exit,
	.test_cases = spare_kunit_cases,
};

kunit_test_suite(spare_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's spare allocator");
MODULE_LICENSE("GPL");
