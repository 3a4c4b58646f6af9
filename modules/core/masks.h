/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Masks of the sectors of each remapped block: lost sectors, whose reads fail until they are
 * written, and unread sectors, whose content is still only on the main.
 *
 * A block of 32768 bytes has 64 sectors, so a mask has 64 bits; sector 0 of the block is bit 0.
 * Few blocks have any, so the masks are not stored in the slots; a slot only has the flags
 * REMAP_SLOT_LOST and REMAP_SLOT_UNREAD.
 */
#ifndef _REMAP_MASKS_H
#define _REMAP_MASKS_H

#include <linux/types.h>
#include <linux/xarray.h>

/**
 * struct remap_masks - the masks of one kind.
 * @masks: by slot; two values of 32 bits each, since an xarray value has 63.
 * @sectors: bits set in all of them.
 *
 * Under the caller's lock; @sectors may be read without.
 */
struct remap_masks {
	struct xarray masks;
	u64 sectors;
};

/* Number of bits set in all masks; without the lock the value may be outdated. */
static inline u64 remap_masks_sectors(const struct remap_masks *m)
{
	return READ_ONCE(m->sectors);
}

/**
 * remap_masks_init() - make an empty set.
 * @m: to be filled.
 *
 * Context: any.
 */
void remap_masks_init(struct remap_masks *m);

/**
 * remap_masks_exit() - free the masks.
 * @m: the set.
 *
 * Context: any.
 */
void remap_masks_exit(struct remap_masks *m);

/**
 * remap_masks_get() - the mask of a block.
 * @m: the set.
 * @slot: the block's slot.
 *
 * Context: any; without the caller's lock, the two halves may be of different times.
 * Return: the mask.
 */
u64 remap_masks_get(struct remap_masks *m, u32 slot);

/**
 * remap_masks_set() - change the mask of a block.
 * @m: the set.
 * @slot: the block's slot.
 * @mask: the new mask.
 *
 * Clearing bits always succeeds, and so does the first change after
 * remap_masks_reserve().
 *
 * Context: process, may sleep, does no I/O to get memory; the caller's lock.
 * Return: 0; -ENOMEM, in which case the mask is unchanged.
 */
int remap_masks_set(struct remap_masks *m, u32 slot, u64 mask);

/**
 * remap_masks_reserve() - reserve memory for a mask.
 * @m: the set.
 * @slot: the block's slot.
 *
 * The next change of the mask releases it.
 *
 * Context: process, may sleep, does no I/O to get memory.
 * Return: 0, -ENOMEM.
 */
int remap_masks_reserve(struct remap_masks *m, u32 slot);

#endif /* _REMAP_MASKS_H */
