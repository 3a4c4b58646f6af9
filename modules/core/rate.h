/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many blocks failed of late, and what that says of the disk.
 *
 * A block counts once: when it moves by itself from the main, or when it becomes pending
 * by itself.  What a scrub finds does not count, nor what a person adds or marks, so that
 * a list of bad blocks that is imported is no alarm.
 */
#ifndef _REMAP_RATE_H
#define _REMAP_RATE_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct remap_device;

/* What the moves of an hour say. */
enum remap_rate_level {
	REMAP_RATE_CALM,
	REMAP_RATE_WARN,	/* errors/rate_warn */
	REMAP_RATE_URGENT,	/* errors/rate_urgent */
};

/**
 * struct remap_rate - the part that is not kept with the set.
 * @level: enum remap_rate_level that was told last.
 * @save_work: lets the store keep the counts.
 */
struct remap_rate {
	enum remap_rate_level level;
	struct delayed_work save_work;
};

/**
 * remap_rate_init() - get ready.
 * @rd: the device.
 *
 * Context: any.
 */
void remap_rate_init(struct remap_device *rd);

/**
 * remap_rate_exit() - save nothing more.
 * @rd: the device.
 *
 * Context: process, may sleep.
 */
void remap_rate_exit(struct remap_device *rd);

/**
 * remap_rate_loaded() - the store has given the counts.
 * @rd: the device.
 *
 * Levels reached before the load were reported then.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_loaded(struct remap_device *rd);

/**
 * remap_rate_count() - a block has failed.
 * @rd: the device.
 *
 * Sends the event and says so when a threshold is reached: once, until the rate has fallen
 * below half of it.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_count(struct remap_device *rd);

/**
 * remap_rate_get() - the counts.
 * @rd: the device.
 * @now_s: seconds since the epoch (UTC).
 * @hour: set to the moves in this clock hour and in the part of the one before that is
 *	not older than an hour, taken as spread evenly.
 * @day: set to the moves in this hour and the 23 before it.
 * @month: set to the moves of today and the 29 days before it.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_get(const struct remap_device *rd, u64 now_s, u32 *hour, u32 *day, u32 *month);

#endif /* _REMAP_RATE_H */
