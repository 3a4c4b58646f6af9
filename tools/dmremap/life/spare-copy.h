/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies the spare of an active set to another device of sufficient size: most of it while the set
 * is in use, and the rest while it is suspended.
 *
 * Until the copy is complete, the new spare is marked as being formatted and counts as empty. Then
 * it is marked as joining, and becomes valid only when the kernel lets it take over.
 */
#ifndef _DMREMAP_SPARE_COPY_H
#define _DMREMAP_SPARE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include <dm-remap/format.h>

#include "disk/device.h"
#include "kernel/remap-list.h"
#include "kernel/volume.h"

/**
 * struct copied_block - a block of the set with a slot on the new spare.
 * @remap: its remap, as listed by the kernel when it was copied.
 * @slot: its slot.
 * @unreadable: sectors that cannot be read from the old spare.
 * @listed: the kernel still lists it.
 */
struct copied_block {
	struct remap remap;
	uint32_t slot;
	uint64_t unreadable;
	bool listed;
};

/**
 * struct spare_copy - a copy.
 * @volume: the set.
 * @old: the spare in use.
 * @new: the new spare, opened exclusively.
 * @give_up: declare unreadable sectors of the old spare lost.
 * @tracker: the kernel's tracker of writes.
 * @geo: the layout of the new spare.
 * @sb: the superblock of the new spare.
 * @old_seed: identifies the old spare.
 * @blocks: sorted by main sector; @room of them are allocated.
 * @nr: number of @blocks.
 * @room: allocated number of @blocks.
 * @found: remaps listed by the kernel and missing in @blocks; @nr_found of them.
 * @nr_found: number of @found.
 * @found_room: allocated number of @found.
 * @used: for each slot, whether it is free, used or bad.
 * @next_slot: no slot below this one is free.
 * @buffer: buffer for a block.
 * @copied: number of blocks copied in the last pass.
 * @why: the failure; NULL if there is none.
 */
struct spare_copy {
	const struct volume *volume;
	struct device old;
	struct device new;
	bool give_up;
	uint64_t tracker;
	struct dm_remap_geometry geo;
	struct dm_remap_sb *sb;
	uint64_t old_seed;
	struct copied_block *blocks;
	size_t nr;
	size_t room;
	struct remap *found;
	size_t nr_found;
	size_t found_room;
	uint8_t *used;
	uint32_t next_slot;
	void *buffer;
	uint64_t copied;
	const char *why;
};

/**
 * spare_copy_begin() - start a copy.
 * @copy: with @volume, @give_up, @old and @new set.
 *
 * The first write marks the new spare as empty. Prints an error on failure.
 *
 * Return: an exit status.
 */
int spare_copy_begin(struct spare_copy *copy);

/**
 * spare_copy_pass() - copy blocks that are new or have changed.
 * @copy: the copy.
 * @show: show the progress; must be false while the set is suspended.
 *
 * Prints nothing: @copy->why takes the failure.
 *
 * Return: an exit status.
 */
int spare_copy_pass(struct spare_copy *copy, bool show);

/* Number of sectors that the old spare cannot read and that exist nowhere else. */
uint64_t spare_copy_unreadable(const struct spare_copy *copy);

/**
 * spare_copy_complete() - write the table and the superblocks.
 * @copy: the copy; after the last pass, while the set is suspended.
 *
 * Return: an exit status; @copy->why takes the failure.
 */
int spare_copy_complete(struct spare_copy *copy);

void spare_copy_end(struct spare_copy *copy);

#endif /* _DMREMAP_SPARE_COPY_H */
