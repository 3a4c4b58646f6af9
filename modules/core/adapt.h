/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a table whose policy is adaptive grows and shrinks.
 *
 * It grows when successful lookups visit too many slots, as measured, and not just because of
 * its load: blocks in runs spread better than others. It shrinks when its load has been low for
 * a while. How long that is depends on how often the table changed its mind: each time that it
 * grows soon after it shrank, it waits four times as long. So a table that swings between two
 * sizes soon stays at the larger one.
 */
#ifndef _REMAP_ADAPT_H
#define _REMAP_ADAPT_H

#include <linux/types.h>

/*
 * It grows above this number of slots visited by a hit, in hundredths: random blocks at a load
 * of 150%.
 */
#define REMAP_ADAPT_LONG	175U
/* It never grows at a load below the first, and always grows above the second, in percent. */
#define REMAP_ADAPT_MIN_GROW	75U
#define REMAP_ADAPT_MAX_GROW	300U
/* Low enough that it does not grow as soon as it has been halved. */
#define REMAP_ADAPT_SHRINK	37U
/* How long the load must be low at first. */
#define REMAP_ADAPT_CALM_NS	(60ULL * NSEC_PER_SEC)
#define REMAP_ADAPT_MAX_CALM_NS	(24 * 3600ULL * NSEC_PER_SEC)
/* Share of time that resizes may take: 1 / 64. */
#define REMAP_ADAPT_SHARE	64U
/* Growing again within this multiple of that time counts as a change of mind. */
#define REMAP_ADAPT_SOON	8U

/* The resize that is due. */
enum remap_adapt_verdict {
	REMAP_ADAPT_STAY,
	REMAP_ADAPT_GROW,
	REMAP_ADAPT_HALVE,
};

/**
 * struct remap_adapt - the measurements of a table.
 * @visits: slots that a hit looks at, in hundredths; 0 if nothing was measured.
 * @changes: insertions and removals since it was measured.
 * @place: where in the table it is measured next.
 * @calm_ns: how long the load must be low before the table shrinks.
 * @low_since: when the load became low; 0 if it is not.
 * @shrunk: when the table last shrank; 0 if it never did.
 */
struct remap_adapt {
	u32 visits;
	u32 changes;
	u32 place;
	u64 calm_ns;
	u64 low_since;
	u64 shrunk;
};

/**
 * remap_adapt_measured() - take a measurement.
 * @a: the table's.
 * @entries: entries in some buckets.
 * @visits: slots that lookups of each of them look at, in total.
 *
 * Context: any; the table's lock.
 */
void remap_adapt_measured(struct remap_adapt *a, u32 entries, u32 visits);

/**
 * remap_adapt_look() - check whether the load is low.
 * @a: the table's.
 * @load: entries * 100 / buckets.
 * @now: ktime_get_boottime_ns().
 *
 * Call this after each change.
 *
 * Context: any; the table's lock.
 */
void remap_adapt_look(struct remap_adapt *a, u64 load, u64 now);

/**
 * remap_adapt_verdict() - the resize that is due.
 * @a: the table's.
 * @load: entries * 100 / buckets.
 * @now: ktime_get_boottime_ns().
 *
 * Context: any; the table's lock.
 * Return: the verdict.
 */
enum remap_adapt_verdict remap_adapt_verdict(const struct remap_adapt *a, u64 load, u64 now);

/**
 * remap_adapt_resized() - note a resize.
 * @a: the table's.
 * @grew: in which direction.
 * @duration_ns: how long it took.
 * @now: ktime_get_boottime_ns().
 *
 * Context: any; the table's lock.
 */
void remap_adapt_resized(struct remap_adapt *a, bool grew, u64 duration_ns, u64 now);

/**
 * remap_adapt_wait() - how long until the table shrinks, if nothing changes.
 * @a: the table's.
 * @now: ktime_get_boottime_ns().
 *
 * Context: any; the table's lock.
 * Return: nanoseconds, at least 1; 0 if its load is not low.
 */
u64 remap_adapt_wait(const struct remap_adapt *a, u64 now);

#endif /* _REMAP_ADAPT_H */
