/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the stats module keeps of each device.
 */
#ifndef _REMAP_STATS_H
#define _REMAP_STATS_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/percpu.h>

#include <dm-remap/observer.h>

/*
 * Latencies are counted by powers of two: bucket i has those up to 2^(i + 6) ns and
 * above the one before, the last one also those above.  That is 64 ns, which is less
 * than a lookup takes, to 73 minutes, which is more than a disk takes to give up.
 */
#define STATS_FIRST_SHIFT	6
#define STATS_BUCKETS		37

struct stats_counts {
	u64 counts[DM_REMAP_NR_COUNTS];
	u64 latencies[DM_REMAP_NR_LATENCIES][STATS_BUCKETS];
};

/**
 * struct stats - the statistics of one device.
 * @watch: for the core.
 * @dev: the device.
 * @kobj: the directory stats/.
 * @released: of @kobj.
 * @cpu: what each CPU has counted; never goes back.
 * @lock: for @base.
 * @base: the counts at the last reset.
 */
struct stats {
	struct dm_remap_watch watch;
	struct dm_remap_observed *dev;
	struct kobject kobj;
	struct completion released;
	struct stats_counts __percpu *cpu;
	struct mutex lock;
	struct stats_counts base;
};

static inline struct stats *to_stats(struct dm_remap_watch *watch)
{
	return container_of(watch, struct stats, watch);
}

/**
 * stats_bound() - the longest time that a bucket is for.
 * @bucket: below STATS_BUCKETS.
 *
 * Return: nanoseconds.
 */
static inline u64 stats_bound(unsigned int bucket)
{
	return 1ULL << (bucket + STATS_FIRST_SHIFT);
}

/**
 * remap_stats_done() - the observer's done().
 * @watch: of the device.
 * @op: the operation.
 * @sectors: how much.
 *
 * Context: any but NMI.
 */
void remap_stats_done(struct dm_remap_watch *watch, enum req_op op, unsigned int sectors);

/**
 * remap_stats_count() - the observer's count().
 * @watch: of the device.
 * @what: which count.
 * @n: how much is added.
 *
 * Context: any but NMI.
 */
void remap_stats_count(struct dm_remap_watch *watch, enum dm_remap_count what, u64 n);

/* The parameter histograms. */
extern bool stats_histograms;

/**
 * remap_stats_latency() - the observer's latency().
 * @watch: of the device.
 * @what: of what.
 * @ns: how long.
 *
 * Context: any but NMI.
 */
void remap_stats_latency(struct dm_remap_watch *watch, enum dm_remap_latency what, u64 ns);

/**
 * remap_stats_read() - a count since the last reset.
 * @s: the statistics.
 * @what: which.
 *
 * Context: process, may sleep.
 * Return: the count.
 */
u64 remap_stats_read(struct stats *s, enum dm_remap_count what);

/**
 * remap_stats_read_latency() - a bucket of a histogram since the last reset.
 * @s: the statistics.
 * @what: which histogram.
 * @bucket: which bucket.
 *
 * Context: process, may sleep.
 * Return: the number of samples.
 */
u64 remap_stats_read_latency(struct stats *s, enum dm_remap_latency what, unsigned int bucket);

/**
 * remap_stats_reset() - start counting from zero.
 * @s: the statistics.
 *
 * A count that races with the reset is not lost: it falls before or after it.
 *
 * Context: process, may sleep.
 */
void remap_stats_reset(struct stats *s);

/**
 * remap_stats_dir_add() - make the directory stats/.
 * @s: the statistics, with @s->dev set.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int remap_stats_dir_add(struct stats *s);

/**
 * remap_stats_dir_remove() - remove the directory, and wait until nobody uses it.
 * @s: the statistics, with a directory.
 *
 * Context: process, may sleep.
 */
void remap_stats_dir_remove(struct stats *s);

#endif /* _REMAP_STATS_H */
