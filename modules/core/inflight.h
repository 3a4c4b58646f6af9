/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O in flight, counted by block so that a move can wait for it.
 *
 * A move must wait for writes that were sent to the place that its block leaves, and for all I/O to
 * a slot that may be reused. Nothing waits for reads of the main, whose content stays when the
 * block moves. So reads of the main are not counted, and have no overhead.
 *
 * Blocks are hashed to buckets. Each CPU counts the I/O that entered and the I/O that left, by
 * epoch and bucket; no shared memory is written. I/O to many blocks enters a bucket of its own,
 * which every wait checks.
 *
 * I/O enters in the RCU read-side section that looked up the location of the block. To move a
 * block, its owner changes its state, waits for a grace period, and then for the block's bucket:
 * I/O that did not see the new state has been counted by then. No memory barrier is needed to
 * enter.
 */
#ifndef _REMAP_INFLIGHT_H
#define _REMAP_INFLIGHT_H

#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/types.h>

#define REMAP_INFLIGHT_BITS	10
#define REMAP_INFLIGHT_BUCKETS	BIT(REMAP_INFLIGHT_BITS)
/* The bucket of I/O to more than REMAP_INFLIGHT_MAX_BLOCKS blocks. */
#define REMAP_INFLIGHT_WIDE	REMAP_INFLIGHT_BUCKETS
#define REMAP_INFLIGHT_MAX_BLOCKS 256U

/**
 * struct remap_inflight_cpu - one CPU's counts.
 * @entered: I/O that began, by epoch and bucket.
 * @left: I/O that ended on this CPU, wherever it began.
 */
struct remap_inflight_cpu {
	u32 entered[2][REMAP_INFLIGHT_BUCKETS + 1];
	u32 left[2][REMAP_INFLIGHT_BUCKETS + 1];
};

/**
 * struct remap_inflight - I/O in flight.
 * @cpu: the counts.
 * @epoch: the current epoch, 0 or 1, which I/O enters.
 * @flipped: time of the last change of @epoch, in jiffies.
 */
struct remap_inflight {
	struct remap_inflight_cpu __percpu *cpu;
	unsigned int epoch;
	unsigned long flipped;
};

/**
 * remap_inflight_init() - initialize, with nothing in flight.
 * @in: filled in.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int remap_inflight_init(struct remap_inflight *in);

/**
 * remap_inflight_exit() - free the counts.
 * @in: initialised or zeroed.
 *
 * Context: process.
 */
void remap_inflight_exit(struct remap_inflight *in);

static inline unsigned int remap_inflight_bucket(u64 block)
{
	return hash_64(block, REMAP_INFLIGHT_BITS);
}

/**
 * remap_inflight_enter() - count I/O to some blocks.
 * @in: where.
 * @block: the first block.
 * @nr: number of blocks, at least 1.
 *
 * Context: any; in the RCU read-side section in which the caller looked up the location of the
 * blocks.
 * Return: the epoch, for remap_inflight_leave().
 */
static inline unsigned int remap_inflight_enter(struct remap_inflight *in, u64 block, u64 nr)
{
	unsigned int epoch = READ_ONCE(in->epoch);

	if (unlikely(nr > REMAP_INFLIGHT_MAX_BLOCKS)) {
		this_cpu_inc(in->cpu->entered[epoch][REMAP_INFLIGHT_WIDE]);
		return epoch;
	}
	while (nr--)
		this_cpu_inc(in->cpu->entered[epoch][remap_inflight_bucket(block++)]);
	return epoch;
}

/**
 * remap_inflight_leave() - count I/O as completed.
 * @in: where.
 * @block: as for remap_inflight_enter().
 * @nr: as for remap_inflight_enter().
 * @epoch: from remap_inflight_enter().
 *
 * Context: any, also on another CPU than that of remap_inflight_enter().
 */
static inline void remap_inflight_leave(struct remap_inflight *in, u64 block, u64 nr,
					unsigned int epoch)
{
	/* A reader that sees the exit must see the entry; pairs with empty(). */
	smp_wmb();
	if (unlikely(nr > REMAP_INFLIGHT_MAX_BLOCKS)) {
		this_cpu_inc(in->cpu->left[epoch][REMAP_INFLIGHT_WIDE]);
		return;
	}
	while (nr--)
		this_cpu_inc(in->cpu->left[epoch][remap_inflight_bucket(block++)]);
}

/**
 * remap_inflight_sync() - wait until all I/O whose lookup started before has entered.
 *
 * One call serves any number of blocks; concurrent calls share a grace period.
 *
 * Context: process, may sleep.
 */
void remap_inflight_sync(void);

/**
 * remap_inflight_wait() - wait for the I/O to a block that entered before the call.
 * @in: where.
 * @block: the block; later I/O to it does not enter.
 *
 * I/O to other blocks may share the bucket, but if it enters later it delays the caller only for a
 * bounded time.
 *
 * Context: process, may sleep; after remap_inflight_sync().
 */
void remap_inflight_wait(struct remap_inflight *in, u64 block);

#endif /* _REMAP_INFLIGHT_H */
