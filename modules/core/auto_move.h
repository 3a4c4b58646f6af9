/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether blocks may move by themselves, and when they stop.
 */
#ifndef _REMAP_AUTO_MOVE_H
#define _REMAP_AUTO_MOVE_H

#include <linux/types.h>

struct remap_device;

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

#endif /* _REMAP_AUTO_MOVE_H */
