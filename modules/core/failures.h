/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the main failed to give a moment ago, of blocks that are pending or split.
 * Kept in memory only: it saves the disk, and whoever waits, attempts that are
 * known to fail, since each may take seconds.
 */
#ifndef _REMAP_FAILURES_H
#define _REMAP_FAILURES_H

#include <linux/types.h>
#include <linux/xarray.h>

/**
 * struct remap_failures - failures by slot.
 * @slots: of struct remap_failure; the xarray's own lock.
 */
struct remap_failures {
	struct xarray slots;
};

/**
 * remap_failures_init() - nothing has failed.
 * @f: to be filled.
 *
 * Context: any.
 */
void remap_failures_init(struct remap_failures *f);

/**
 * remap_failures_exit() - free it.
 * @f: initialised.
 *
 * Context: process.
 */
void remap_failures_exit(struct remap_failures *f);

/**
 * remap_failures_note() - a read of the main failed just now.
 * @f: where.
 * @slot: of the block.
 * @mask: the sectors that were asked for, in one read.
 *
 * Best effort: without memory the next read asks the disk.
 *
 * Context: process, does no I/O to get memory.
 */
void remap_failures_note(struct remap_failures *f, u32 slot, u64 mask);

/**
 * remap_failures_get() - what failed last.
 * @f: where.
 * @slot: of the block.
 * @ms: how long ago at most, in milliseconds; 0 for at any time.
 *
 * A read of all that failed will fail as well.  A read of a part of it may not.
 *
 * Context: process.
 * Return: the sectors; 0 if nothing is known.
 */
u64 remap_failures_get(struct remap_failures *f, u32 slot, unsigned int ms);

/**
 * remap_failures_move() - the block of a slot moves to another slot.
 * @f: where.
 * @from: the slot that it leaves.
 * @to: the one that it goes to.
 *
 * Best effort, as remap_failures_note().
 *
 * Context: process, does no I/O to get memory.
 */
void remap_failures_move(struct remap_failures *f, u32 from, u32 to);

/**
 * remap_failures_forget() - the slot is used for another block from now on.
 * @f: where.
 * @slot: the slot.
 *
 * Context: process.
 */
void remap_failures_forget(struct remap_failures *f, u32 slot);

#endif /* _REMAP_FAILURES_H */
