// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/log2.h>

#include "inflight.h"

/* A wait begins with sleeps of this length, in microseconds, that double ... */
#define FIRST_SLEEP	20
/* ... up to this one. */
#define LONGEST_SLEEP	2000

int remap_inflight_init(struct remap_inflight *in)
{
	BUILD_BUG_ON(!is_power_of_2(sizeof(struct remap_inflight_cpu)));
	in->cpu = __alloc_percpu(sizeof(*in->cpu), sizeof(*in->cpu));
	atomic_long_set(&in->now, (long __force)in->cpu);
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
	struct remap_inflight_count *count;
	unsigned long left = 0, entered = 0;
	int cpu, watch;

	for_each_possible_cpu(cpu) {
		for (watch = 0; watch < 2; watch++) {
			count = &per_cpu_ptr(in->cpu, cpu)->count[epoch][watch];
			left += READ_ONCE(count->left[REMAP_INFLIGHT_MAIN]);
			left += READ_ONCE(count->left[REMAP_INFLIGHT_SPARE]);
		}
	}
	/* Pairs with that in remap_inflight_leave(). */
	smp_mb();
	for_each_possible_cpu(cpu) {
		count = per_cpu_ptr(in->cpu, cpu)->count[epoch];
		entered += READ_ONCE(count[0].entered) + READ_ONCE(count[1].entered);
	}
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
 * First those who are still in the other epoch: they read "now" before the
 * last drain changed it, but were too late to be seen by it.  Then all others
 * enter that one, and those in the epoch that was current can be waited for
 * without waiting for ever.
 */
void remap_inflight_drain(struct remap_inflight *in)
{
	unsigned int epoch = !!(atomic_long_read(&in->now) & REMAP_INFLIGHT_EPOCH);

	/* Pairs with that in remap_inflight_enter(): the caller's changes first. */
	smp_mb();
	wait_empty(in, !epoch);
	atomic_long_xor(REMAP_INFLIGHT_EPOCH, &in->now);
	/* The new epoch first, then the counts: as in SRCU's srcu_flip(). */
	smp_mb();
	wait_empty(in, epoch);
	/* What they did first, then what the caller does. */
	smp_mb();
}
