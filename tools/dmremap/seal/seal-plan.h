/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Plans the steps of seal: the blocks to move to the spare, the places to overwrite with zeros, and
 * the ranges of the label.
 */
#ifndef _DMREMAP_SEAL_PLAN_H
#define _DMREMAP_SEAL_PLAN_H

#include "disk/signature.h"
#include "seal/label.h"
#include "seal/raw.h"

/**
 * struct seal_plan - the steps of sealing.
 * @signatures: the signatures on the device.
 * @move: blocks to move to the spare.
 * @clear: blocks whose places on the main are overwritten with zeros; block 0 gets the label.
 * @listed: blocks that the label lists, for unseal to move back.
 * @shown: blocks of the main with signatures.
 * @copy_sector: a sector of zeros in a listed block, for the copy of the first sector; 0 if there
 *	is none.
 * @label: the label, without the checksums of the kept copies.
 */
struct seal_plan {
	struct signatures signatures;
	struct blocks move;
	struct blocks clear;
	struct blocks listed;
	struct blocks shown;
	uint64_t copy_sector;
	struct dm_remap_label label;
};

/**
 * seal_plan_make() - examine the set and plan the steps.
 * @plan: filled in; free it even on failure.
 * @raw: the main.
 *
 * Writes nothing. Prints the reason if the set cannot be sealed.
 *
 * Return: an exit status.
 */
int seal_plan_make(struct seal_plan *plan, struct raw *raw);

void seal_plan_free(struct seal_plan *plan);

/**
 * seal_look() - look for signatures.
 * @found: filled in; the caller frees it.
 * @path: a device.
 *
 * Return: an exit status.
 */
int seal_look(struct signatures *found, const char *path);

/**
 * seal_allowed() - whether a set can be sealed and unsealed now.
 * @volume: the device of the set.
 *
 * If not, prints the reason.
 */
bool seal_allowed(const struct volume *volume);

/**
 * seal_place_is_safe() - whether the first sector of the main may hold a label.
 * @volume: the device of the set.
 *
 * If not, prints the reason.
 */
bool seal_place_is_safe(const struct volume *volume);

#endif /* _DMREMAP_SEAL_PLAN_H */
