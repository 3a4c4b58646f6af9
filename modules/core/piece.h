/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Divides a bio into pieces that each lie within one block.
 */
#ifndef _REMAP_PIECE_H
#define _REMAP_PIECE_H

#include <linux/bvec.h>
#include <linux/minmax.h>

#include "device.h"
#include "io.h"

/**
 * struct remap_piece - the part of a bio that is in one block.
 * @iter: its data, and its sector from the start of the target.
 * @block: the block.
 * @first: its first sector in the block.
 * @sectors: its number of sectors.
 */
struct remap_piece {
	struct bvec_iter iter;
	u64 block;
	unsigned int first;
	unsigned int sectors;
};

/**
 * remap_first_piece() - the first piece of the rest of a bio.
 * @rd: the device.
 * @rest: the rest, at least one sector; its sector counts from the start of the target.
 *
 * Context: any.
 * Return: the piece.
 */
static inline struct remap_piece remap_first_piece(const struct remap_device *rd,
						   struct bvec_iter rest)
{
	unsigned int block_sectors = remap_block_sectors(rd);
	struct remap_piece p = {
		.iter = rest,
		.block = rest.bi_sector >> rd->block_shift,
		.first = rest.bi_sector & (block_sectors - 1),
	};

	p.sectors = min(rest.bi_size >> SECTOR_SHIFT, block_sectors - p.first);
	p.iter.bi_size = p.sectors << SECTOR_SHIFT;
	return p;
}

/**
 * remap_piece_sector() - the location of a piece.
 * @rd: the device.
 * @p: the piece.
 * @slot: the slot that has its block, or REMAP_NO_SLOT.
 *
 * Context: any.
 * Return: a sector of the spare, or of the main if there is no slot.
 */
static inline sector_t remap_piece_sector(const struct remap_device *rd,
					  const struct remap_piece *p, u32 slot)
{
	return p->first + (slot == REMAP_NO_SLOT ? remap_main_sector(rd, p->block) :
						   remap_spare_sector(rd, slot));
}

/**
 * remap_piece_mask() - mask of the sectors of its block that a piece covers.
 * @p: the piece.
 *
 * Context: any.
 * Return: the mask.
 */
static inline u64 remap_piece_mask(const struct remap_piece *p)
{
	return remap_sector_mask(p->first, p->sectors);
}

#endif /* _REMAP_PIECE_H */
