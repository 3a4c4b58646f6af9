// SPDX-License-Identifier: GPL-2.0
/*
 * The array of slots: words, memory, counts.
 */
#include <kunit/test.h>

#include "memory.h"
#include "../../modules/core/slots.c"

static void a_word_gives_back_block_state_and_flags(struct kunit *test)
{
	static const u64 blocks[] = {
		0, 1, U32_MAX, BIT_ULL(32), BIT_ULL(47), REMAP_BLOCK_MASK,
	};
	enum remap_slot_state state;
	unsigned int i, flags;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		for (state = REMAP_FREE; state <= REMAP_INDETERMINATE; state++) {
			for (flags = 0; flags < 256; flags++) {
				u64 word = remap_word(blocks[i], state, flags);

				KUNIT_EXPECT_EQ(test, remap_word_block(word), blocks[i]);
				KUNIT_EXPECT_EQ(test, remap_word_state(word), state);
				KUNIT_EXPECT_EQ(test, remap_word_flags(word), flags);
			}
		}
	}
}

static void a_block_has_48_bits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, REMAP_BLOCK_MASK, (1ULL << 48) - 1);
}

static void a_slot_takes_16_bytes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct remap_slot), 16);
}

static void the_number_of_chunks_is_rounded_up(struct kunit *test)
{
	static const struct {
		u32 nr;
		unsigned int chunks;
	} cases[] = {
		{ 1, 1 }, { 1023, 1 }, { 1024, 1 }, { 1025, 2 }, { 2048, 2 },
		{ U32_MAX - 1023, (1U << 22) - 1 }, { U32_MAX - 1022, 1U << 22 },
		{ U32_MAX, 1U << 22 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct remap_slots slots = { .nr = cases[i].nr };

		KUNIT_EXPECT_EQ(test, remap_slots_nr_chunks(&slots), cases[i].chunks);
	}
}

static void slots_never_used_read_as_free(struct kunit *test)
{
	struct remap_slots slots;
	u32 slot;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 3000), 0);
	for (slot = 0; slot < 3000; slot++)
		KUNIT_EXPECT_EQ(test, remap_slots_word(&slots, slot), 0);
	remap_slots_exit(&slots);
}

static void a_prepared_chunk_is_free_slots(struct kunit *test)
{
	struct remap_slots slots;
	u32 slot;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 3000), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 1500));
	for (slot = 1024; slot < 2048; slot++)
		KUNIT_EXPECT_EQ(test, remap_slots_at(&slots, slot)->word, 0);
	remap_slots_exit(&slots);
}

static void a_slot_keeps_its_word_when_it_is_prepared_again(struct kunit *test)
{
	struct remap_slots slots;
	u64 word = remap_word(77, REMAP_MAPPED, 0);

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 3000), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 1024));
	remap_slots_set(&slots, 1024, word);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 1024));
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 2047));
	KUNIT_EXPECT_EQ(test, remap_slots_word(&slots, 1024), word);
	remap_slots_exit(&slots);
}

static void slots_at_the_edges_of_chunks_are_different_ones(struct kunit *test)
{
	static const u32 edges[] = { 0, 1023, 1024, 2047, 2048, 2999 };
	struct remap_slots slots;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 3000), 0);
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, edges[i]));
		remap_slots_set(&slots, edges[i], remap_word(i + 1, REMAP_MAPPED, 0));
	}
	for (i = 0; i < ARRAY_SIZE(edges); i++)
		KUNIT_EXPECT_EQ(test, remap_word_block(remap_slots_word(&slots, edges[i])), i + 1);
	remap_slots_exit(&slots);
}

static void preparing_a_slot_takes_memory_for_its_chunk_only(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 2500));
	KUNIT_EXPECT_NULL(test, remap_slots_chunk(&slots, 0));
	KUNIT_EXPECT_NULL(test, remap_slots_chunk(&slots, 1));
	KUNIT_EXPECT_NOT_NULL(test, remap_slots_chunk(&slots, 2));
	KUNIT_EXPECT_NULL(test, remap_slots_chunk(&slots, 3));
	KUNIT_EXPECT_NULL(test, remap_slots_chunk(&slots, 4));
	remap_slots_exit(&slots);
}

static void a_directory_takes_memory_when_a_slot_in_it_is_used(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, U32_MAX), 0);
	KUNIT_EXPECT_EQ(test, remap_slots_nr_dirs(&slots), 4096);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 3U << 20));
	KUNIT_EXPECT_NULL(test, slots.dirs[2]);
	KUNIT_EXPECT_NOT_NULL(test, slots.dirs[3]);
	KUNIT_EXPECT_NULL(test, slots.dirs[4]);
	KUNIT_EXPECT_NULL(test, slots.dirs[4095]);
	KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, 5), 0);
	KUNIT_EXPECT_NULL(test, remap_slots_chunk(&slots, 5));
	KUNIT_EXPECT_EQ(test, remap_slots_word(&slots, U32_MAX - 1), 0);
	remap_slots_exit(&slots);
}

static void a_directory_allocated_ahead_is_used_when_memory_is_out(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, U32_MAX), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	allocations_left = 0;
	KUNIT_EXPECT_TRUE(test, remap_slots_prepare(&slots, 1U << 20));
	KUNIT_EXPECT_NULL(test, slots.reserve_dir);
	KUNIT_EXPECT_FALSE(test, remap_slots_prepare(&slots, 1U << 21));
	allocations_left = UINT_MAX;
	KUNIT_EXPECT_TRUE(test, remap_slots_prepare(&slots, 1U << 21));
	KUNIT_EXPECT_NOT_NULL(test, slots.reserve_dir);
	remap_slots_exit(&slots);
}

static void the_end_is_behind_the_last_chunk_in_use(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	KUNIT_EXPECT_EQ(test, remap_slots_end(&slots), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 1024));
	KUNIT_EXPECT_EQ(test, remap_slots_end(&slots), 2048);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	KUNIT_EXPECT_EQ(test, remap_slots_end(&slots), 2048);
	remap_slots_exit(&slots);
}

static void the_end_is_not_behind_the_last_slot(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 4999));
	KUNIT_EXPECT_EQ(test, remap_slots_end(&slots), 5000);
	remap_slots_exit(&slots);
}

static void the_last_slot_of_the_largest_array_can_be_used(struct kunit *test)
{
	struct remap_slots slots;
	u64 word = remap_word(5, REMAP_MAPPED, 0);

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, U32_MAX), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, U32_MAX - 1));
	remap_slots_set(&slots, U32_MAX - 1, word);
	KUNIT_EXPECT_EQ(test, remap_slots_word(&slots, U32_MAX - 1), word);
	KUNIT_EXPECT_EQ(test, remap_slots_word(&slots, U32_MAX - 2), 0);
	KUNIT_EXPECT_EQ(test, remap_slots_end(&slots), U32_MAX);
	KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, (1U << 22) - 1), 1);
	remap_slots_exit(&slots);
}

static void a_chunk_counts_its_slots_that_are_not_free(struct kunit *test)
{
	struct remap_slots slots;
	u32 slot;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 3000), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 1024));
	for (slot = 1024; slot < 2048; slot++) {
		remap_slots_set(&slots, slot, remap_word(slot, REMAP_MAPPED, 0));
		KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, 1), slot - 1023);
	}
	KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, 0), 0);
	KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, 2), 0);
	for (slot = 1024; slot < 2048; slot++)
		remap_slots_set(&slots, slot, 0);
	KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, 1), 0);
	remap_slots_exit(&slots);
}

static void a_slot_that_changes_its_state_is_counted_once(struct kunit *test)
{
	static const enum remap_slot_state states[] = {
		REMAP_PENDING, REMAP_MOVING, REMAP_MAPPED, REMAP_MAPPED, REMAP_BAD,
	};
	struct remap_slots slots;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 1), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		remap_slots_set(&slots, 0, remap_word(9, states[i], 0));
		KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, 0), 1);
	}
	remap_slots_exit(&slots);
}

static void a_change_of_state_keeps_block_age_and_reason(struct kunit *test)
{
	static const u64 blocks[] = { 0, BIT_ULL(47), REMAP_BLOCK_MASK };
	struct remap_slots slots;
	unsigned int i, seq;
	u64 word;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 1), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		for (seq = 0; seq <= REMAP_SLOT_SEQ; seq++) {
			word = remap_word(blocks[i], REMAP_MOVING, seq | REMAP_SLOT_WAS_PENDING);
			remap_slots_set(&slots, 0, remap_word_with_reason(word, 15 - seq));
			remap_slots_change(&slots, 0, REMAP_MAPPED, REMAP_SLOT_LOST);
			word = remap_word(blocks[i], REMAP_MAPPED, seq | REMAP_SLOT_LOST);
			word = remap_word_with_reason(word, 15 - seq);
			KUNIT_EXPECT_EQ(test, remap_slots_word(&slots, 0), word);
			KUNIT_EXPECT_EQ(test, remap_word_state(word), REMAP_MAPPED);
			KUNIT_EXPECT_EQ(test, remap_word_reason(word), 15 - seq);
			KUNIT_EXPECT_EQ(test, remap_slots_used(&slots, 0), 1);
		}
	}
	remap_slots_exit(&slots);
}

static void flags_do_not_overlap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, REMAP_SLOT_SEQ + REMAP_SLOT_LOST + REMAP_SLOT_WAS_MAPPED +
			REMAP_SLOT_WAS_PENDING, REMAP_SLOT_SEQ | REMAP_SLOT_LOST |
			REMAP_SLOT_WAS_MAPPED | REMAP_SLOT_WAS_PENDING);
}

static void the_chunk_allocated_ahead_is_used_when_memory_is_out(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	allocations_left = 0;
	KUNIT_EXPECT_TRUE(test, remap_slots_prepare(&slots, 0));
	KUNIT_EXPECT_NOT_NULL(test, remap_slots_chunk(&slots, 0));
	KUNIT_EXPECT_NULL(test, slots.reserve);
	remap_slots_exit(&slots);
}

static void preparing_fails_without_memory_and_without_reserve(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	allocations_left = 0;
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	KUNIT_EXPECT_FALSE(test, remap_slots_prepare(&slots, 1024));
	KUNIT_EXPECT_NULL(test, remap_slots_chunk(&slots, 1));
	KUNIT_EXPECT_EQ(test, remap_slots_word(&slots, 1024), 0);
	KUNIT_EXPECT_EQ(test, remap_slots_end(&slots), 1024);
	remap_slots_exit(&slots);
}

static void a_chunk_with_memory_needs_no_more_of_it(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	allocations_left = 0;
	KUNIT_EXPECT_TRUE(test, remap_slots_prepare(&slots, 1023));
	KUNIT_EXPECT_NOT_NULL(test, slots.reserve);
	remap_slots_exit(&slots);
}

static void the_reserve_is_replaced_when_there_is_memory_again(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	allocations_left = 0;
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	allocations_left = UINT_MAX;
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 1024));
	KUNIT_EXPECT_NOT_NULL(test, slots.reserve);
	KUNIT_EXPECT_PTR_NE(test, slots.reserve, remap_slots_chunk(&slots, 1));
	remap_slots_exit(&slots);
}

static void making_an_array_fails_cleanly_at_each_allocation(struct kunit *test)
{
	struct remap_slots slots;
	unsigned int n;

	for (n = 0; n < 3; n++) {
		memset(&slots, 0xff, sizeof(slots));
		allocations_left = n;
		KUNIT_EXPECT_EQ(test, remap_slots_init(&slots, 5000), -ENOMEM);
		KUNIT_EXPECT_NULL(test, slots.dirs);
		KUNIT_EXPECT_NULL(test, slots.reserve);
		KUNIT_EXPECT_NULL(test, slots.reserve_dir);
	}
	allocations_left = n;
	KUNIT_EXPECT_EQ(test, remap_slots_init(&slots, 5000), 0);
	remap_slots_exit(&slots);
}

static void an_array_can_be_freed_twice(struct kunit *test)
{
	struct remap_slots slots;

	KUNIT_ASSERT_EQ(test, remap_slots_init(&slots, 5000), 0);
	KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&slots, 0));
	remap_slots_exit(&slots);
	remap_slots_exit(&slots);
	KUNIT_EXPECT_NULL(test, slots.dirs);
}

static void slots_kunit_exit(struct kunit *test)
{
	allocations_left = UINT_MAX;
}

static struct kunit_case slots_kunit_cases[] = {
	KUNIT_CASE(a_word_gives_back_block_state_and_flags),
	KUNIT_CASE(a_block_has_48_bits),
	KUNIT_CASE(a_slot_takes_16_bytes),
	KUNIT_CASE(the_number_of_chunks_is_rounded_up),
	KUNIT_CASE(slots_never_used_read_as_free),
	KUNIT_CASE(a_prepared_chunk_is_free_slots),
	KUNIT_CASE(a_slot_keeps_its_word_when_it_is_prepared_again),
	KUNIT_CASE(slots_at_the_edges_of_chunks_are_different_ones),
	KUNIT_CASE(preparing_a_slot_takes_memory_for_its_chunk_only),
	KUNIT_CASE(a_directory_takes_memory_when_a_slot_in_it_is_used),
	KUNIT_CASE(a_directory_allocated_ahead_is_used_when_memory_is_out),
	KUNIT_CASE(the_end_is_behind_the_last_chunk_in_use),
	KUNIT_CASE(the_end_is_not_behind_the_last_slot),
	KUNIT_CASE(the_last_slot_of_the_largest_array_can_be_used),
	KUNIT_CASE(a_chunk_counts_its_slots_that_are_not_free),
	KUNIT_CASE(a_slot_that_changes_its_state_is_counted_once),
	KUNIT_CASE(a_change_of_state_keeps_block_age_and_reason),
	KUNIT_CASE(flags_do_not_overlap),
	KUNIT_CASE(the_chunk_allocated_ahead_is_used_when_memory_is_out),
	KUNIT_CASE(preparing_fails_without_memory_and_without_reserve),
	KUNIT_CASE(a_chunk_with_memory_needs_no_more_of_it),
	KUNIT_CASE(the_reserve_is_replaced_when_there_is_memory_again),
	KUNIT_CASE(making_an_array_fails_cleanly_at_each_allocation),
	KUNIT_CASE(an_array_can_be_freed_twice),
	{}
};

static struct kunit_suite slots_kunit_suite = {
	.name = "slots_kunit",
	.exit = slots_kunit_exit,
	.test_cases = slots_kunit_cases,
};

kunit_test_suite(slots_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's slots");
MODULE_LICENSE("GPL");
