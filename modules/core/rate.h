/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts recent block failures, as a measure of the health of the disk.
 *
 * A block counts once: when it automatically moves from the main or becomes pending. Blocks that a
 * scrub finds do not count, nor blocks added or marked by hand, so that importing a list of bad
 * blocks does not raise an alarm.
 */
#ifndef _REMAP_RATE_H
#define _REMAP_RATE_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct remap_device;

/* Levels of the hourly rate. */
enum remap_rate_level {
	REMAP_RATE_CALM,
	REMAP_RATE_WARN,	/* errors/rate_warn */
	REMAP_RATE_URGENT,	/* errors/rate_urgent */
};

/**
 * struct remap_rate - the state that is not stored with the set.
 * @level: the enum remap_rate_level reported last.
 * @save_work: saves the counts in the store.
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
 * remap_rate_exit() - stop saving counts.
 * @rd: the device.
 *
 * Context: process, may sleep.
 */
void remap_rate_exit(struct remap_device *rd);

/**
 * remap_rate_loaded() - the counts have been loaded from the store.
 * @rd: the device.
 *
 * Levels reached before the load were reported then.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_loaded(struct remap_device *rd);

/**
 * remap_rate_count() - count a failed block.
 * @rd: the device.
 *
 * When a threshold is reached, sends the event and logs it, once until the rate has fallen below
 * half of the threshold.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_count(struct remap_device *rd);

/**
 * remap_rate_get() - read the counts.
 * @rd: the device.
 * @now_s: seconds since the epoch (UTC).
 * @hour: set to the moves in the last hour: those in this clock hour, and a share of those in the
 *	previous one, which are assumed to be spread evenly.
 * @day: set to the moves in this hour and the 23 before it.
 * @month: set to the moves of today and the 29 days before it.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_get(const struct remap_device *rd, u64 now_s, u32 *hour, u32 *day, u32 *month);

#endif /* _REMAP_RATE_H */
