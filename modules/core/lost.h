/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lost sectors: those of a remapped block whose content could not be read when
 * the block was moved.  They read as an error until they are written.
 *
 * A block of 32768 bytes has 64 sectors, so a block's lost sectors are a mask of
 * 64 bits; sector 0 of the block is bit 0.  Few blocks have any, so the masks
 * are not in the slots but beside them, and the slot only has the flag
 * REMAP_SLOT_LOST.
 */
#ifndef _REMAP_LOST_H
#define _REMAP_LOST_H

#include <linux/types.h>
#include <linux/xarray.h>

/**
 * struct remap_lost - the masks.
 * @masks: by slot; two values of 32 bits each, since an xarray value has 63.
 * @sectors: lost sectors in all of them.
 *
 * Under the caller's lock; @sectors may be read without.
 */
struct remap_lost {
	struct xarray masks;
	u64 sectors;
};

/**
 * remap_lost_init() - make an empty set.
 * @lost: to be filled.
 *
 * Context: any.
 */
void remap_lost_init(struct remap_lost *lost);

/**
 * remap_lost_exit() - free it.
 * @lost: the set.
 *
 * Context: any.
 */
void remap_lost_exit(struct remap_lost *lost);

/**
 * remap_lost_get() - the lost sectors of a block.
 * @lost: the set.
 * @slot: the block's slot.
 *
 * Context: any; without the caller's lock, halves of it may be of different
 * times.
 * Return: the mask.
 */
u64 remap_lost_get(struct remap_lost *lost, u32 slot);

/**
 * remap_lost_set() - change the lost sectors of a block.
 * @lost: the set.
 * @slot: the block's slot.
 * @mask: the new mask.
 *
 * Clearing bits always succeeds.
 *
 * Context: process, may sleep, does no I/O to get memory; the caller's lock.
 * Return: 0; -ENOMEM, and the mask is what it was.
 */
int remap_lost_set(struct remap_lost *lost, u32 slot, u64 mask);

#endif /* _REMAP_LOST_H */
