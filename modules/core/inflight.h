/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O in flight, counted so that it can be waited for.
 *
 * Each bio that is sent to the main or the spare enters, and leaves when the
 * device is done with it.  remap_inflight_drain() returns when all that had
 * entered before it was called have left.
 *
 * This is the algorithm of SRCU (kernel/rcu/srcutree.c), with two counters for
 * each CPU and epoch and no write to memory that CPUs share.  SRCU itself would
 * do; but its checks cost some twenty instructions for each bio, and remap_map()
 * has seventy in all.  See docs/design.md.
 */
#ifndef _REMAP_INFLIGHT_H
#define _REMAP_INFLIGHT_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

/* Counts of one CPU, by epoch. */
struct remap_inflight_cpu {
	unsigned long entered[2];
	unsigned long left[2];
};

#define REMAP_INFLIGHT_EPOCH	BIT(0)
/* Not of the counting: who leaves is to say that it was a success. */
#define REMAP_INFLIGHT_WATCH	BIT(1)

/**
 * struct remap_inflight - I/O in flight.
 * @cpu: the counts.
 * @mode: REMAP_INFLIGHT_*: the epoch that I/O enters, and what it is told.
 */
struct remap_inflight {
	struct remap_inflight_cpu __percpu *cpu;
	atomic_t mode;
};

/**
 * remap_inflight_init() - nothing is in flight.
 * @in: to be filled.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int remap_inflight_init(struct remap_inflight *in);

/**
 * remap_inflight_exit() - free it.
 * @in: initialised or zeroed.
 *
 * Context: process.
 */
void remap_inflight_exit(struct remap_inflight *in);

/**
 * remap_inflight_enter() - begin.
 * @in: where.
 *
 * What is read after this, of where blocks are, is as it was when the last drain
 * began, or newer.
 *
 * Context: any.
 * Return: for remap_inflight_leave().
 */
static inline u32 remap_inflight_enter(struct remap_inflight *in)
{
	u32 mode = atomic_read(&in->mode);

	this_cpu_inc(in->cpu->entered[mode & REMAP_INFLIGHT_EPOCH]);
	/*
	 * Pairs with the barriers in remap_inflight_drain(): either the drain
	 * sees that we have entered, or we see what was changed before it.
	 */
	smp_mb();
	return mode;
}

/**
 * remap_inflight_leave() - end.
 * @in: where.
 * @mode: from remap_inflight_enter(); other bits may have been added to it.
 *
 * Context: any, also another one than that of remap_inflight_enter().
 */
static inline void remap_inflight_leave(struct remap_inflight *in, u32 mode)
{
	/* What the I/O did is done for whoever sees that it has left. */
	smp_mb();
	this_cpu_inc(in->cpu->left[mode & REMAP_INFLIGHT_EPOCH]);
}

/**
 * remap_inflight_drain() - wait for all that has entered.
 * @in: where.
 *
 * Context: process, may sleep; one at a time.
 */
void remap_inflight_drain(struct remap_inflight *in);

#endif /* _REMAP_INFLIGHT_H */
