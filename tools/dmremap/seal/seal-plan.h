/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What seal has to do: which blocks go to the spare, which places become zeros, and
 * the ranges of the label.
 */
#ifndef _DMREMAP_SEAL_PLAN_H
#define _DMREMAP_SEAL_PLAN_H

#include "disk/signature.h"
#include "seal/label.h"
#include "seal/raw.h"

/**
 * struct seal_plan - the steps of sealing.
 * @signatures: the signatures that the device shows.
 * @move: blocks that are not on the spare yet.
 * @clear: blocks whose places on the main become zeros; block 0 gets the label.
 * @listed: blocks that unseal moves back.
 * @shown: blocks in which the main shows signatures.
 * @copy_sector: sector of zeros for the copy of the first one, in a listed block; 0 if there
 *	is none.
 * @label: the label, without checksums of the kept copies.
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
 * seal_plan_make() - look at everything.
 * @plan: to be filled, and freed whatever came of it.
 * @raw: the main.
 *
 * Writes nothing.  Says why if the set cannot be sealed.
 *
 * Return: an exit status.
 */
int seal_plan_make(struct seal_plan *plan, struct raw *raw);

void seal_plan_free(struct seal_plan *plan);

/**
 * seal_look() - look for signatures.
 * @found: to be filled, and freed.
 * @path: a device.
 *
 * Return: an exit status.
 */
int seal_look(struct signatures *found, const char *path);

/**
 * seal_allowed() - whether a set is one that can be sealed and unsealed now.
 * @volume: the device of the set.
 *
 * If not, prints the reason.
 */
bool seal_allowed(const struct volume *volume);

/**
 * seal_place_is_safe() - whether the main's first sector may have a label.
 * @volume: the device of the set.
 *
 * If not, prints the reason.
 */
bool seal_place_is_safe(const struct volume *volume);

#endif /* _DMREMAP_SEAL_PLAN_H */
