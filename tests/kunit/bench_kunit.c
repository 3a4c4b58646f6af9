// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of a lookup, and the memory of an entry, compared with rhashtable in
 * the same run.
 *
 * Times are printed, but only compared with each other: among 100,000 entries a lookup
 * must take at most half of rhashtable's time, whether the block is present or not.  Among
 * 1,000,000 entries memory latency decides: in both tables a block is found in the second
 * cache line that has to be fetched.
 */
#include <kunit/test.h>

#include <linux/rhashtable.h>
#include <linux/vmalloc.h>

#include "bench.h"
#include "table.h"

/* Not inlined, since in the module it is in another source file. */
noinline u32 remap_table_lookup(const struct remap_table *t, u64 block, u64 *word);

/**
 * struct bench - both tables with the same entries.
 * @f: ours.
 * @ht: the other.
 * @objects: of @ht.
 * @hits: keys that are present, in random order.
 * @misses: keys that are absent.
 * @sum: sum of the results, so that lookups are not optimized away.
 */
struct bench {
	struct fixture f;
	struct rhashtable ht;
	struct object **objects;
	u64 *hits;
	u64 *misses;
	u64 sum;
};

static struct bench bench;

static void fill(struct kunit *test, u32 n)
{
	u32 i;

	bench.f.test = test;
	fixture_init(&bench.f, n, REMAP_MIN_BUCKETS);
	KUNIT_ASSERT_EQ(test, rhashtable_init(&bench.ht, &object_params), 0);
	bench.objects = kvcalloc(n, sizeof(*bench.objects), GFP_KERNEL);
	bench.hits = kvmalloc_array(BENCH_LOOKUPS, sizeof(u64), GFP_KERNEL);
	bench.misses = kvmalloc_array(BENCH_LOOKUPS, sizeof(u64), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, bench.objects && bench.hits && bench.misses);

	for (i = 0; i < n; i++) {
		struct object *o = kmalloc(sizeof(*o), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, o);
		bench.objects[i] = o;
		o->key = bench_key(i);
		o->slot = i;
		insert(&bench.f, i, o->key);
		settle(&bench.f);
		KUNIT_ASSERT_EQ(test, rhashtable_lookup_insert_fast(&bench.ht, &o->node,
								    object_params), 0);
		if (!(i % 1024))
			cond_resched();
	}
	/* The worker of the rhashtable may still be resizing. */
	do {
		flush_work(&bench.ht.run_work);
	} while (rcu_access_pointer(rcu_access_pointer(bench.ht.tbl)->future_tbl));

	bench_choose_keys(bench.hits, bench.misses, n);
}

static u32 look_up_ours(const u64 *keys)
{
	u32 i, n = 0;
	u64 word;

	for (i = 0; i < BENCH_PIECE; i++) {
		if (remap_table_lookup(&bench.f.table, keys[i], &word) != REMAP_NO_SLOT) {
			n++;
			bench.sum += word;
		}
	}
	return n;
}

static u32 look_up_rhashtable(const u64 *keys)
{
	u32 i, n = 0;

	for (i = 0; i < BENCH_PIECE; i++) {
		struct object *o = rhashtable_lookup_fast(&bench.ht, &keys[i], object_params);

		if (o) {
			n++;
			bench.sum += o->slot;
		}
	}
	return n;
}

static void compare(struct kunit *test, const char *what, const u64 *keys, u32 expected,
		    u64 *ours, u64 *other)
{
	static u32 best_ours[BENCH_PIECES], best_other[BENCH_PIECES];
	u32 round;

	memset(best_ours, 0xff, sizeof(best_ours));
	memset(best_other, 0xff, sizeof(best_other));
	for (round = 0; round < BENCH_ROUNDS; round++) {
		KUNIT_EXPECT_EQ(test, bench_round(look_up_ours, keys, best_ours), expected);
		KUNIT_EXPECT_EQ(test, bench_round(look_up_rhashtable, keys, best_other), expected);
	}
	*ours = bench_per_lookup(best_ours);
	*other = bench_per_lookup(best_other);
	kunit_info(test, "%u entries, %s: %llu.%llu ns, rhashtable %llu.%llu ns\n",
		   bench.f.table.entries, what, *ours / 1000, *ours / 100 % 10,
		   *other / 1000, *other / 100 % 10);
}

/* Memory per entry, in hundredths of a byte. */
static u32 bytes_per_entry(void)
{
	const struct remap_slots *slots = &bench.f.slots;
	const struct remap_buckets *b = current_buckets(&bench.f.table);
	unsigned int i, chunks = remap_slots_nr_chunks(slots);
	u64 bytes = nr_buckets(b) * sizeof(u32) +
		    remap_slots_nr_dirs(slots) * sizeof(struct remap_slot_dir);

	for (i = 0; i < chunks; i++)
		if (remap_slots_chunk(slots, i))
			bytes += REMAP_CHUNK_SLOTS * sizeof(struct remap_slot);
	return div_u64(bytes * 100, bench.f.table.entries);
}

/* @share: our time must be at most rhashtable's time divided by this. */
static void measure(struct kunit *test, u32 n, u32 share)
{
	u64 hit, miss, other_hit, other_miss;
	u32 bytes;

	fill(test, n);
	compare(test, "hit", bench.hits, BENCH_LOOKUPS, &hit, &other_hit);
	compare(test, "miss", bench.misses, 0, &miss, &other_miss);
	bytes = bytes_per_entry();
	kunit_info(test, "%u entries: %u.%02u bytes an entry\n", n, bytes / 100, bytes % 100);
	KUNIT_EXPECT_LE(test, bytes, 2400);
	KUNIT_EXPECT_LE(test, share * hit, other_hit);
	KUNIT_EXPECT_LE(test, share * miss, other_miss);
}

static void lookups_among_100000_entries_take_half_of_rhashtables_time(struct kunit *test)
{
	measure(test, 100000, 2);
}

static void lookups_among_1000000_entries_take_less_than_rhashtables_time(struct kunit *test)
{
	measure(test, 1000000, 1);
}

/**
 * struct stalls - how long each step of a table's growth holds a lock that others wait for.
 * @best: the shortest time of each in all rounds, in ns.
 * @most: size of @best.
 * @nr: steps of this round so far.
 */
struct stalls {
	u32 *best;
	u32 most;
	u32 nr;
};

static struct stalls stalls;

static void note_step(u64 start)
{
	if (stalls.nr == stalls.most)
		return;
	stalls.best[stalls.nr] = min_t(u64, stalls.best[stalls.nr], ktime_get_ns() - start);
	stalls.nr++;
}

static void move_range(struct kunit *test, u32 range)
{
	struct fixture *f = &bench.f;
	bool more;
	u64 start;

	do {
		start = ktime_get_ns();
		more = remap_table_move(&f->table, range);
		note_step(start);
		/* It is found in the old table, whatever has been moved. */
		KUNIT_ASSERT_TRUE(test, is_found(f, some_block(0), 0));
		cond_resched();
	} while (more);
}

/* The same steps as in resize.c; memory is allocated without a lock. */
static void resize_in_steps(struct kunit *test)
{
	struct remap_table *t = &bench.f.table;
	u32 due = remap_table_resize_due(t), range;
	struct remap_buckets *next = remap_buckets_alloc(t, due);
	u64 start;

	KUNIT_ASSERT_NOT_NULL(test, next);
	start = ktime_get_ns();
	KUNIT_ASSERT_TRUE(test, remap_table_begin_resize(t, next, 8));
	KUNIT_ASSERT_TRUE(test, remap_table_begin_moving(t));
	note_step(start);
	for (range = 0; range < t->nr_ranges; range++)
		move_range(test, range);
	start = ktime_get_ns();
	remap_table_end_moving(t);
	note_step(start);
}

static void grow_in_steps(struct kunit *test, u32 n)
{
	struct fixture *f = &bench.f;
	u64 start;
	bool due;
	u32 i;

	fixture_init(f, n, REMAP_MIN_BUCKETS);
	stalls.nr = 0;
	for (i = 0; i < n; i++) {
		KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&f->slots, i));
		start = ktime_get_ns();
		remap_table_insert(&f->table, i, remap_word(some_block(i), REMAP_MAPPED, 0));
		due = remap_table_balance(&f->table);
		note_step(start);
		if (due && remap_table_resize_due(&f->table))
			resize_in_steps(test);
		if (!(i % 1024))
			cond_resched();
	}
}

static void no_step_of_a_resize_holds_a_lock_for_200_us(struct kunit *test)
{
	const u32 n = 1000000;
	u32 i, longest = 0, round;

	bench.f.test = test;
	stalls.most = n + n / 64;
	stalls.best = kvmalloc_array(stalls.most, sizeof(u32), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stalls.best);
	memset32(stalls.best, U32_MAX, stalls.most);
	for (round = 0; round < BENCH_ROUNDS; round++)
		grow_in_steps(test, n);
	for (i = 0; i < stalls.nr; i++)
		longest = max(longest, stalls.best[i]);
	kunit_info(test, "%u inserts, %llu resizes: longest step %u ns\n", n,
		   bench.f.table.grows, longest);
	KUNIT_EXPECT_GT(test, bench.f.table.grows, 10);
	KUNIT_EXPECT_LE(test, longest, 200 * NSEC_PER_USEC);
	kvfree(stalls.best);
}

static void bench_kunit_exit(struct kunit *test)
{
	u32 i, n = bench.f.slots.nr;

	if (bench.ht.tbl)
		rhashtable_destroy(&bench.ht);
	for (i = 0; bench.objects && i < n; i++)
		kfree(bench.objects[i]);
	kvfree(bench.objects);
	kvfree(bench.hits);
	kvfree(bench.misses);
	fixture_exit(&bench.f);
	memset(&bench, 0, sizeof(bench));
}

static struct kunit_case bench_kunit_cases[] = {
	KUNIT_CASE_SLOW(lookups_among_100000_entries_take_half_of_rhashtables_time),
	KUNIT_CASE_SLOW(no_step_of_a_resize_holds_a_lock_for_200_us),
	KUNIT_CASE_SLOW(lookups_among_1000000_entries_take_less_than_rhashtables_time),
	{}
};

static struct kunit_suite bench_kunit_suite = {
	.name = "bench_kunit",
	.exit = bench_kunit_exit,
	.test_cases = bench_kunit_cases,
};

kunit_test_suite(bench_kunit_suite);

MODULE_DESCRIPTION("KUnit suite that measures dm-remap's table");
MODULE_LICENSE("GPL");
