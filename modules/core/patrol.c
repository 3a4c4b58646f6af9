// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>

#include "background.h"
#include "device.h"
#include "neighbours.h"
#include "patrol.h"
#include "scrub.h"

/* Delay until the next attempt to allocate memory. */
#define NO_MEMORY_WAIT	HZ

unsigned long remap_patrol_step(struct remap_device *rd)
{
	unsigned long delay;

	if (!remap_suspects_wait(&rd->suspects) && !remap_scrub_wanted(rd)) {
		remap_probe_release(rd);
		return REMAP_NO_STEP;
	}
	if (!remap_probe_prepare(rd))
		return NO_MEMORY_WAIT;
	delay = remap_neighbours_step(rd);
	if (delay == REMAP_NO_STEP)
		delay = remap_scrub_step(rd);
	/* Run once more, to free the memory. */
	return delay == REMAP_NO_STEP ? 0 : delay;
}

void remap_patrol_suspend(struct remap_device *rd)
{
	remap_background_stop(rd);
	remap_scrub_suspend(rd);
	remap_probe_release(rd);
}
