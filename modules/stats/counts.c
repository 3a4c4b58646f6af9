// SPDX-License-Identifier: GPL-2.0
/*
 * The counts themselves. Each CPU has its own, so that counting shares no memory; they only ever
 * go up, and a reset only records their values.
 */
#include <linux/cpumask.h>
#include <linux/log2.h>

#include "stats.h"

static void add(struct stats *s, enum dm_remap_count what, u64 n)
{
	this_cpu_add(s->cpu->counts[what], n);
}

void remap_stats_done(struct dm_remap_watch *watch, enum req_op op, unsigned int sectors)
{
	struct stats *s = to_stats(watch);

	switch (op) {
	case REQ_OP_READ:
		add(s, DM_REMAP_READS, 1);
		add(s, DM_REMAP_READ_SECTORS, sectors);
		break;
	case REQ_OP_FLUSH:
		add(s, DM_REMAP_FLUSHES, 1);
		break;
	case REQ_OP_DISCARD:
		add(s, DM_REMAP_DISCARDS, 1);
		break;
	default:
		add(s, DM_REMAP_WRITES, 1);
		add(s, DM_REMAP_WRITE_SECTORS, sectors);
		break;
	}
}

void remap_stats_count(struct dm_remap_watch *watch, enum dm_remap_count what, u64 n)
{
	add(to_stats(watch), what, n);
}

bool stats_histograms = true;

void remap_stats_latency(struct dm_remap_watch *watch, enum dm_remap_latency what, u64 ns)
{
	struct stats *s = to_stats(watch);
	unsigned int bucket = 0;

	if (!READ_ONCE(stats_histograms))
		return;
	if (ns > stats_bound(0))
		bucket = min_t(unsigned int, ilog2(ns - 1) + 1 - STATS_FIRST_SHIFT,
			       STATS_BUCKETS - 1);
	this_cpu_inc(s->cpu->latencies[what][bucket]);
}

/* The sum over all CPUs, including those that have gone offline. */
static u64 sum(const u64 __percpu *count)
{
	u64 n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(*per_cpu_ptr(count, cpu));
	return n;
}

/* Under the lock: a reset between the two would make the difference negative. */
u64 remap_stats_read(struct stats *s, enum dm_remap_count what)
{
	u64 n;

	mutex_lock(&s->lock);
	n = sum(&s->cpu->counts[what]) - s->base.counts[what];
	mutex_unlock(&s->lock);
	return n;
}

u64 remap_stats_read_latency(struct stats *s, enum dm_remap_latency what, unsigned int bucket)
{
	u64 n;

	mutex_lock(&s->lock);
	n = sum(&s->cpu->latencies[what][bucket]) - s->base.latencies[what][bucket];
	mutex_unlock(&s->lock);
	return n;
}

void remap_stats_reset(struct stats *s)
{
	unsigned int i, j;

	mutex_lock(&s->lock);
	for (i = 0; i < DM_REMAP_NR_COUNTS; i++)
		s->base.counts[i] = sum(&s->cpu->counts[i]);
	for (i = 0; i < DM_REMAP_NR_LATENCIES; i++)
		for (j = 0; j < STATS_BUCKETS; j++)
			s->base.latencies[i][j] = sum(&s->cpu->latencies[i][j]);
	mutex_unlock(&s->lock);
}
