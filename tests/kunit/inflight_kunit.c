// SPDX-License-Identifier: GPL-2.0
/*
 * Counting I/O in flight, and waiting for it.
 */
#include <kunit/test.h>

#include <linux/workqueue.h>

#include "../../modules/core/inflight.c"

static struct remap_inflight in;

/* I/O that completes later. */
static struct io {
	struct delayed_work work;
	u64 block, nr;
	unsigned int epoch;
	bool done;
} io[2];

static void come_back(struct work_struct *work)
{
	struct io *i = container_of(to_delayed_work(work), struct io, work);

	WRITE_ONCE(i->done, true);
	remap_inflight_leave(&in, i->block, i->nr, i->epoch);
}

static void send(struct io *i, u64 block, u64 nr, unsigned int ms)
{
	i->block = block;
	i->nr = nr;
	i->done = false;
	rcu_read_lock();
	i->epoch = remap_inflight_enter(&in, block, nr);
	rcu_read_unlock();
	INIT_DELAYED_WORK(&i->work, come_back);
	schedule_delayed_work(&i->work, msecs_to_jiffies(ms));
}

static void drain(u64 block)
{
	remap_inflight_sync();
	remap_inflight_wait(&in, block);
}

/* A block that shares the bucket of another. */
static u64 collides_with(u64 block)
{
	u64 other = block + 1;

	while (remap_inflight_bucket(other) != remap_inflight_bucket(block))
		other++;
	return other;
}

static void a_block_without_io_is_not_waited_for(struct kunit *test)
{
	send(&io[0], 8, 1, 200);
	drain(7);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(io[0].done));
	drain(8);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(io[0].done));
}

static void each_block_of_a_large_bio_is_waited_for(struct kunit *test)
{
	static const u64 of[] = { 100, 227, 355 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		send(&io[0], 100, REMAP_INFLIGHT_MAX_BLOCKS, 50);
		drain(of[i]);
		KUNIT_EXPECT_TRUE(test, READ_ONCE(io[0].done));
	}
}

static void a_bio_that_is_wide_is_waited_for_by_all(struct kunit *test)
{
	send(&io[0], 0, REMAP_INFLIGHT_MAX_BLOCKS + 1, 50);
	drain(1000000);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(io[0].done));
}

static void io_of_both_epochs_is_waited_for(struct kunit *test)
{
	send(&io[0], 5, 1, 50);
	flip(&in, in.epoch);
	send(&io[1], 5, 1, 100);
	KUNIT_EXPECT_NE(test, io[0].epoch, io[1].epoch);
	drain(5);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(io[0].done));
	KUNIT_EXPECT_TRUE(test, READ_ONCE(io[1].done));
}

static void leaving_on_another_cpu_or_epoch_balances(struct kunit *test)
{
	unsigned int i, epoch;

	for (i = 0; i < 1000; i++) {
		epoch = remap_inflight_enter(&in, i, i % 300 + 1);
		if (i % 7 == 0)
			flip(&in, in.epoch);
		remap_inflight_leave(&in, i, i % 300 + 1, epoch);
	}
	for (i = 0; i <= REMAP_INFLIGHT_WIDE; i++)
		KUNIT_ASSERT_TRUE(test, empty(&in, 0, i) && empty(&in, 1, i));
}

/* Continuous I/O to another block of the bucket: the next one begins before the last one ends. */
static struct io chain[2];
static bool chained;
static unsigned int links;

static void next_link(struct work_struct *work)
{
	struct io *i = container_of(to_delayed_work(work), struct io, work);
	unsigned int epoch = i->epoch;

	if (READ_ONCE(chained)) {
		links++;
		i->epoch = remap_inflight_enter(&in, i->block, 1);
		schedule_delayed_work(&i->work, msecs_to_jiffies(20));
	}
	remap_inflight_leave(&in, i->block, 1, epoch);
}

static void a_busy_neighbour_in_the_bucket_starves_nobody(struct kunit *test)
{
	unsigned int i;

	chained = true;
	links = 0;
	for (i = 0; i < ARRAY_SIZE(chain); i++) {
		chain[i].block = collides_with(3);
		chain[i].epoch = remap_inflight_enter(&in, chain[i].block, 1);
		INIT_DELAYED_WORK(&chain[i].work, next_link);
		schedule_delayed_work(&chain[i].work, msecs_to_jiffies(10 + 10 * i));
	}
	drain(3);
	/* that I/O was still going on */
	KUNIT_EXPECT_FALSE(test, empty(&in, 0, remap_inflight_bucket(3)) &&
			   empty(&in, 1, remap_inflight_bucket(3)));
	WRITE_ONCE(chained, false);
	for (i = 0; i < ARRAY_SIZE(chain); i++)
		flush_delayed_work(&chain[i].work);
	KUNIT_EXPECT_LT(test, links, 1000);
}

static int init(struct kunit *test)
{
	return remap_inflight_init(&in);
}

static void exit(struct kunit *test)
{
	remap_inflight_exit(&in);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_block_without_io_is_not_waited_for),
	KUNIT_CASE(each_block_of_a_large_bio_is_waited_for),
	KUNIT_CASE(a_bio_that_is_wide_is_waited_for_by_all),
	KUNIT_CASE(io_of_both_epochs_is_waited_for),
	KUNIT_CASE(leaving_on_another_cpu_or_epoch_balances),
	KUNIT_CASE(a_busy_neighbour_in_the_bucket_starves_nobody),
	{}
};

static struct kunit_suite suite = {
	.name = "inflight",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of I/O in flight");
MODULE_LICENSE("GPL");
