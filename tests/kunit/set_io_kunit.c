// SPDX-License-Identifier: GPL-2.0
/*
 * I/O of whole sets: what moves when a disk fails, what a read gives then, and what is
 * counted.
 */
#include "set.h"

static void a_bad_write_moves_its_block(struct kunit *test)
{
	struct set *s = test->priv;
	struct status st;

	make_set(s, "1 transient");
	__set_bit(83, s->main->bad_write);
	EXPECT_WRITE(s, 0, 82, 2, 'a');
	st = status(s);
	KUNIT_EXPECT_EQ(test, st.mapped, 1);
	EXPECT_READ(s, 82, 2, 'a');
	EXPECT_READ(s, 80, 2, 'm');
	EXPECT_READ(s, 84, 4, 'm');
	expect_list(s, "80 0 8 remapped 0x0 0x0\n");
}

static struct kunit_case set_io_cases[] = {
	KUNIT_CASE(a_bad_write_moves_its_block),
	{ }
};

static struct kunit_suite set_io_suite = {
	.name = "set_io",
	.suite_init = set_suite_init,
	.suite_exit = set_suite_exit,
	.init = set_test_init,
	.exit = set_test_exit,
	.test_cases = set_io_cases,
};

kunit_test_suite(set_io_suite);

MODULE_SOFTDEP("pre: dm-remap dm-remap-metadata dm-remap-stats");
MODULE_DESCRIPTION("KUnit tests of dm-remap: I/O of whole sets");
MODULE_LICENSE("GPL");
