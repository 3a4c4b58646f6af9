/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O in flight, counted so that it can be waited for.
 *
 * Each bio that is sent to the main or the spare enters, and leaves when the
 * device is done with it.  remap_inflight_drain() returns when all that had
 * entered before it was called have left.
 *
 * This is the algorithm of SRCU (kernel/rcu/srcutree.c), with counters for each
 * CPU and epoch and no write to memory that CPUs share.  SRCU itself would do; but
 * its checks cost some twenty instructions for each bio, and remap_map() and
 * remap_end_io() have seventy in all.  See docs/design.md.
 */
#ifndef _REMAP_INFLIGHT_H
#define _REMAP_INFLIGHT_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

/*
 * What a bio is doing.  Counted apart, so that whoever holds a ticket can tell
 * which it is.
 */
enum remap_inflight_kind {
	REMAP_INFLIGHT_MAIN,	/* it is at the main */
	REMAP_INFLIGHT_SPARE,	/* it is at the spare */
	REMAP_INFLIGHT_NOT,	/* it is not in flight */
};

/* One CPU's counts of one epoch. */
struct remap_inflight_count {
	unsigned long entered;
	unsigned long left[3];	/* by kind; of those not in flight it means nothing */
};

/*
 * A ticket is the address of the count that its holder entered, and one word
 * further for each kind after REMAP_INFLIGHT_MAIN.  Counts are placed such that
 * bits of the address tell all there is to know of them: to enter and to leave
 * is to increment what is at an address.
 */
typedef unsigned long __percpu *remap_ticket;

#define REMAP_INFLIGHT_KIND	(3 * sizeof(long))
/* Not of the counting: who leaves is to say that it was a success. */
#define REMAP_INFLIGHT_WATCH	sizeof(struct remap_inflight_count)
#define REMAP_INFLIGHT_EPOCH	(2 * sizeof(struct remap_inflight_count))

/* All counts of one CPU, aligned to their size. */
struct remap_inflight_cpu {
	struct remap_inflight_count count[2][2];	/* by epoch and watch */
};

/**
 * struct remap_inflight - I/O in flight.
 * @cpu: the counts.
 * @now: the ticket of who enters.
 */
struct remap_inflight {
	struct remap_inflight_cpu __percpu *cpu;
	atomic_long_t now;
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
 * remap_inflight_enter() - begin, at the main.
 * @in: where.
 *
 * What is read after this, of where blocks are, is as it was when the last drain
 * began, or newer.
 *
 * Context: any.
 * Return: for remap_inflight_leave().
 */
static inline remap_ticket remap_inflight_enter(struct remap_inflight *in)
{
	remap_ticket ticket = (remap_ticket __force)atomic_long_read(&in->now);

	this_cpu_inc(*ticket);
	/*
	 * Pairs with the barriers in remap_inflight_drain(): either the drain
	 * sees that we have entered, or we see what was changed before it.
	 */
	smp_mb();
	return ticket;
}

/**
 * remap_inflight_leave() - end.
 * @ticket: from one of the other functions.
 *
 * Context: any, also another one than that of remap_inflight_enter().
 */
static inline void remap_inflight_leave(remap_ticket ticket)
{
	/* What the I/O did is done for whoever sees that it has left. */
	smp_mb();
	this_cpu_inc(*(ticket + 1));
}

/**
 * remap_inflight_at_spare() - it goes to the spare instead.
 * @ticket: from remap_inflight_enter().
 *
 * Context: any.
 * Return: the ticket to use from now on.
 */
static inline remap_ticket remap_inflight_at_spare(remap_ticket ticket)
{
	return ticket + REMAP_INFLIGHT_SPARE;
}

/**
 * remap_inflight_not() - the ticket of a bio that is not in flight.
 * @in: where.
 *
 * Context: any.
 * Return: it may be used for any number of bios, that enter nothing and leave.
 */
static inline remap_ticket remap_inflight_not(struct remap_inflight *in)
{
	return &in->cpu->count[0][0].entered + REMAP_INFLIGHT_NOT;
}

/**
 * remap_inflight_kind() - what the holder of a ticket is doing.
 * @ticket: the ticket.
 *
 * Context: any.
 */
static inline enum remap_inflight_kind remap_inflight_kind(remap_ticket ticket)
{
	return ((unsigned long __force)ticket & REMAP_INFLIGHT_KIND) / sizeof(long);
}

/**
 * remap_inflight_watched() - whether a success is to be told.
 * @ticket: the ticket.
 *
 * Context: any.
 */
static inline bool remap_inflight_watched(remap_ticket ticket)
{
	return (unsigned long __force)ticket & REMAP_INFLIGHT_WATCH;
}

/**
 * remap_inflight_watch() - begin or stop to watch for successes.
 * @in: where.
 * @on: whether.
 *
 * Context: any.
 */
static inline void remap_inflight_watch(struct remap_inflight *in, bool on)
{
	if (on)
		atomic_long_or(REMAP_INFLIGHT_WATCH, &in->now);
	else
		atomic_long_andnot(REMAP_INFLIGHT_WATCH, &in->now);
}

/**
 * remap_inflight_drain() - wait for all that has entered.
 * @in: where.
 *
 * Context: process, may sleep; one at a time.
 */
void remap_inflight_drain(struct remap_inflight *in);

#endif /* _REMAP_INFLIGHT_H */
