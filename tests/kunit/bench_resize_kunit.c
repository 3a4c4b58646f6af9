// SPDX-License-Identifier: GPL-2.0
/*
 * A resize of a large table by one thread and by two, in turns, and beside it what the machine
 * gives two threads for plain loops.  It needs two processors:
 *
 *   RIG_KUNIT_KERNEL=umlsmp tests/rig/kunit bench_resize_kunit
 *
 * The suite prints the best times; what they have to be is in tests/bench/large/report.
 */
#include <kunit/test.h>

#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/vmalloc.h>

#include "bench.h"
#include "table.h"

#include "../../modules/core/resize.c"

static uint entries = 10000000;
module_param(entries, uint, 0444);

static uint rounds = 30;
module_param(rounds, uint, 0444);

/* Most threads that are compared. */
#define THREADS		2U

static struct remap_device *rd;

/**
 * struct loop - a plain loop, divided among threads.
 * @work: runs it.
 * @run: does the part of it from @from to @to.
 * @from: number of its first slot.
 * @to: number behind its last slot.
 * @sum: of what it computed, so that nothing is optimized away.
 */
struct loop {
	struct work_struct work;
	void (*run)(struct loop *loop);
	u32 from;
	u32 to;
	u64 sum;
};

/* An array as large as that of the buckets, which plain loops write to. */
static u32 *places;
static u8 place_bits;

/* Compute, without memory. */
static void compute(struct loop *loop)
{
	u64 sum = 0;
	u32 i;

	for (i = loop->from; i < loop->to; i++)
		sum += hash_block(&rd->table, sum + i);
	loop->sum = sum;
}

/* Read the slots in their order, and write to another place for each, as a resize does. */
static void scatter(struct loop *loop)
{
	u32 i;

	for (i = loop->from; i < loop->to; i++) {
		u64 block = remap_word_block(remap_slots_word(&rd->slots, i));
		u32 *place = &places[hash_block(&rd->table, block) >> (64 - place_bits)];

		WRITE_ONCE(*place, READ_ONCE(*place) + 1);
	}
}

/* The same, with the instruction that a resize uses, since other threads write there as well. */
static void scatter_atomically(struct loop *loop)
{
	u32 i;

	for (i = loop->from; i < loop->to; i++) {
		u64 block = remap_word_block(remap_slots_word(&rd->slots, i));
		u32 *place = &places[hash_block(&rd->table, block) >> (64 - place_bits)];
		u32 old = READ_ONCE(*place);

		while (!try_cmpxchg(place, &old, old + 1))
			;
	}
}

static void run_loop(struct work_struct *work)
{
	struct loop *loop = container_of(work, struct loop, work);

	loop->run(loop);
}

static u64 time_loop(void (*run)(struct loop *loop), u32 threads)
{
	static struct loop loops[THREADS];
	u64 start = ktime_get_ns();
	u32 i;

	for (i = 0; i < threads; i++) {
		loops[i] = (struct loop) {
			.run = run,
			.from = (u64)entries * i / threads,
			.to = (u64)entries * (i + 1) / threads,
		};
		INIT_WORK(&loops[i].work, run_loop);
		if (i)
			queue_work(resize_wq, &loops[i].work);
	}
	run(&loops[0]);
	for (i = 1; i < threads; i++)
		flush_work(&loops[i].work);
	return ktime_get_ns() - start;
}

static void compare_loops(struct kunit *test, const char *name, void (*run)(struct loop *loop))
{
	u64 best[THREADS + 1] = { U64_MAX, U64_MAX, U64_MAX };
	u32 round, threads;

	for (round = 0; round < rounds; round++) {
		for (threads = 1; threads <= THREADS; threads++)
			best[threads] = min(best[threads], time_loop(run, threads));
	}
	kunit_info(test, "RESIZE %u %s %llu %llu\n", entries, name, best[1], best[2]);
}

/**
 * struct resize_times - the best times of a resize, in ns.
 * @all: of all that the work item does.
 * @moving: of what may be divided: without memory.
 */
struct resize_times {
	u64 all;
	u64 moving;
};

static void resize_once(struct kunit *test, u32 buckets, u32 threads, struct resize_times *best)
{
	u64 start, grows = rd->table.grows + rd->table.shrinks;

	rd->settings.resize_threads = threads;
	/* due in one direction, and not in the other */
	rd->table.grow_percent = (u64)entries * 100 / buckets;
	rd->table.shrink_percent = rd->table.grow_percent * 3 / 4;
	start = ktime_get_ns();
	KUNIT_ASSERT_TRUE(test, step(rd));
	best->all = min(best->all, ktime_get_ns() - start);
	best->moving = min(best->moving, rd->table.resize.duration_ns);
	KUNIT_ASSERT_EQ(test, remap_table_buckets(&rd->table), buckets);
	KUNIT_ASSERT_EQ(test, rd->table.grows + rd->table.shrinks, grows + 1);
	/* the old buckets are freed, before the next resize allocates */
	rcu_barrier();
}

static void compare_resizes(struct kunit *test, const char *name)
{
	struct resize_times grow[THREADS + 1], shrink[THREADS + 1];
	u32 few = remap_table_buckets(&rd->table), round, threads;

	memset(grow, 0xff, sizeof(grow));
	memset(shrink, 0xff, sizeof(shrink));
	for (round = 0; round < rounds; round++) {
		for (threads = 1; threads <= THREADS; threads++) {
			resize_once(test, few * 2, threads, &grow[threads]);
			resize_once(test, few, threads, &shrink[threads]);
		}
	}
	kunit_info(test, "RESIZE %u %s-grow %llu %llu\n", entries, name,
		   grow[1].all, grow[2].all);
	kunit_info(test, "RESIZE %u %s-grow-moving %llu %llu\n", entries, name,
		   grow[1].moving, grow[2].moving);
	kunit_info(test, "RESIZE %u %s-shrink %llu %llu\n", entries, name,
		   shrink[1].all, shrink[2].all);
	kunit_info(test, "RESIZE %u %s-shrink-moving %llu %llu\n", entries, name,
		   shrink[1].moving, shrink[2].moving);
}

static void fill(struct kunit *test, u64 (*block_of)(u32 i))
{
	u32 i;

	for (i = 0; i < entries; i++) {
		KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&rd->slots, i));
		mutex_lock(&rd->lock);
		remap_table_insert(&rd->table, i, remap_word(block_of(i), REMAP_MAPPED, 0));
		remap_device_balance(rd);
		mutex_unlock(&rd->lock);
		if (!(i % 1024))
			cond_resched();
	}
	flush_delayed_work(&rd->resize.work);
}

static u64 next_block(u32 i)
{
	return i;
}

static void two_threads_resize_scattered_blocks(struct kunit *test)
{
	if (num_online_cpus() < THREADS)
		kunit_skip(test, "there is one processor");
	fill(test, bench_key);
	compare_resizes(test, "scattered");

	place_bits = ilog2(remap_table_buckets(&rd->table)) + 1;
	places = kvcalloc(BIT(place_bits), sizeof(*places), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, places);
	compare_loops(test, "compute", compute);
	compare_loops(test, "scatter", scatter);
	compare_loops(test, "scatter-atomically", scatter_atomically);
}

static void two_threads_resize_neighbours(struct kunit *test)
{
	if (num_online_cpus() < THREADS)
		kunit_skip(test, "there is one processor");
	fill(test, next_block);
	compare_resizes(test, "neighbours");
}

static int bench_init(struct kunit *test)
{
	rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);
	if (!rd || remap_resize_init())
		return -ENOMEM;
	mutex_init(&rd->lock);
	rd->life.loaded = false;
	remap_resize_prepare(rd);
	remap_table_set_limits(&rd->table, REMAP_MIN_BUCKETS, 150, 50);
	if (remap_slots_init(&rd->slots, entries))
		return -ENOMEM;
	return remap_table_init(&rd->table, &rd->slots, "kunit");
}

static void bench_exit(struct kunit *test)
{
	kvfree(places);
	places = NULL;
	remap_resize_stop(rd);
	remap_resize_exit();
	remap_table_exit(&rd->table);
	remap_slots_exit(&rd->slots);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(two_threads_resize_scattered_blocks),
	KUNIT_CASE_SLOW(two_threads_resize_neighbours),
	{}
};

static struct kunit_suite suite = {
	.name = "bench_resize",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite that measures a resize of dm-remap's table by several threads");
MODULE_LICENSE("GPL");
