/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scrub: reads the whole main in the background, so that blocks that become weak are
 * moved while they can still be read.
 *
 * Its state, position and results are in remap_device.saved.scrub, under remap_device.lock,
 * and are kept with the set: written when a person changes the state, when a run ends, at
 * suspend, and every 30 s.
 */
#ifndef _REMAP_SCRUB_H
#define _REMAP_SCRUB_H

#include <linux/types.h>

struct remap_device;

/* Words of scrub/control. */
enum remap_scrub_order {
	REMAP_SCRUB_START,
	REMAP_SCRUB_PAUSE,
	REMAP_SCRUB_RESUME,
	REMAP_SCRUB_STOP,
	REMAP_NR_SCRUB_ORDERS
};

/**
 * struct remap_scrub - the part of a run's state that is not saved.
 * @order: number of orders carried out; a read that began before the last one does not count.
 * @single: from this block on blocks are read one by one,
 * @single_end: up to this one.
 * @sweep: the next block of a region in which something was found,
 * @sweep_end: and the end of that region; the same if none is read out of turn.
 * @due_ns: when the next piece may be read, by ktime_get_ns().
 * @since_ns: up to when @ran_ns is counted; 0 while nothing is read.
 * @ran_ns: how long the run took so far.
 * @saved_ns: when the position was written last.
 * @left: blocks that are in trouble and could not be moved.
 *
 * All of it is under remap_device.lock, except @saved_ns, which only the background uses.
 */
struct remap_scrub {
	u32 order;
	u64 single;
	u64 single_end;
	u64 sweep;
	u64 sweep_end;
	u64 due_ns;
	u64 since_ns;
	u64 ran_ns;
	u64 saved_ns;
	u64 left;
};

/**
 * remap_scrub_restore() - resume a run from the state that the store has saved.
 * @rd: the device; @rd->saved is loaded.
 *
 * Context: process; @rd->lock.
 */
void remap_scrub_restore(struct remap_device *rd);

/**
 * remap_scrub_control() - carry out an order.
 * @rd: the device.
 * @order: the order.
 *
 * A persistent set has the new state on the spare when this returns.  A request to the
 * disk that is under way is not waited for, and its result is ignored.
 *
 * Context: process, may sleep; no locks held.
 * Return: 0; -EBUSY if the order does not fit the state or the device is suspended, -EROFS
 * if it is read-only or its store has failed, -EIO if the state could not be saved, -EINTR
 * for a fatal signal.  Nothing has changed then.
 */
int remap_scrub_control(struct remap_device *rd, enum remap_scrub_order order);

/**
 * remap_scrub_resized() - a device has another length, or takes over from one.
 * @rd: the device, with its new length.
 * @former: the length before, in sectors.
 *
 * A run with regions starts anew, since its position stands for other blocks now.
 *
 * Context: process; @rd->lock; no I/O is under way.
 */
void remap_scrub_resized(struct remap_device *rd, sector_t former);

/**
 * remap_scrub_hurry() - the rate has changed: sleep no longer for the old one.
 * @rd: the device.
 *
 * Context: process, may sleep; takes @rd->lock.
 */
void remap_scrub_hurry(struct remap_device *rd);

/**
 * remap_scrub_step() - read the next piece.
 * @rd: the device; prepared for probes.
 *
 * Context: the background's step.
 * Return: how long to sleep until the next step, in jiffies; REMAP_NO_STEP if no run is
 * under way.
 */
unsigned long remap_scrub_step(struct remap_device *rd);

/**
 * remap_scrub_suspend() - write the position of a run under way.
 * @rd: the device; its background work is stopped, and it may still be written.
 *
 * Context: process, may sleep; no locks held.
 */
void remap_scrub_suspend(struct remap_device *rd);

/**
 * remap_scrub_wanted() - whether a run is under way, and may go on.
 * @rd: the device.
 *
 * Context: any.
 * Return: true if so.
 */
bool remap_scrub_wanted(const struct remap_device *rd);

#endif /* _REMAP_SCRUB_H */
