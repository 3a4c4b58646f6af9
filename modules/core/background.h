/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a device does in the background: one work item that takes a step, and sleeps
 * until the next.  It stands still while the device is suspended, and while the machine is
 * (hibernation included).
 */
#ifndef _REMAP_BACKGROUND_H
#define _REMAP_BACKGROUND_H

#include <linux/limits.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct remap_device;

/* The next step is taken when somebody asks for it. */
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
 * remap_background_init() - stand still.
 * @rd: the device.
 * @step: as in struct remap_background.
 *
 * Context: any.
 */
void remap_background_init(struct remap_device *rd, unsigned long (*step)(struct remap_device *rd));

/**
 * remap_background_start() - begin to take steps.
 * @rd: the device.
 *
 * Context: process, may sleep; takes @rd->lock.
 */
void remap_background_start(struct remap_device *rd);

/**
 * remap_background_stop() - take no more steps.
 * @rd: the device.
 *
 * The step under way, which has one request at a time, has ended when this returns.
 *
 * Context: process, may sleep; no lock that a step takes.
 */
void remap_background_stop(struct remap_device *rd);

/**
 * remap_background_wake() - there is something to do.
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
