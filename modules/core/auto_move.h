/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether blocks may move by themselves, and when they stop.
 */
#ifndef _REMAP_AUTO_MOVE_H
#define _REMAP_AUTO_MOVE_H

#include <linux/compiler.h>
#include <linux/types.h>

struct remap_device;

/**
 * struct remap_auto_moves - what stops them.
 * @consecutive: automatic remaps since the last success of I/O to the main.
 * @consecutive_spare_errors: writes of single blocks to the spare that failed in a row.
 * @storm: automatic remaps are suspended.
 *
 * Written under @rd->lock, but for @consecutive, which completions reset.
 */
struct remap_auto_moves {
	u32 consecutive;
	u32 consecutive_spare_errors;
	bool storm;
};

/* Whether a success of the main would end a streak; looked at for every bio. */
static inline bool remap_has_streak(const struct remap_auto_moves *moves)
{
	return READ_ONCE(moves->consecutive);
}

static inline bool remap_has_storm(const struct remap_auto_moves *moves)
{
	return READ_ONCE(moves->storm);
}

/* A set that takes over goes on where the one before it was. */
static inline void remap_inherit_storm(struct remap_auto_moves *moves,
				       const struct remap_auto_moves *old)
{
	moves->storm = old->storm;
}

/**
 * remap_reset_streak() - the main has taken or given something: it is there.
 * @rd: the device.
 *
 * Context: any, interrupts included.
 */
void remap_reset_streak(struct remap_device *rd);

/**
 * remap_move_is_possible() - whether a move could be made durable.
 * @rd: the device.
 *
 * Context: any.
 * Return: true if it is.
 */
bool remap_move_is_possible(struct remap_device *rd);

/**
 * remap_may_move() - whether blocks move by themselves now.
 * @rd: the device.
 *
 * Context: any.
 * Return: true if they do.
 */
bool remap_may_move(struct remap_device *rd);

/**
 * remap_admit_auto_move() - whether one more block may move for an error of the main.
 * @rd: the device.
 *
 * Counts it; the storm begins here when there are too many.  The caller owns the block, or
 * takes it within the same hold of the lock: bios that only meet an owner are no storm.
 *
 * Context: process; @rd->lock.
 * Return: true if it may.
 */
bool remap_admit_auto_move(struct remap_device *rd);

/**
 * remap_admit_owned() - remap_admit_auto_move() for a block that the caller owns.
 * @rd: the device.
 *
 * Context: process, may sleep; takes @rd->lock.
 * Return: true if it may.
 */
bool remap_admit_owned(struct remap_device *rd);

/**
 * remap_spare_is_gone() - a write of a block to the spare failed.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 * Return: whether the spare fails whatever is written to it.
 */
bool remap_spare_is_gone(struct remap_device *rd);

/**
 * remap_spare_is_there() - a write of a block to the spare succeeded.
 * @rd: the device.
 *
 * Context: process.
 */
void remap_spare_is_there(struct remap_device *rd);

/**
 * remap_end_storm() - let blocks move by themselves again.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 */
void remap_end_storm(struct remap_device *rd);

#endif /* _REMAP_AUTO_MOVE_H */
