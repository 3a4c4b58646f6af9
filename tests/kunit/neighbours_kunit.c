// SPDX-License-Identifier: GPL-2.0
/*
 * When blocks near bad ones are read: after a pause, within a minute, and not while the disk
 * answers other requests slowly.  The clock, the disk and the table belong to the test.
 */
#include <kunit/test.h>

#include "../../modules/core/device.h"
#include "../../modules/core/neighbours.h"
#include "../../modules/core/suspects.c"

static u64 now_ns;

/* How long a read takes, and its result. */
static u64 read_ns;
static enum remap_probed result;
static enum remap_load_level level;
static unsigned int reads;

static u64 fake_clock(void)
{
	return now_ns;
}

static enum remap_load_level fake_look(struct remap_device *rd)
{
	rd->probe.level = level;
	return level;
}

static enum remap_probed fake_probe(struct remap_device *rd, u64 block, unsigned int nr,
				    bool patrol)
{
	reads++;
	now_ns += read_ns;
	return nr > 1 && result == REMAP_PROBED_PENDING ? REMAP_PROBED_TROUBLE : result;
}

static u32 fake_lookup(const struct remap_table *t, u64 block, u64 *word)
{
	*word = 0;
	return REMAP_NO_SLOT;
}

#define ktime_get_ns		fake_clock
#define remap_table_lookup	fake_lookup
#define remap_probe_look	fake_look
#define remap_probe		fake_probe
#include "../../modules/core/neighbours.c"

static struct remap_device *rd;

static void fail_block(u64 block)
{
	remap_suspects_note(&rd->suspects, block, rd->settings.neighbours);
}

/* Run steps until nothing is left to do, for at most @seconds.  Return: the seconds it took. */
static u64 run(struct kunit *test, unsigned int seconds)
{
	u64 begin = now_ns, end = begin + seconds * NSEC_PER_SEC;
	unsigned long delay = 0;
	unsigned int steps = 0;

	while (now_ns < end && delay != REMAP_NO_STEP) {
		KUNIT_ASSERT_LT(test, ++steps, 100000);
		delay = remap_neighbours_step(rd);
		if (delay != REMAP_NO_STEP)
			now_ns += jiffies_to_nsecs(delay);
	}
	return div_u64(now_ns - begin, NSEC_PER_SEC);
}

static void the_rest_is_a_second(struct kunit *test)
{
	fail_block(1000);
	KUNIT_EXPECT_GE(test, remap_neighbours_step(rd), HZ);
	KUNIT_EXPECT_EQ(test, reads, 0);
	run(test, 600);
	KUNIT_EXPECT_EQ(test, reads, 16);
	KUNIT_EXPECT_EQ(test, rd->suspects.nr, 0);
}

/* Each bad block found enlarges the area; a disk that retries for 20 s would be busy forever. */
static void a_minute_is_the_end(struct kunit *test)
{
	result = REMAP_PROBED_PENDING;
	read_ns = 20 * NSEC_PER_SEC;
	fail_block(1000);
	KUNIT_EXPECT_LE(test, run(test, 600), 62);
	KUNIT_EXPECT_EQ(test, reads, 3);
	KUNIT_EXPECT_EQ(test, rd->suspects.nr, 0);
	/* good blocks that are slow are no reason to continue either */
	result = REMAP_PROBED_GOOD;
	reads = 0;
	fail_block(2000);
	KUNIT_EXPECT_LE(test, run(test, 600), 62);
	KUNIT_EXPECT_EQ(test, reads, 3);
}

static void each_event_has_its_own_minute(struct kunit *test)
{
	result = REMAP_PROBED_PENDING;
	read_ns = 20 * NSEC_PER_SEC;
	fail_block(1000);
	fail_block(3000);
	KUNIT_EXPECT_LE(test, run(test, 600), 124);
	KUNIT_EXPECT_EQ(test, reads, 6);
}

static void nothing_is_read_while_others_wait_long(struct kunit *test)
{
	level = REMAP_LOAD_SLOW;
	fail_block(1000);
	run(test, 30);
	KUNIT_EXPECT_EQ(test, reads, 0);
	KUNIT_EXPECT_EQ(test, rd->suspects.nr, 1);
	level = REMAP_LOAD_BUSY;
	run(test, 10);
	KUNIT_EXPECT_EQ(test, reads, 16);
	/* the minute continues to run, and blocks that wait longer are forgotten */
	reads = 0;
	level = REMAP_LOAD_SLOW;
	fail_block(2000);
	KUNIT_EXPECT_LE(test, run(test, 600), 63);
	KUNIT_EXPECT_EQ(test, reads, 0);
	KUNIT_EXPECT_EQ(test, rd->suspects.nr, 0);
}

static void nothing_is_read_without_neighbours(struct kunit *test)
{
	fail_block(1000);
	rd->settings.neighbours = 0;
	run(test, 600);
	KUNIT_EXPECT_EQ(test, reads, 0);
	KUNIT_EXPECT_EQ(test, rd->suspects.nr, 0);
}

static int init(struct kunit *test)
{
	rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);
	if (!rd)
		return -ENOMEM;
	mutex_init(&rd->lock);
	rd->settings.neighbours = 8;
	rd->len = 1 << 20;
	rd->block_shift = 3;
	rd->probe.blocks = 256;
	now_ns = NSEC_PER_SEC;
	read_ns = NSEC_PER_MSEC;
	result = REMAP_PROBED_GOOD;
	level = REMAP_LOAD_NONE;
	reads = 0;
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_rest_is_a_second),
	KUNIT_CASE(a_minute_is_the_end),
	KUNIT_CASE(each_event_has_its_own_minute),
	KUNIT_CASE(nothing_is_read_while_others_wait_long),
	KUNIT_CASE(nothing_is_read_without_neighbours),
	{}
};

static struct kunit_suite suite = {
	.name = "neighbours",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("Tests of the reading of neighbours of device-mapper remap");
MODULE_LICENSE("GPL");
