// SPDX-License-Identifier: GPL-2.0
/*
 * The counts of the statistics: sums over processors, counts beyond 32 bits, resets, and the
 * bucket for a time.
 */
#include <kunit/test.h>
#include <linux/slab.h>

#include "../../modules/stats/counts.c"

static int stats_test_init(struct kunit *test)
{
	struct stats *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	mutex_init(&s->lock);
	s->cpu = alloc_percpu(struct stats_counts);
	test->priv = s;
	stats_histograms = true;
	return s->cpu ? 0 : -ENOMEM;
}

static void stats_test_exit(struct kunit *test)
{
	struct stats *s = test->priv;

	if (s)
		free_percpu(s->cpu);
}

/* Expect that all counts except one are unchanged. */
static void expect_only(struct kunit *test, enum dm_remap_count what, u64 n)
{
	struct stats *s = test->priv;
	unsigned int i;

	for (i = 0; i < DM_REMAP_NR_COUNTS; i++)
		KUNIT_EXPECT_EQ_MSG(test, remap_stats_read(s, i), i == what ? n : 0, "count %u", i);
}

static void each_count_is_its_own(struct kunit *test)
{
	struct stats *s = test->priv;
	unsigned int i;

	for (i = 0; i < DM_REMAP_NR_COUNTS; i++) {
		remap_stats_count(&s->watch, i, 3 + i);
		remap_stats_count(&s->watch, i, 2);
		expect_only(test, i, 5 + i);
		remap_stats_reset(s);
	}
}

static void a_request_counts_as_what_it_is(struct kunit *test)
{
	struct stats *s = test->priv;

	remap_stats_done(&s->watch, REQ_OP_FLUSH, 0);
	expect_only(test, DM_REMAP_FLUSHES, 1);
	remap_stats_reset(s);
	remap_stats_done(&s->watch, REQ_OP_DISCARD, 80);
	expect_only(test, DM_REMAP_DISCARDS, 1);
	remap_stats_reset(s);
	remap_stats_done(&s->watch, REQ_OP_READ, 7);
	remap_stats_done(&s->watch, REQ_OP_READ, 1);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_READS), 2);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_READ_SECTORS), 8);
	remap_stats_done(&s->watch, REQ_OP_WRITE, 5);
	remap_stats_done(&s->watch, REQ_OP_WRITE_ZEROES, 6);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_WRITES), 2);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_WRITE_SECTORS), 11);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_READS), 2);
}

static void counts_go_beyond_32_bits_on_each_processor(struct kunit *test)
{
	struct stats *s = test->priv;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu_ptr(s->cpu, cpu)->counts[DM_REMAP_READS] = U32_MAX - 1ULL;
		per_cpu_ptr(s->cpu, cpu)->latencies[0][3] = BIT_ULL(40) + 1;
		sum += U32_MAX - 1ULL;
	}
	remap_stats_done(&s->watch, REQ_OP_READ, U32_MAX);
	remap_stats_done(&s->watch, REQ_OP_READ, U32_MAX);
	remap_stats_done(&s->watch, REQ_OP_READ, U32_MAX);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_READS), sum + 3);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_READ_SECTORS), 3ULL * U32_MAX);
	KUNIT_EXPECT_EQ(test, remap_stats_read_latency(s, 0, 3),
			(BIT_ULL(40) + 1) * num_possible_cpus());
	remap_stats_count(&s->watch, DM_REMAP_STORE_COMMIT_NS, BIT_ULL(62));
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_STORE_COMMIT_NS), BIT_ULL(62));
	remap_stats_reset(s);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_READS), 0);
	KUNIT_EXPECT_EQ(test, remap_stats_read_latency(s, 0, 3), 0);
	remap_stats_done(&s->watch, REQ_OP_READ, 1);
	KUNIT_EXPECT_EQ(test, remap_stats_read(s, DM_REMAP_READS), 1);
}

static void expect_bucket(struct kunit *test, u64 ns, unsigned int bucket)
{
	struct stats *s = test->priv;
	unsigned int i;

	remap_stats_reset(s);
	remap_stats_latency(&s->watch, DM_REMAP_MAP_LATENCY, ns);
	for (i = 0; i < STATS_BUCKETS; i++) {
		KUNIT_EXPECT_EQ_MSG(test, remap_stats_read_latency(s, DM_REMAP_MAP_LATENCY, i),
				    i == bucket, "%llu ns, bucket %u", ns, i);
		KUNIT_EXPECT_EQ(test, remap_stats_read_latency(s, DM_REMAP_REMAP_LATENCY, i), 0);
	}
}

static void a_bucket_ends_with_its_bound(struct kunit *test)
{
	unsigned int i;

	expect_bucket(test, 0, 0);
	expect_bucket(test, 1, 0);
	for (i = 0; i < STATS_BUCKETS; i++) {
		KUNIT_EXPECT_EQ(test, stats_bound(i), 64ULL << i);
		expect_bucket(test, stats_bound(i) - 1, i);
		expect_bucket(test, stats_bound(i), i);
		expect_bucket(test, stats_bound(i) + 1, min(i + 1, STATS_BUCKETS - 1U));
	}
	expect_bucket(test, U64_MAX, STATS_BUCKETS - 1);
}

static void histograms_that_are_off_count_nothing(struct kunit *test)
{
	struct stats *s = test->priv;

	stats_histograms = false;
	remap_stats_latency(&s->watch, DM_REMAP_MAP_LATENCY, 1);
	KUNIT_EXPECT_EQ(test, remap_stats_read_latency(s, DM_REMAP_MAP_LATENCY, 0), 0);
	stats_histograms = true;
	remap_stats_latency(&s->watch, DM_REMAP_MAP_LATENCY, 1);
	KUNIT_EXPECT_EQ(test, remap_stats_read_latency(s, DM_REMAP_MAP_LATENCY, 0), 1);
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(each_count_is_its_own),
	KUNIT_CASE(a_request_counts_as_what_it_is),
	KUNIT_CASE(counts_go_beyond_32_bits_on_each_processor),
	KUNIT_CASE(a_bucket_ends_with_its_bound),
	KUNIT_CASE(histograms_that_are_off_count_nothing),
	{ }
};

static struct kunit_suite stats_suite = {
	.name = "stats",
	.init = stats_test_init,
	.exit = stats_test_exit,
	.test_cases = stats_cases,
};

kunit_test_suite(stats_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's statistics");
MODULE_LICENSE("GPL");
