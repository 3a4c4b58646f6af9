// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/delay.h>

#include "inflight.h"

/* A wait begins with sleeps of this length, in microseconds, that double ... */
#define FIRST_SLEEP	20
/* ... up to this one. */
#define LONGEST_SLEEP	2000

int remap_inflight_init(struct remap_inflight *in)
{
	in->cpu = alloc_percpu(struct remap_inflight_cpu);
	atomic_set(&in->mode, 0);
	return in->cpu ? 0 : -ENOMEM;
}

void remap_inflight_exit(struct remap_inflight *in)
{
	free_percpu(in->cpu);
	in->cpu = NULL;
}

/*
 * Whether nobody was in an epoch at some time since the call.  Those who have
 * left are counted first: one who enters in between and leaves on another CPU
 * makes the sums differ, and the caller asks again.
 */
static bool empty(struct remap_inflight *in, unsigned int epoch)
{
	unsigned long left = 0, entered = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		left += READ_ONCE(per_cpu_ptr(in->cpu, cpu)->left[epoch]);
	/* Pairs with that in remap_inflight_leave(). */
	smp_mb();
	for_each_possible_cpu(cpu)
		entered += READ_ONCE(per_cpu_ptr(in->cpu, cpu)->entered[epoch]);
	return left == entered;
}

static void wait_empty(struct remap_inflight *in, unsigned int epoch)
{
	unsigned int us = FIRST_SLEEP;

	while (!empty(in, epoch)) {
		usleep_range(us, 2 * us);
		us = min(2 * us, LONGEST_SLEEP);
	}
}

/*
 * First those who are still in the other epoch: they read the mode before the
 * last drain changed it, but were too late to be seen by it.  Then all others
 * enter that one, and those in the epoch that was current can be waited for
 * without waiting for ever.
 */
void remap_inflight_drain(struct remap_inflight *in)
{
	unsigned int epoch = atomic_read(&in->mode) & REMAP_INFLIGHT_EPOCH;

	/* Pairs with that in remap_inflight_enter(): the caller's changes first. */
	smp_mb();
	wait_empty(in, !epoch);
	atomic_xor(REMAP_INFLIGHT_EPOCH, &in->mode);
	/* The new mode first, then the counts: as in SRCU's srcu_flip(). */
	smp_mb();
	wait_empty(in, epoch);
	/* What they did first, then what the caller does. */
	smp_mb();
}
