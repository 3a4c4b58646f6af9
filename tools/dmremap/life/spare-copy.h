/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A copy of the spare of an active set on another device, of any size that holds it: made
 * while the set is in use, and completed while it is suspended.
 *
 * Until it is completed the new spare says that it is being formatted, and counts as empty.
 * Then it says that it is joining, and counts only once the kernel has let it take over.
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
 * struct copied_block - a block of the set that has a place on the new spare.
 * @remap: as the kernel listed it when it was copied.
 * @slot: its place.
 * @unreadable: sectors that the old spare does not give.
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
 * @new: the new one, opened exclusively.
 * @give_up: declare unreadable sectors of the old spare lost.
 * @tracker: the kernel's tracker of writes.
 * @geo: where things are on the new spare.
 * @sb: its superblock.
 * @old_seed: identifies the old spare.
 * @blocks: in order of the main; @room of them are allocated.
 * @nr: how many there are.
 * @room: see there.
 * @found: remaps listed by the kernel and missing in @blocks; @nr_found of them.
 * @nr_found: see there.
 * @found_room: how many there is room for.
 * @used: for each slot, whether it has a block or is bad.
 * @next_slot: no slot below it is free.
 * @buffer: a block.
 * @copied: blocks that were copied in the last pass.
 * @why: the failure, as a sentence; NULL if there is none.
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
 * spare_copy_begin() - begin a copy.
 * @copy: @volume, @give_up, and @old and @new are set.
 *
 * From the first write on the new spare counts as empty.  Prints an error on failure.
 *
 * Return: an exit status.
 */
int spare_copy_begin(struct spare_copy *copy);

/**
 * spare_copy_pass() - copy blocks that are new or have changed.
 * @copy: the copy.
 * @show: show how far it is; not while the set is suspended.
 *
 * Prints nothing: @copy->why has the failure.
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
 * Return: an exit status; @copy->why has the failure.
 */
int spare_copy_complete(struct spare_copy *copy);

void spare_copy_end(struct spare_copy *copy);

#endif /* _DMREMAP_SPARE_COPY_H */
