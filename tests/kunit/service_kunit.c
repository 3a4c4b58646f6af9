// SPDX-License-Identifier: GPL-2.0
/*
 * Which requests measure how long the disk takes.
 */
#include <kunit/test.h>

#include <linux/delay.h>

#include "../../modules/core/service.h"

static struct remap_service service;

static void a_request_alone_tells(struct kunit *test)
{
	struct remap_service_time t;
	int i;

	for (i = 0; i < 3; i++) {
		remap_service_begin(&service, &t, 0);
		msleep(20);
		KUNIT_EXPECT_GE(test, remap_service_end(&service, &t), 20 * NSEC_PER_MSEC);
	}
}

static void the_first_of_several_tells(struct kunit *test)
{
	struct remap_service_time a, b, c;

	remap_service_begin(&service, &a, 0);
	remap_service_begin(&service, &b, 0);
	remap_service_begin(&service, &c, 0);
	msleep(20);
	KUNIT_EXPECT_GE(test, remap_service_end(&service, &a), 20 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, remap_service_end(&service, &b), 0);
	KUNIT_EXPECT_EQ(test, remap_service_end(&service, &c), 0);
	/* And the next one that finds the disk idle. */
	remap_service_begin(&service, &a, 0);
	msleep(20);
	KUNIT_EXPECT_GE(test, remap_service_end(&service, &a), 20 * NSEC_PER_MSEC);
}

static void one_that_was_overtaken_does_not(struct kunit *test)
{
	struct remap_service_time a, b;

	remap_service_begin(&service, &a, 0);
	remap_service_begin(&service, &b, 0);
	KUNIT_EXPECT_EQ(test, remap_service_end(&service, &b), 0);
	KUNIT_EXPECT_EQ(test, remap_service_end(&service, &a), 0);
}

static void what_the_caller_does_besides_is_left_out(struct kunit *test)
{
	struct remap_service_time job, other, t;

	remap_service_begin(&service, &job, 0);
	remap_service_begin(&service, &t, 1);
	msleep(20);
	KUNIT_EXPECT_GE(test, remap_service_end(&service, &t), 20 * NSEC_PER_MSEC);
	/* It only counts if no other I/O is in flight. */
	remap_service_begin(&service, &other, 0);
	remap_service_begin(&service, &t, 1);
	KUNIT_EXPECT_EQ(test, remap_service_end(&service, &t), 0);
	remap_service_end(&service, &other);
	remap_service_end(&service, &job);
	KUNIT_EXPECT_EQ(test, atomic_read(&service.in_flight), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_request_alone_tells),
	KUNIT_CASE(the_first_of_several_tells),
	KUNIT_CASE(one_that_was_overtaken_does_not),
	KUNIT_CASE(what_the_caller_does_besides_is_left_out),
	{}
};

static struct kunit_suite suite = {
	.name = "service",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of the service time of the main");
MODULE_LICENSE("GPL");
