/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decides whether blocks may move automatically, and when that is suspended.
 */
#ifndef _REMAP_AUTO_MOVE_H
#define _REMAP_AUTO_MOVE_H

#include <linux/compiler.h>
#include <linux/types.h>

struct remap_device;

/**
 * struct remap_auto_moves - the conditions that suspend automatic moves.
 * @consecutive: automatic remaps since the last success of I/O to the main.
 * @consecutive_spare_errors: writes of single blocks to the spare that failed in a row.
 * @storm: automatic remaps are suspended.
 *
 * Written under @rd->lock, except for @consecutive, which completions reset.
 */
struct remap_auto_moves {
	u32 consecutive;
	u32 consecutive_spare_errors;
	bool storm;
};

/* Whether a success of the main would end a streak; checked for every bio. */
static inline bool remap_has_streak(const struct remap_auto_moves *moves)
{
	return READ_ONCE(moves->consecutive);
}

static inline bool remap_has_storm(const struct remap_auto_moves *moves)
{
	return READ_ONCE(moves->storm);
}

/* A successor continues with the state of its predecessor. */
static inline void remap_inherit_storm(struct remap_auto_moves *moves,
				       const struct remap_auto_moves *old)
{
	moves->storm = old->storm;
}

/**
 * remap_reset_streak() - note that I/O to the main has succeeded.
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
 * remap_may_move() - whether blocks may move automatically now.
 * @rd: the device.
 *
 * Context: any.
 * Return: true if they may.
 */
bool remap_may_move(struct remap_device *rd);

/**
 * remap_admit_auto_move() - whether another block may move because of an error of the main.
 * @rd: the device.
 *
 * Counts the block; if there are too many, the storm begins. The caller owns the block, or takes
 * ownership before it drops the lock: bios that only meet an owner do not count.
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
 * remap_spare_is_gone() - note that a write of a block to the spare has failed.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 * Return: whether the spare counts as gone, since it fails every write.
 */
bool remap_spare_is_gone(struct remap_device *rd);

/**
 * remap_spare_is_there() - note that a write of a block to the spare has succeeded.
 * @rd: the device.
 *
 * Context: process.
 */
void remap_spare_is_there(struct remap_device *rd);

/**
 * remap_end_storm() - allow automatic moves again.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 */
void remap_end_storm(struct remap_device *rd);

#endif /* _REMAP_AUTO_MOVE_H */
