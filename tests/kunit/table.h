/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table with its slots, for suites that need one.  Include this after the definitions
 * that a suite substitutes for kernel functions.
 */
#ifndef _KUNIT_TABLE_H
#define _KUNIT_TABLE_H

#include <kunit/test.h>
#include <linux/device-mapper.h>

/* No messages, since some suites resize tables thousands of times. */
#undef DMINFO
#define DMINFO(fmt, ...) no_printk(fmt, ##__VA_ARGS__)

#include "../../modules/core/slots.c"
#include "../../modules/core/adapt.c"
#include "../../modules/core/table.c"

/**
 * struct fixture - a table with its slots.
 * @test: the case.
 * @slots: the slots.
 * @table: the table.
 */
struct fixture {
	struct kunit *test;
	struct remap_slots slots;
	struct remap_table table;
};

/*
 * A distinct block for each number below 2^48, in no particular order: the factor is odd.
 * Tests use low numbers for blocks that are in the table, and numbers from ABSENT on for
 * blocks that never are.
 */
#define ABSENT	BIT_ULL(40)

static inline u64 some_block(u64 i)
{
	return (i * 0x9e3779b97f4bULL + 0x1234567) & REMAP_BLOCK_MASK;
}

static inline void fixture_exit(struct fixture *f)
{
	remap_table_exit(&f->table);
	remap_slots_exit(&f->slots);
}

/* Use a fixed key for the same chains in each run; the table must be empty. */
static inline void set_key(struct remap_table *t)
{
	t->key[0] = 0xd6e8feb86659fd93ULL;
	t->key[1] = 0xa0761d6478bd642fULL;
}

static inline void fixture_init(struct fixture *f, u32 nr, u32 min_buckets)
{
	fixture_exit(f);
	memset(&f->table, 0, sizeof(f->table));
	KUNIT_ASSERT_EQ(f->test, remap_slots_init(&f->slots, nr), 0);
	f->table.min_buckets = min_buckets;
	f->table.grow_percent = 150;
	f->table.shrink_percent = 50;
	KUNIT_ASSERT_EQ(f->test, remap_table_init(&f->table, &f->slots, "kunit"), 0);
	set_key(&f->table);
}

static inline void insert_word(struct fixture *f, u32 slot, u64 word)
{
	KUNIT_ASSERT_TRUE(f->test, remap_slots_prepare(&f->slots, slot));
	remap_table_insert(&f->table, slot, word);
}

static inline void insert(struct fixture *f, u32 slot, u64 block)
{
	insert_word(f, slot, remap_word(block, REMAP_MAPPED, 0));
}

static inline u32 bucket_in(struct fixture *f, const struct remap_buckets *b, u64 block)
{
	return bucket_of(hash_block(&f->table, block), block, b);
}

/* What the owner of a table does after each change (device.c, resize.c). */
static inline void begin_due_resize_in(struct fixture *f, u32 ranges)
{
	u32 due = remap_table_resize_due(&f->table);
	struct remap_buckets *next;

	if (!due)
		return;
	next = remap_buckets_alloc(&f->table, due);
	KUNIT_ASSERT_NOT_NULL(f->test, next);
	remap_table_begin_resize(&f->table, next, ranges);
}

static inline void begin_due_resize(struct fixture *f)
{
	begin_due_resize_in(f, 1);
}

static inline void settle(struct fixture *f)
{
	unsigned int rounds = 0;

	while (remap_table_balance(&f->table)) {
		KUNIT_ASSERT_LT(f->test, rounds++, 1U << 20);
		begin_due_resize(f);
	}
}

static inline bool is_found(struct fixture *f, u64 block, u32 slot)
{
	u64 word = 0;

	return remap_table_lookup(&f->table, block, &word) == slot &&
	       remap_word_block(word) == block && remap_word_state(word) >= REMAP_MAPPED;
}

static inline bool is_absent(struct fixture *f, u64 block)
{
	u64 word;

	return remap_table_lookup(&f->table, block, &word) == REMAP_NO_SLOT;
}

/* Let slots @from to @to - 1 hold the blocks with the same numbers. */
static inline void insert_range(struct fixture *f, u32 from, u32 to)
{
	for (; from < to; from++)
		insert(f, from, some_block(from));
}

static inline u32 count_found(struct fixture *f, u32 from, u32 to)
{
	u32 n = 0;

	for (; from < to; from++)
		n += is_found(f, some_block(from), from);
	return n;
}

static inline u32 count_absent(struct fixture *f, u32 nr)
{
	u32 i, n = 0;

	for (i = 0; i < nr; i++)
		n += is_absent(f, some_block(ABSENT + i));
	return n;
}

/*
 * Whether the chains of an array of buckets are consistent: they hold @nr slots in total, each
 * once, in the chain of its hash, with a block, and every bucket has exactly the tags of its slots.
 */
static inline bool is_whole(struct fixture *f, const struct remap_buckets *b, u32 nr)
{
	const struct remap_table *t = &f->table;
	u32 bucket, slot, n = 0;

	for (bucket = 0; bucket < nr_buckets(b); bucket++) {
		u32 head = *head_at(b, bucket), tags = 0;

		for (slot = head & chain_end(t); slot != chain_end(t);
		     slot = remap_slots_at(&f->slots, slot)->next[b->link]) {
			u64 word = remap_slots_word(&f->slots, slot);

			tags |= tag_of_slot(t, slot);
			if (++n > nr || remap_word_state(word) < REMAP_MAPPED ||
			    bucket_in(f, b, remap_word_block(word)) != bucket)
				return false;
		}
		if (tags != (head & ~chain_end(t)))
			return false;
	}
	return n == nr;
}

static inline bool table_is_whole(struct fixture *f)
{
	return is_whole(f, current_buckets(&f->table), f->table.entries);
}

static inline int fixture_test_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->test = test;
	test->priv = f;
	fixture_init(f, 1U << 20, REMAP_MIN_BUCKETS);
	return 0;
}

static inline void fixture_test_exit(struct kunit *test)
{
	if (test->priv)
		fixture_exit(test->priv);
}

#endif /* _KUNIT_TABLE_H */
