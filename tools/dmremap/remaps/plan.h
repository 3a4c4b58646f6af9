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
 * struct plan - the blocks to change, and statistics about the list.
 * @volume: the device.
 * @blocks: the blocks, merged.
 * @outside: entries entirely outside the device.
 * @partly: entries partly outside the device.
 * @again: blocks that were listed more than once.
 * @already: blocks that are already remapped, and so not in @blocks.
 * @already_pending: blocks that are already pending, and so not in @blocks.
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
 * plan_make() - find the blocks that contain the bad places.
 * @plan: filled in.
 * @volume: the device.
 * @entries: the bad places, in bytes of the disk that the main is or is on.
 *
 * A disk fails in whole physical sectors, so each bad place is rounded outwards to physical
 * sectors, and these are rounded outwards to blocks.
 */
void plan_make(struct plan *plan, const struct volume *volume, const struct ranges *entries);

/**
 * plan_leave_remapped() - leave out blocks that are already remapped.
 * @plan: the plan.
 * @leave_pending: leave out pending blocks as well.
 * @leave_split: leave out partly moved blocks as well.
 *
 * Prints an error if the remaps cannot be read, or if the spare does not have enough room for the
 * remaining blocks.
 *
 * Return: an exit status.
 */
int plan_leave_remapped(struct plan *plan, bool leave_pending, bool leave_split);

/**
 * plan_still_pending() - count blocks that are still pending because the main could not read them.
 * @plan: the plan, after its blocks have been copied.
 * @nr: how many there are.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int plan_still_pending(const struct plan *plan, uint64_t *nr);

/* Free the plan. */
void plan_free(struct plan *plan);

#endif /* _DMREMAP_PLAN_H */
