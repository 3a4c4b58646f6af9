/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Background work of a device: one work item that takes a step, and sleeps until the next. It is
 * stopped while the device is suspended, and during system suspend and hibernation.
 */
#ifndef _REMAP_BACKGROUND_H
#define _REMAP_BACKGROUND_H

#include <linux/limits.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct remap_device;

/* No next step until remap_background_wake() is called. */
#define REMAP_NO_STEP	ULONG_MAX

/**
 * struct remap_background - see above.
 * @rd: the device.
 * @step: takes a step, and returns how long to sleep, in jiffies, or REMAP_NO_STEP.
 * @work: calls @step.
 * @running: the device is not suspended; @rd->lock.
 */
struct remap_background {
	struct remap_device *rd;
	unsigned long (*step)(struct remap_device *rd);
	struct delayed_work work;
	bool running;
};

/**
 * remap_background_init() - initialize, in the stopped state.
 * @rd: the device.
 * @step: as in struct remap_background.
 *
 * Context: any.
 */
void remap_background_init(struct remap_device *rd, unsigned long (*step)(struct remap_device *rd));

/**
 * remap_background_start() - start to take steps.
 * @rd: the device.
 *
 * Context: process, may sleep; takes @rd->lock.
 */
void remap_background_start(struct remap_device *rd);

/**
 * remap_background_stop() - stop taking steps.
 * @rd: the device.
 *
 * Waits for the step under way, which has at most one request in flight.
 *
 * Context: process, may sleep; no lock that a step takes.
 */
void remap_background_stop(struct remap_device *rd);

/**
 * remap_background_wake() - wake the work item, because there is something to do.
 * @rd: the device.
 *
 * The next step is taken at once, unless the device is suspended.
 *
 * Context: process; @rd->lock.
 */
void remap_background_wake(struct remap_device *rd);

/**
 * remap_background_stopping() - whether a step should end early.
 * @rd: the device.
 *
 * Context: any.
 * Return: true if it should.
 */
bool remap_background_stopping(const struct remap_device *rd);

#endif /* _REMAP_BACKGROUND_H */
