/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remembers recent read failures of pending and split blocks, in memory only. This avoids repeated
 * attempts that would fail, each of which may take seconds.
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
 * remap_failures_init() - initialize, without failures.
 * @f: filled in.
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
 * remap_failures_note() - note that a read of the main has just failed.
 * @f: where.
 * @slot: of the block.
 * @mask: the sectors of that read.
 *
 * Best effort: without memory the next read tries the disk.
 *
 * Context: process, does no I/O to get memory.
 */
void remap_failures_note(struct remap_failures *f, u32 slot, u64 mask);

/**
 * remap_failures_get() - get the last failure of a slot.
 * @f: where.
 * @slot: of the block.
 * @ms: maximum age in milliseconds; 0 for any age.
 *
 * A read that includes all of these sectors will fail too; a read of a part of them may succeed.
 *
 * Context: process.
 * Return: the sectors; 0 if nothing is known.
 */
u64 remap_failures_get(struct remap_failures *f, u32 slot, unsigned int ms);

/**
 * remap_failures_move() - the block of a slot moves to another slot.
 * @f: where.
 * @from: the slot that it leaves.
 * @to: its new slot.
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
