// SPDX-License-Identifier: GPL-2.0
/*
 * The work item that resizes the table of a device.
 */
#include <linux/timekeeping.h>

/* A clock that tests can advance. */
static u64 clock_offset;

static inline u64 test_clock(void)
{
	return ktime_get_boottime_ns() + clock_offset;
}

#define ktime_get_boottime_ns()	test_clock()

#include <linux/slab.h>

/* The largest piece of buckets for which there is memory. */
static size_t largest = SIZE_MAX;

static inline void *test_kvmalloc(size_t size, gfp_t gfp)
{
	return size > largest ? NULL : kvmalloc(size, gfp);
}

#undef kvmalloc
#define kvmalloc(size, gfp)	test_kvmalloc(size, gfp)

#include "table.h"

#include "../../modules/core/resize.c"

#define SLOTS	4096U

static struct remap_device *rd;

static u32 buckets(void)
{
	return nr_buckets(current_buckets(&rd->table));
}

/* What the rest of the core does for a change. */
static void insert_slots(struct kunit *test, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&rd->slots, i));
		mutex_lock(&rd->lock);
		remap_table_insert(&rd->table, i, remap_word(some_block(i), REMAP_MAPPED, 0));
		remap_device_balance(rd);
		mutex_unlock(&rd->lock);
		flush_delayed_work(&rd->resize.work);
	}
}

static void remove_slots(u32 from, u32 to)
{
	while (to-- > from) {
		mutex_lock(&rd->lock);
		remap_table_remove(&rd->table, to, REMAP_FREE);
		remap_device_balance(rd);
		mutex_unlock(&rd->lock);
	}
}

/* When the work item runs next, in seconds from now, rounded; -1 for never. */
static long next_run(void)
{
	if (!delayed_work_pending(&rd->resize.work))
		return -1;
	return DIV_ROUND_CLOSEST(rd->resize.due - get_jiffies_64(), HZ);
}

/* Run it as if its time had come. */
static void run_now(void)
{
	mod_delayed_work(resize_wq, &rd->resize.work, 0);
	flush_work(&rd->resize.work.work);
}

static void what_has_to_wait_is_looked_at_again(struct kunit *test)
{
	u32 full;

	remap_table_set_adaptive(&rd->table, true);
	insert_slots(test, 2000);
	full = buckets();
	KUNIT_ASSERT_GT(test, full, 256);
	KUNIT_EXPECT_EQ(test, next_run(), -1);
	remove_slots(10, 2000);
	KUNIT_EXPECT_EQ(test, next_run(), 60);
	/* too early, as after a load that was high in between: it has to come again by itself */
	clock_offset += 20 * NSEC_PER_SEC;
	run_now();
	KUNIT_EXPECT_EQ(test, buckets(), full);
	KUNIT_EXPECT_EQ(test, next_run(), 40);
	/* and it is not asked for earlier, nor later, by a request for a later time */
	mutex_lock(&rd->lock);
	resize_later(rd, 100 * NSEC_PER_SEC);
	mutex_unlock(&rd->lock);
	KUNIT_EXPECT_EQ(test, next_run(), 40);
	clock_offset += 41 * NSEC_PER_SEC;
	run_now();
	KUNIT_EXPECT_EQ(test, buckets(), 64);
	KUNIT_EXPECT_EQ(test, next_run(), -1);
}

static void a_full_table_is_resized_at_once(struct kunit *test)
{
	u64 word;
	u32 i;

	insert_slots(test, 2000);
	KUNIT_EXPECT_GE(test, buckets(), 1024);
	KUNIT_EXPECT_EQ(test, next_run(), -1);
	for (i = 0; i < 2000; i++)
		KUNIT_EXPECT_EQ(test, remap_table_lookup(&rd->table, some_block(i), &word), i);
}

static void load_slots(struct kunit *test, u32 from, u32 to)
{
	u32 i;

	rd->life.loaded = false;
	mutex_lock(&rd->lock);
	for (i = from; i < to; i++) {
		KUNIT_ASSERT_TRUE(test, remap_slots_prepare(&rd->slots, i));
		remap_table_insert(&rd->table, i, remap_word(some_block(i), REMAP_MAPPED, 0));
		remap_device_balance(rd);
	}
	mutex_unlock(&rd->lock);
}

/* The number of entries that a superblock records may be wrong, or too many for the memory. */
static void without_memory_for_what_is_expected_a_table_grows_with_its_entries(struct kunit *test)
{
	largest = sizeof(struct remap_segment) + 2048 * sizeof(u32);
	remap_table_expect(&rd->table, 60000);
	load_slots(test, 0, 386);
	KUNIT_EXPECT_EQ(test, buckets(), 256);
	/* the next step would be to 4096 */
	load_slots(test, 386, 3000);
	KUNIT_EXPECT_EQ(test, buckets(), 2048);
}

/* Nothing but the load may ever ask for it. */
static void a_table_that_was_loaded_too_large_shrinks(struct kunit *test)
{
	remap_table_expect(&rd->table, 60000);
	load_slots(test, 0, 400);
	KUNIT_ASSERT_EQ(test, buckets(), 4096);
	remap_table_expect(&rd->table, 0);
	mutex_lock(&rd->lock);
	remap_table_set_adaptive(&rd->table, true);
	remap_device_balance(rd);
	rd->life.loaded = true;
	mutex_unlock(&rd->lock);
	KUNIT_EXPECT_EQ(test, next_run(), 60);
	clock_offset += 61 * NSEC_PER_SEC;
	run_now();
	KUNIT_EXPECT_LT(test, buckets(), 4096);
}

static int resize_test_init(struct kunit *test)
{
	rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);
	if (!rd || remap_resize_init())
		return -ENOMEM;
	clock_offset = 0;
	largest = SIZE_MAX;
	mutex_init(&rd->lock);
	rd->life.loaded = true;
	remap_resize_prepare(rd);
	rd->table.min_buckets = 64;
	rd->table.grow_percent = 150;
	rd->table.shrink_percent = 50;
	if (remap_slots_init(&rd->slots, SLOTS))
		return -ENOMEM;
	return remap_table_init(&rd->table, &rd->slots, "kunit");
}

static void resize_test_exit(struct kunit *test)
{
	remap_resize_stop(rd);
	remap_resize_exit();
	remap_table_exit(&rd->table);
	remap_slots_exit(&rd->slots);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_has_to_wait_is_looked_at_again),
	KUNIT_CASE(a_full_table_is_resized_at_once),
	KUNIT_CASE(without_memory_for_what_is_expected_a_table_grows_with_its_entries),
	KUNIT_CASE(a_table_that_was_loaded_too_large_shrinks),
	{}
};

static struct kunit_suite suite = {
	.name = "resize",
	.init = resize_test_init,
	.exit = resize_test_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap: when a table is resized");
MODULE_LICENSE("GPL");
