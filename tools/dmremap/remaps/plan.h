/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks to remap for a list of bad places.
 */
#ifndef _DMREMAP_PLAN_H
#define _DMREMAP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/volume.h"
#include "lib/ranges.h"

/**
 * struct plan - blocks of a device, and how they came about.
 * @volume: the device.
 * @blocks: the blocks, merged.
 * @outside: entries that have nothing in the device.
 * @partly: entries that have something in it and something outside.
 * @again: blocks that were listed before.
 * @already: blocks that are remapped already; they are not in @blocks.
 * @already_pending: blocks that are pending already, and not in @blocks.
 */
struct plan {
	const struct volume *volume;
	struct ranges blocks;
	unsigned long outside;
	unsigned long partly;
	uint64_t again;
	uint64_t already;
	uint64_t already_pending;
};

/**
 * plan_make() - find out which blocks bad places are in.
 * @plan: to be filled.
 * @volume: the device.
 * @entries: the bad places, in bytes of the disk that the main is or is on.
 *
 * A disk fails in whole physical sectors, so the whole of each physical sector counts
 * that a bad place has a part of, and of each block that such a sector has a part of.
 */
void plan_make(struct plan *plan, const struct volume *volume, const struct ranges *entries);

/**
 * plan_leave_remapped() - leave out blocks that are remapped already.
 * @plan: the plan.
 * @leave_pending: leave out pending blocks as well.
 * @leave_split: leave out blocks that have moved in part as well.
 *
 * Prints an error if that cannot be determined, or if there is not enough room on the
 * spare for the rest.
 *
 * Return: an exit status.
 */
int plan_leave_remapped(struct plan *plan, bool leave_pending, bool leave_split);

/**
 * plan_still_pending() - count blocks that could not be moved, because the main does not give them.
 * @plan: the plan, when its blocks have been copied.
 * @nr: how many there are.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int plan_still_pending(const struct plan *plan, uint64_t *nr);

/* Drop it. */
void plan_free(struct plan *plan);

#endif /* _DMREMAP_PLAN_H */
