// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups without a lock, in threads, while the table changes continuously.
 *
 * What this can find depends on the machine: with one processor, threads are switched
 * only between lookups; with several, they can meet anywhere.
 */
#include <kunit/test.h>

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/prandom.h>

#include "table.h"

#define NR_PERMANENT	3000U	/* slots 0 to 2999 */
#define NR_MOVED	50U	/* blocks that are always present, in changing slots */
#define NR_CHANGING	3000U	/* slots 3000 to 5999 */
#define NR_READERS	3U
#define RUN_TIME	(HZ * 9 / 10)

/**
 * struct reader - a thread that looks up.
 * @task: the thread.
 * @f: the table.
 * @kind: the kind of its lookups.
 * @lookups: number of lookups.
 * @wrong: number of lookups with a wrong result.
 */
struct reader {
	struct task_struct *task;
	struct fixture *f;
	unsigned int kind;
	u64 lookups;
	u64 wrong;
};

enum { PERMANENT, MOVED, ABSENT_BLOCKS };

#define MOVED_BLOCK(i)		some_block(1000000 + (i))
#define CHANGING_BLOCK(i)	some_block(2000000 + (i))

static bool permanent_is_wrong(struct fixture *f, u32 i)
{
	u64 word = 0;

	return remap_table_lookup(&f->table, some_block(i), &word) != i ||
	       word != remap_word(some_block(i), REMAP_MAPPED, 0);
}

/* Its slot changes, but it always has one, and the word must be that of this block. */
static bool moved_is_wrong(struct fixture *f, u32 i)
{
	u64 word = 0;
	u32 slot = remap_table_lookup(&f->table, MOVED_BLOCK(i), &word);

	return slot == REMAP_NO_SLOT || slot < NR_PERMANENT ||
	       word != remap_word(MOVED_BLOCK(i), REMAP_MAPPED, 0);
}

static bool absent_is_wrong(struct fixture *f, u32 i)
{
	return !is_absent(f, some_block(ABSENT + i));
}

static int read_all_the_time(void *data)
{
	static bool (* const is_wrong[])(struct fixture *f, u32 i) = {
		[PERMANENT] = permanent_is_wrong,
		[MOVED] = moved_is_wrong,
		[ABSENT_BLOCKS] = absent_is_wrong,
	};
	static const u32 nr[] = {
		[PERMANENT] = NR_PERMANENT, [MOVED] = NR_MOVED, [ABSENT_BLOCKS] = 100000,
	};
	struct reader *r = data;
	u32 i;

	while (!kthread_should_stop()) {
		for (i = 0; i < 64; i++) {
			r->wrong += is_wrong[r->kind](r->f, r->lookups % nr[r->kind]);
			r->lookups++;
		}
		cond_resched();
	}
	return 0;
}

/* The slots that the writer uses, free ones from @nr_used on. */
static struct {
	struct rnd_state rnd;
	u32 slots[NR_CHANGING];
	u32 nr_used;
	u32 moved_at[NR_MOVED];
	u32 new_blocks;
} writer;

static u32 below(u32 n)
{
	return (u64)prandom_u32_state(&writer.rnd) * n >> 32;
}

/* Choose a random free slot, so that slots are reused sooner or later. */
static u32 *get_slot(void)
{
	u32 other = writer.nr_used + below(NR_CHANGING - writer.nr_used);
	u32 *next = &writer.slots[writer.nr_used++];

	swap(*next, writer.slots[other]);
	return next;
}

static void put_slot(u32 index)
{
	writer.nr_used--;
	swap(writer.slots[index], writer.slots[writer.nr_used]);
}

static void add_block(struct fixture *f)
{
	if (writer.nr_used < NR_CHANGING - NR_MOVED)
		insert(f, *get_slot(), CHANGING_BLOCK(writer.new_blocks++ % 1000000));
}

static void remove_block(struct fixture *f)
{
	u32 i;

	if (!writer.nr_used)
		return;
	i = below(writer.nr_used);
	remap_table_remove(&f->table, writer.slots[i], REMAP_FREE);
	put_slot(i);
}

/* Swap the slot of a moved block for a free one. */
static void move_block(struct fixture *f)
{
	u32 i = below(NR_MOVED), old = writer.moved_at[i], *slot;

	slot = get_slot();
	insert(f, *slot, MOVED_BLOCK(i));
	writer.moved_at[i] = *slot;
	remap_table_remove(&f->table, old, REMAP_FREE);
	*slot = old;
	put_slot(slot - writer.slots);
}

/* Threads that move the entries of a resize, as the owner's workers do (resize.c). */
static struct {
	struct task_struct *tasks[2];
	struct fixture *f;
	bool moving;
	atomic_t next;
	atomic_t inside;
	u64 resizes;
} movers;

static void move_ranges(void)
{
	struct remap_table *t = &movers.f->table;
	u32 range;

	while ((range = atomic_inc_return(&movers.next) - 1) < t->nr_ranges)
		while (remap_table_move(t, range))
			cond_resched();
}

static int move_all_the_time(void *data)
{
	while (!kthread_should_stop()) {
		atomic_inc_return(&movers.inside);
		/* Pairs with start_moving(). */
		if (smp_load_acquire(&movers.moving))
			move_ranges();
		atomic_dec(&movers.inside);
		cond_resched();
	}
	return 0;
}

static void start_moving(struct fixture *f)
{
	if (!remap_table_begin_moving(&f->table))
		return;
	atomic_set(&movers.next, 0);
	/* Movers must see the ranges, and that none is taken, before this. */
	smp_store_release(&movers.moving, true);
}

static void end_moving_if_done(struct fixture *f)
{
	if (!movers.moving || atomic_read(&movers.next) < f->table.nr_ranges)
		return;
	WRITE_ONCE(movers.moving, false);
	/* Pairs with atomic_inc_return() of a mover: either it is seen inside, or it sees this. */
	smp_mb();
	while (atomic_read(&movers.inside))
		cond_resched();
	/* The changes made by movers must be visible after this. */
	smp_rmb();
	remap_table_end_moving(&f->table);
	movers.resizes++;
}

static void start_movers(struct kunit *test)
{
	unsigned int i;

	movers.f = test->priv;
	movers.resizes = 0;
	for (i = 0; i < ARRAY_SIZE(movers.tasks); i++) {
		movers.tasks[i] = kthread_run(move_all_the_time, NULL, "readers_kunit/m%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(movers.tasks[i]));
	}
}

static void stop_movers(struct fixture *f)
{
	unsigned int i;

	while (f->table.moving) {
		end_moving_if_done(f);
		cond_resched();
	}
	for (i = 0; i < ARRAY_SIZE(movers.tasks); i++)
		kthread_stop(movers.tasks[i]);
	movers.f = NULL;
}

/* Continue a due resize in one way or another. */
static void resize(struct fixture *f)
{
	if (!remap_table_balance(&f->table)) {
		end_moving_if_done(f);
	} else if (movers.f) {
		begin_due_resize_in(f, 4);
		start_moving(f);
	} else {
		begin_due_resize(f);
	}
}

static void write_for_a_while(struct fixture *f, bool resizes)
{
	unsigned long end = jiffies + RUN_TIME;
	u32 n;

	for (n = 0; time_before(jiffies, end); n++) {
		if (n / 2000 % 2)
			remove_block(f);
		else
			add_block(f);
		move_block(f);
		if (resizes && n % 8 == 0)
			f->table.min_buckets = 64U << below(movers.f ? 12 : 9);
		resize(f);
		if (n % 32 == 0)
			cond_resched();
	}
}

static void start_readers(struct kunit *test, struct reader *readers, unsigned int kind)
{
	unsigned int i;

	for (i = 0; i < NR_READERS; i++) {
		readers[i].f = test->priv;
		readers[i].kind = kind;
		readers[i].task = kthread_run(read_all_the_time, &readers[i],
					      "readers_kunit/%u", i);
		if (IS_ERR(readers[i].task))
			readers[i].task = NULL;
	}
}

static void stop_readers(struct kunit *test, struct reader *readers)
{
	u64 lookups = 0, wrong = 0;
	unsigned int i;

	for (i = 0; i < NR_READERS; i++) {
		KUNIT_EXPECT_NOT_NULL(test, readers[i].task);
		if (readers[i].task)
			kthread_stop(readers[i].task);
		KUNIT_EXPECT_GT(test, readers[i].lookups, 0);
		lookups += readers[i].lookups;
		wrong += readers[i].wrong;
	}
	KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "of %llu lookups", lookups);
	kunit_info(test, "%llu lookups on %u processors\n", lookups, num_online_cpus());
}

static void run_kind(struct kunit *test, unsigned int kind, bool resize)
{
	struct fixture *f = test->priv;
	struct reader readers[NR_READERS] = {};

	start_readers(test, readers, kind);
	write_for_a_while(f, resize);
	stop_readers(test, readers);
	if (resize)
		KUNIT_EXPECT_GT(test, f->table.grows + f->table.shrinks, 10);
	settle(f);
	KUNIT_EXPECT_TRUE(test, table_is_whole(f));
	KUNIT_EXPECT_EQ(test, count_found(f, 0, NR_PERMANENT), NR_PERMANENT);
	KUNIT_EXPECT_EQ(test, f->table.entries, NR_PERMANENT + NR_MOVED + writer.nr_used);
}

static void permanent_blocks_are_always_found_while_slots_change(struct kunit *test)
{
	run_kind(test, PERMANENT, false);
}

static void permanent_blocks_are_always_found_while_the_table_is_resized(struct kunit *test)
{
	run_kind(test, PERMANENT, true);
}

static void blocks_that_move_are_always_found(struct kunit *test)
{
	run_kind(test, MOVED, true);
}

static void blocks_that_are_not_there_are_never_found(struct kunit *test)
{
	run_kind(test, ABSENT_BLOCKS, true);
}

static void blocks_are_found_while_threads_move_them(struct kunit *test)
{
	static const unsigned int kinds[] = { PERMANENT, MOVED, ABSENT_BLOCKS };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct reader readers[NR_READERS] = {};

		start_movers(test);
		start_readers(test, readers, kinds[i]);
		write_for_a_while(f, true);
		stop_readers(test, readers);
		stop_movers(f);
		KUNIT_EXPECT_GT(test, movers.resizes, 0);
		settle(f);
		KUNIT_EXPECT_TRUE(test, table_is_whole(f));
		KUNIT_EXPECT_EQ(test, count_found(f, 0, NR_PERMANENT), NR_PERMANENT);
	}
}

static int readers_kunit_init(struct kunit *test)
{
	struct fixture *f;
	u32 i;
	int ret;

	ret = fixture_test_init(test);
	if (ret)
		return ret;
	f = test->priv;
	prandom_seed_state(&writer.rnd, 1);
	insert_range(f, 0, NR_PERMANENT);
	for (i = 0; i < NR_CHANGING; i++) {
		writer.slots[i] = NR_PERMANENT + i;
		if (!remap_slots_prepare(&f->slots, NR_PERMANENT + i))
			return -ENOMEM;
	}
	for (i = 0; i < NR_MOVED; i++) {
		writer.moved_at[i] = NR_PERMANENT + NR_CHANGING + i;
		insert(f, writer.moved_at[i], MOVED_BLOCK(i));
	}
	writer.nr_used = 0;
	settle(f);
	return 0;
}

static struct kunit_case readers_kunit_cases[] = {
	KUNIT_CASE(permanent_blocks_are_always_found_while_slots_change),
	KUNIT_CASE(permanent_blocks_are_always_found_while_the_table_is_resized),
	KUNIT_CASE(blocks_that_move_are_always_found),
	KUNIT_CASE(blocks_that_are_not_there_are_never_found),
	KUNIT_CASE_SLOW(blocks_are_found_while_threads_move_them),
	{}
};

static struct kunit_suite readers_kunit_suite = {
	.name = "readers_kunit",
	.init = readers_kunit_init,
	.exit = fixture_test_exit,
	.test_cases = readers_kunit_cases,
};

kunit_test_suite(readers_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's table with threads");
MODULE_LICENSE("GPL");
