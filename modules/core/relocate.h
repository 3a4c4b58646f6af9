/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moves that I/O asks for which failed: whether they may be made, and the
 * worker's batch, in which they are gathered.
 *
 * All functions are called by the device's worker with the device's lock held, and
 * may sleep, unless they say otherwise.
 */
#ifndef _REMAP_RELOCATE_H
#define _REMAP_RELOCATE_H

#include <linux/types.h>

struct remap_device;

/**
 * remap_main_answered() - the main has taken or given something: it is there.
 * @rd: the device.
 *
 * Context: any, interrupts included.
 */
void remap_main_answered(struct remap_device *rd);

/**
 * remap_relocate_possible() - whether a move could be made durable.
 * @rd: the device.
 */
bool remap_relocate_possible(const struct remap_device *rd);

/**
 * remap_relocate_allowed() - whether one more block may be moved for an error of
 * the main.
 * @rd: the device.
 *
 * Counts it; the storm begins here when there are too many.
 */
bool remap_relocate_allowed(struct remap_device *rd);

/**
 * remap_relocate_flush() - run the batch, and note which bios it failed.
 * @rd: the device.
 */
void remap_relocate_flush(struct remap_device *rd);

/**
 * remap_relocate_lookup() - where a block is, when the batch does not move it
 * any more.
 * @rd: the device.
 * @block: block of the main.
 * @word: set to what its slot holds, if it has one.
 *
 * Runs the batch if the block is in it.
 *
 * Return: the slot, or REMAP_NO_SLOT.
 */
u32 remap_relocate_lookup(struct remap_device *rd, u64 block, u64 *word);

#endif /* _REMAP_RELOCATE_H */
