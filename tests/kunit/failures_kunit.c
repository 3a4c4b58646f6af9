// SPDX-License-Identifier: GPL-2.0
/*
 * Recent read failures of the main.
 */
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

/* Number of allocations; the tests free at once, since there are no concurrent readers. */
static int allocated;

static void *test_alloc(size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);

	allocated += !!p;
	return p;
}

static void test_free(const void *p)
{
	allocated -= !!p;
	kfree(p);
}

#undef kmalloc
#define kmalloc			test_alloc
#define kfree			test_free
#undef kfree_rcu
#define kfree_rcu(p, ...)	test_free(p)

#include "../../modules/core/failures.c"

static struct remap_failures failures;

static void the_last_failure_of_a_slot_is_known(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 7, 0), 0);
	remap_failures_note(&failures, 7, 0xff);
	remap_failures_note(&failures, 8, 0x1);
	remap_failures_note(&failures, 7, 0x8);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 7, 0), 0x8);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 8, 60000), 0x1);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 9, 60000), 0);
	/* the record that was replaced has been freed */
	KUNIT_EXPECT_EQ(test, allocated, 2);
}

static void a_failure_grows_old(struct kunit *test)
{
	remap_failures_note(&failures, 7, 0x8);
	msleep(60);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 7, 20), 0);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 7, 60000), 0x8);
}

static void a_slot_that_is_used_again_has_none(struct kunit *test)
{
	remap_failures_note(&failures, U32_MAX - 1, 0x8);
	remap_failures_forget(&failures, U32_MAX - 1);
	remap_failures_forget(&failures, 3);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, U32_MAX - 1, 0), 0);
	KUNIT_EXPECT_EQ(test, allocated, 0);
}

static void a_failure_goes_with_its_block(struct kunit *test)
{
	remap_failures_note(&failures, 7, 0x8);
	remap_failures_note(&failures, 8, 0x1);
	remap_failures_move(&failures, 7, 8);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 7, 0), 0);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 8, 60000), 0x8);
	KUNIT_EXPECT_EQ(test, allocated, 1);
	remap_failures_move(&failures, 7, 8);
	KUNIT_EXPECT_EQ(test, remap_failures_get(&failures, 8, 60000), 0x8);
}

static int init(struct kunit *test)
{
	remap_failures_init(&failures);
	return 0;
}

static void exit(struct kunit *test)
{
	remap_failures_exit(&failures);
	KUNIT_EXPECT_EQ(test, allocated, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_last_failure_of_a_slot_is_known),
	KUNIT_CASE(a_failure_grows_old),
	KUNIT_CASE(a_slot_that_is_used_again_has_none),
	KUNIT_CASE(a_failure_goes_with_its_block),
	{}
};

static struct kunit_suite suite = {
	.name = "failures",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of remembered failures");
MODULE_LICENSE("GPL");
