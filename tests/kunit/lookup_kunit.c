// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups without a lock, with each interleaving of changes in turn.
 *
 * The table may change between any two loads of a lookup.  Here the loads are counted,
 * and a change is made before those loads that a case chooses, as if by a writer on
 * another processor.  Each case tries all places in a lookup at which its changes can
 * happen, and the result must be right every time.  This tests the order of events, but
 * not how a processor may reorder them (readers_kunit.c runs real threads).
 */
#include <kunit/test.h>

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

static void before_load(void);

#undef READ_ONCE
#define READ_ONCE(x)							\
({									\
	before_load();							\
	__READ_ONCE(x);							\
})

#include "table.h"

/* The changes of a case, in order, and the load before which each is made. */
#define MAX_CHANGES	4

typedef void (*change_fn)(struct fixture *f);

static struct {
	struct fixture *f;
	bool looking;
	unsigned int loads;
	unsigned int nr, done;
	change_fn changes[MAX_CHANGES];
	unsigned int at[MAX_CHANGES];
} run;

static void before_load(void)
{
	if (!run.looking)
		return;
	run.loads++;
	run.looking = false;
	while (run.done < run.nr && run.at[run.done] == run.loads)
		run.changes[run.done++](run.f);
	run.looking = true;
}

/*
 * Six blocks in the bucket of block 0, with 64 as well as with 128 buckets, and as many
 * in a second bucket.  With 256 buckets every other one of the first six is in another
 * chain.  Blocks that are inserted last come first in their chain.
 */
#define IN_CHAIN	6
#define TARGET		2	/* three are before it in the chain, two behind */

static u64 here[IN_CHAIN + 2], there[IN_CHAIN + 2];

/* All blocks have the tag of block 0, so that lookups walk the chain. */
static void choose_blocks(struct fixture *f)
{
	unsigned int nr_here = 0, nr_there = 0;
	u64 block;

	for (block = REMAP_GROUP; nr_here < ARRAY_SIZE(here) || nr_there < ARRAY_SIZE(there);
	     block += REMAP_GROUP) {
		u64 hash = hash_block(&f->table, block);
		u32 bucket = hash >> 56;

		if (tag_of(&f->table, hash) != tag_of(&f->table, hash_block(&f->table, 0)))
			continue;
		if (bucket == nr_here % 2 && nr_here < ARRAY_SIZE(here))
			here[nr_here++] = block;
		else if (bucket == 180 && nr_there < ARRAY_SIZE(there))
			there[nr_there++] = block;
	}
}

/* Tables for the resizes of a run: a lookup must not allocate one. */
static struct remap_buckets *spare_buckets[2];

static void prepare(struct fixture *f)
{
	unsigned int i;

	/* All slots that are ever used are in the first chunk; it keeps its memory. */
	remap_table_exit(&f->table);
	KUNIT_ASSERT_TRUE(f->test, remap_slots_prepare(&f->slots, 0));
	memset(remap_slots_chunk(&f->slots, 0), 0, REMAP_CHUNK_SLOTS * sizeof(struct remap_slot));
	f->slots.dirs[0]->used[0] = 0;
	f->table.entries = 0;
	f->table.min_buckets = 64;
	f->table.shrink_percent = 0;
	KUNIT_ASSERT_EQ(f->test, remap_table_init(&f->table, &f->slots, "kunit"), 0);
	set_key(&f->table);
	for (i = 0; i < IN_CHAIN; i++) {
		insert(f, i, here[i]);
		insert(f, 100 + i, there[i]);
	}
	for (i = 0; i < ARRAY_SIZE(spare_buckets); i++) {
		spare_buckets[i] = remap_buckets_alloc(&f->table, 128 << i);
		KUNIT_ASSERT_NOT_NULL(f->test, spare_buckets[i]);
	}
}

static void clean_up(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spare_buckets); i++) {
		kvfree(spare_buckets[i]);
		spare_buckets[i] = NULL;
	}
}

/* Look up @block while the changes are made.  Returns the slot; *@word is its word. */
static u32 look(struct fixture *f, u64 block, u64 *word)
{
	u32 slot;

	run.f = f;
	run.loads = 0;
	run.done = 0;
	run.looking = true;
	slot = remap_table_lookup(&f->table, block, word);
	run.looking = false;
	return slot;
}

typedef bool (*right_fn)(u64 block, u32 slot, u64 word);

/*
 * Try all ways to place the changes @fns, in order, among the loads of a lookup of
 * @block.  Loads that a lookup does because of a change count as well, so move the
 * places up until a lookup ends before the last change.
 */
static void try_all(struct kunit *test, u64 block, right_fn right, unsigned int nr,
		    const change_fn *fns)
{
	struct fixture *f = test->priv;
	unsigned int i, k, tries = 0;

	run.nr = nr;
	for (i = 0; i < nr; i++) {
		run.changes[i] = fns[i];
		run.at[i] = 1;
	}
	for (;;) {
		u64 word = 0;
		u32 slot;

		prepare(f);
		slot = look(f, block, &word);
		clean_up();
		cond_resched();
		KUNIT_ASSERT_TRUE_MSG(test, right(block, slot, word),
				      "slot %u, word %llx; changes before loads %u %u %u %u",
				      slot, word, run.at[0], nr > 1 ? run.at[1] : 0,
				      nr > 2 ? run.at[2] : 0, nr > 3 ? run.at[3] : 0);
		tries++;
		/* Advance the last place first; at its end, advance the one before, reset it. */
		k = run.done == nr ? nr - 1 : run.done;
		if (run.done < nr) {
			if (!k--)
				break;
		}
		run.at[k]++;
		for (i = k + 1; i < nr; i++)
			run.at[i] = run.at[k];
	}
	KUNIT_EXPECT_GT(test, tries, 5);
}

#define TRY_ALL(test, block, right, ...)					\
do {										\
	static const change_fn _fns[] = { __VA_ARGS__ };			\
										\
	BUILD_BUG_ON(ARRAY_SIZE(_fns) > MAX_CHANGES);				\
	try_all(test, block, right, ARRAY_SIZE(_fns), _fns);			\
} while (0)

/* Results */

static bool found_at_target(u64 block, u32 slot, u64 word)
{
	return slot == TARGET && word == remap_word(block, REMAP_MAPPED, 0);
}

static bool found_in_either_slot(u64 block, u32 slot, u64 word)
{
	return (slot == TARGET || slot == 200) && word == remap_word(block, REMAP_MAPPED, 0);
}

static bool found_or_not_but_nothing_else(u64 block, u32 slot, u64 word)
{
	return slot == REMAP_NO_SLOT || found_at_target(block, slot, word);
}

static bool not_found(u64 block, u32 slot, u64 word)
{
	return slot == REMAP_NO_SLOT;
}

static bool found_before_or_after(u64 block, u32 slot, u64 word)
{
	return slot == TARGET && (word == remap_word(block, REMAP_MAPPED, 0) ||
				  word == remap_word(block, REMAP_MOVING, REMAP_SLOT_LOST));
}

/* Changes */

/* The slots before the target in its chain, from its head. */
static void remove_first(struct fixture *f)
{
	remap_table_remove(&f->table, IN_CHAIN - 1, REMAP_FREE);
}

static void remove_before(struct fixture *f)
{
	remap_table_remove(&f->table, TARGET + 1, REMAP_FREE);
}

static void remove_all_before(struct fixture *f)
{
	u32 slot;

	for (slot = TARGET + 1; slot < IN_CHAIN; slot++)
		remap_table_remove(&f->table, slot, REMAP_FREE);
}

static void remove_behind(struct fixture *f)
{
	remap_table_remove(&f->table, TARGET - 1, REMAP_FREE);
}

static void remove_target(struct fixture *f)
{
	remap_table_remove(&f->table, TARGET, REMAP_FREE);
}

static void use_first_there(struct fixture *f)
{
	insert(f, IN_CHAIN - 1, there[IN_CHAIN]);
}

static void use_before_there(struct fixture *f)
{
	insert(f, TARGET + 1, there[IN_CHAIN]);
}

static void use_all_before_there(struct fixture *f)
{
	u32 slot;

	for (slot = TARGET + 1; slot < IN_CHAIN; slot++)
		insert(f, slot, there[IN_CHAIN] + slot * 4096);
}

static void use_before_here(struct fixture *f)
{
	insert(f, TARGET + 1, here[IN_CHAIN]);
}

static void use_target_there(struct fixture *f)
{
	insert(f, TARGET, there[IN_CHAIN]);
}

static void insert_here(struct fixture *f)
{
	insert(f, 201, here[IN_CHAIN]);
}

static void insert_target_again(struct fixture *f)
{
	insert(f, 200, here[TARGET]);
}

static void change_target(struct fixture *f)
{
	remap_slots_set(&f->slots, TARGET,
			remap_word(here[TARGET], REMAP_MOVING, REMAP_SLOT_LOST));
}

static void begin(struct fixture *f, unsigned int i, u32 buckets)
{
	struct remap_buckets *next = spare_buckets[i];

	spare_buckets[i] = NULL;
	/* the memory may be for more */
	next->bits = ilog2(buckets);
	f->table.min_buckets = buckets;
	f->table.shrink_percent = buckets == 64 ? 50 : 0;
	remap_table_begin_resize(&f->table, next, 1);
}

static void begin_128(struct fixture *f)
{
	begin(f, 0, 128);
}

static void begin_256(struct fixture *f)
{
	begin(f, 1, 256);
}

static void begin_64(struct fixture *f)
{
	begin(f, 1, 64);
}

static void finish_the_resize(struct fixture *f)
{
	remap_table_balance(&f->table);
}

static void resize_to_128(struct fixture *f)
{
	begin_128(f);
	finish_the_resize(f);
}

static void resize_to_256(struct fixture *f)
{
	begin_256(f);
	finish_the_resize(f);
}

/* Cases */

static void a_block_is_found_while_the_slot_before_it_is_removed(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, remove_before);
}

static void a_block_is_found_while_the_first_of_its_chain_is_used_elsewhere(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, remove_first, use_first_there);
}

static void a_block_is_found_while_the_slot_before_it_is_used_elsewhere(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, remove_before, use_before_there);
}

static void a_block_is_found_while_the_slot_before_it_is_used_elsewhere_twice(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target,
		remove_before, use_before_there, remove_before, use_before_there);
}

static void a_block_is_found_while_all_slots_before_it_are_used_elsewhere(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, remove_all_before, use_all_before_there);
}

static void a_block_is_found_while_the_slot_before_it_becomes_the_first(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, remove_before, use_before_here);
}

static void a_block_is_found_while_the_slot_behind_it_is_removed(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, remove_behind, insert_here);
}

static void a_block_is_found_while_others_are_inserted(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, insert_here);
}

static void a_block_is_found_while_the_table_is_resized(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target, begin_128, finish_the_resize);
}

static void a_block_is_found_while_the_table_is_resized_twice(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target,
		begin_128, finish_the_resize, begin_256, finish_the_resize);
}

static void a_block_is_found_while_the_table_grows_and_shrinks(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target,
		begin_128, finish_the_resize, begin_64, finish_the_resize);
}

static void a_block_is_found_while_slots_change_during_a_resize(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target,
		begin_128, remove_before, use_before_there, finish_the_resize);
}

static void a_block_is_found_while_slots_change_after_a_resize(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target,
		resize_to_128, remove_before, use_before_there);
}

static void a_block_is_found_while_slots_change_between_resizes(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_at_target,
		resize_to_128, remove_before, use_before_there, resize_to_256);
}

static void a_block_is_found_while_it_gets_another_slot(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_in_either_slot, insert_target_again, remove_target);
}

static void a_block_is_found_while_it_gets_another_slot_and_the_old_is_used(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_in_either_slot,
		insert_target_again, remove_target, use_target_there);
}

static void a_block_is_found_while_it_gets_another_slot_and_a_resize_ends(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_in_either_slot,
		insert_target_again, remove_target, use_target_there, resize_to_128);
	TRY_ALL(test, here[TARGET], found_in_either_slot,
		resize_to_128, insert_target_again, remove_target, resize_to_256);
}

static void a_word_is_of_before_or_after_its_change(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_before_or_after, change_target);
	TRY_ALL(test, here[TARGET], found_before_or_after,
		remove_before, change_target, use_before_there);
}

static void a_block_that_is_removed_is_found_as_it_was_or_not_at_all(struct kunit *test)
{
	TRY_ALL(test, here[TARGET], found_or_not_but_nothing_else,
		remove_target, use_target_there);
	TRY_ALL(test, here[TARGET], found_or_not_but_nothing_else,
		remove_target, resize_to_128, use_target_there);
}

static void a_block_that_is_not_there_is_not_found_while_slots_change(struct kunit *test)
{
	TRY_ALL(test, here[IN_CHAIN + 1], not_found,
		remove_before, use_before_there, insert_here);
	TRY_ALL(test, here[IN_CHAIN + 1], not_found,
		remove_all_before, use_all_before_there);
}

static void a_block_that_is_not_there_is_not_found_during_resizes(struct kunit *test)
{
	TRY_ALL(test, here[IN_CHAIN + 1], not_found,
		begin_128, finish_the_resize, begin_256, finish_the_resize);
	TRY_ALL(test, here[IN_CHAIN + 1], not_found,
		begin_128, finish_the_resize, begin_64, finish_the_resize);
}

static void block_0_is_not_found_while_slots_become_free(struct kunit *test)
{
	TRY_ALL(test, 0, not_found, remove_before, use_before_there);
	TRY_ALL(test, 0, not_found, remove_all_before, remove_target);
}

static int lookup_kunit_init(struct kunit *test)
{
	int ret = fixture_test_init(test);

	if (!ret)
		choose_blocks(test->priv);
	return ret;
}

static void lookup_kunit_exit(struct kunit *test)
{
	run.looking = false;
	clean_up();
	fixture_test_exit(test);
}

static struct kunit_case lookup_kunit_cases[] = {
	KUNIT_CASE(a_block_is_found_while_the_slot_before_it_is_removed),
	KUNIT_CASE(a_block_is_found_while_the_first_of_its_chain_is_used_elsewhere),
	KUNIT_CASE(a_block_is_found_while_the_slot_before_it_is_used_elsewhere),
	KUNIT_CASE(a_block_is_found_while_the_slot_before_it_is_used_elsewhere_twice),
	KUNIT_CASE(a_block_is_found_while_all_slots_before_it_are_used_elsewhere),
	KUNIT_CASE(a_block_is_found_while_the_slot_before_it_becomes_the_first),
	KUNIT_CASE(a_block_is_found_while_the_slot_behind_it_is_removed),
	KUNIT_CASE(a_block_is_found_while_others_are_inserted),
	KUNIT_CASE(a_block_is_found_while_the_table_is_resized),
	KUNIT_CASE(a_block_is_found_while_the_table_is_resized_twice),
	KUNIT_CASE(a_block_is_found_while_the_table_grows_and_shrinks),
	KUNIT_CASE(a_block_is_found_while_slots_change_during_a_resize),
	KUNIT_CASE(a_block_is_found_while_slots_change_after_a_resize),
	KUNIT_CASE(a_block_is_found_while_slots_change_between_resizes),
	KUNIT_CASE(a_block_is_found_while_it_gets_another_slot),
	KUNIT_CASE(a_block_is_found_while_it_gets_another_slot_and_the_old_is_used),
	KUNIT_CASE(a_block_is_found_while_it_gets_another_slot_and_a_resize_ends),
	KUNIT_CASE(a_word_is_of_before_or_after_its_change),
	KUNIT_CASE(a_block_that_is_removed_is_found_as_it_was_or_not_at_all),
	KUNIT_CASE(a_block_that_is_not_there_is_not_found_while_slots_change),
	KUNIT_CASE_SLOW(a_block_that_is_not_there_is_not_found_during_resizes),
	KUNIT_CASE(block_0_is_not_found_while_slots_become_free),
	{}
};

static struct kunit_suite lookup_kunit_suite = {
	.name = "lookup_kunit",
	.init = lookup_kunit_init,
	.exit = lookup_kunit_exit,
	.test_cases = lookup_kunit_cases,
};

kunit_test_suite(lookup_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of lookups in dm-remap's table");
MODULE_LICENSE("GPL");
