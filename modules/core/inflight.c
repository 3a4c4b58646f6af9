// SPDX-License-Identifier: GPL-2.0
/*
 * Waits for I/O in flight.
 *
 * A wait is over when its bucket has been seen empty in each of the two epochs at some time after
 * the grace period, not necessarily at the same time: all I/O that entered before is in one of the
 * two. Without collisions both are empty at the first check. If I/O to other blocks keeps the
 * current epoch of the bucket busy, the waiter switches the epoch, so that this I/O enters the
 * other one. Two waiters must not switch it back and forth forever: before each further switch, a
 * waiter doubles the time that must have passed since the last switch by any waiter. So the epoch
 * eventually stays long enough for any I/O to complete.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>

#include "inflight.h"

/* A wait begins with sleeps of this length, in microseconds, that double ... */
#define FIRST_SLEEP	20
/* ... up to this one. */
#define LONGEST_SLEEP	2000

int remap_inflight_init(struct remap_inflight *in)
{
	BUILD_BUG_ON(sizeof(struct remap_inflight_cpu) > PCPU_MIN_UNIT_SIZE);
	in->epoch = 0;
	in->flipped = jiffies;
	in->cpu = alloc_percpu(struct remap_inflight_cpu);
	return in->cpu ? 0 : -ENOMEM;
}

void remap_inflight_exit(struct remap_inflight *in)
{
	free_percpu(in->cpu);
	in->cpu = NULL;
}

/*
 * Whether a bucket was empty at some time since the call. Exits are summed up first: I/O that
 * enters in between makes the sums differ, and the caller checks again.
 */
static bool empty(struct remap_inflight *in, unsigned int epoch, unsigned int bucket)
{
	u32 left = 0, entered = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		left += READ_ONCE(per_cpu_ptr(in->cpu, cpu)->left[epoch][bucket]);
	/* Pairs with that in remap_inflight_leave(). */
	smp_rmb();
	for_each_possible_cpu(cpu)
		entered += READ_ONCE(per_cpu_ptr(in->cpu, cpu)->entered[epoch][bucket]);
	return left == entered;
}

/* From now on let I/O enter the other epoch. */
static void flip(struct remap_inflight *in, unsigned int epoch)
{
	WRITE_ONCE(in->flipped, jiffies);
	WRITE_ONCE(in->epoch, !epoch);
}

static void wait_bucket(struct remap_inflight *in, unsigned int bucket)
{
	bool seen[2] = { empty(in, 0, bucket), empty(in, 1, bucket) };
	unsigned int us = FIRST_SLEEP, epoch;
	unsigned long patience = 1;

	while (!seen[0] || !seen[1]) {
		epoch = READ_ONCE(in->epoch);
		if (!seen[epoch] && time_after(jiffies, READ_ONCE(in->flipped) + patience)) {
			flip(in, epoch);
			patience *= 2;
		}
		usleep_range(us, 2 * us);
		us = min(2 * us, LONGEST_SLEEP);
		seen[0] = seen[0] || empty(in, 0, bucket);
		seen[1] = seen[1] || empty(in, 1, bucket);
	}
}

void remap_inflight_sync(void)
{
	synchronize_rcu_expedited();
}

void remap_inflight_wait(struct remap_inflight *in, u64 block)
{
	wait_bucket(in, remap_inflight_bucket(block));
	wait_bucket(in, REMAP_INFLIGHT_WIDE);
	/* Order the accesses waited for before those of the caller. */
	smp_mb();
}
