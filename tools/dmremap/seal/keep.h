/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What seal leaves on the main of the blocks that it moves, inverted, so that
 * dmremap salvage can give them back without the spare.
 */
#ifndef _DMREMAP_KEEP_H
#define _DMREMAP_KEEP_H

#include "seal/raw.h"

/**
 * struct keep - copies that are being made.
 * @raw: the main.
 * @copy_sector: place of the copy of the first sector; 0 if there is none.
 * @copied: that copy has been written.
 * @head: the first sector of the set.
 * @first: the rest of block 0, behind a sector of zeros.
 * @first_kept: the main has the rest of block 0.
 * @content: the last block that keep_block() was asked for.
 */
struct keep {
	struct raw *raw;
	uint64_t copy_sector;
	bool copied;
	uint8_t head[SECTOR_SIZE];
	uint8_t *first;
	bool first_kept;
	uint8_t *content;
};

/**
 * keep_begin() - read block 0, which is on the spare.
 * @keep: to be filled, and ended with keep_end().
 * @raw: the main.
 * @copy_sector: the place for the copy of the first sector.
 * @plain: zeros take the place of block 0: its inverted content would be taken for something.
 */
void keep_begin(struct keep *keep, struct raw *raw, uint64_t copy_sector, bool plain);

/**
 * keep_label() - write the label, and the copy of block 0 behind it.
 * @keep: the copies.
 * @label: the label.
 *
 * Return: 0 or a negative error number.
 */
int keep_label(struct keep *keep, const struct dm_remap_label *label);

/**
 * keep_block() - write the copy of another block that is on the spare into its place.
 * @keep: the copies; @keep->content is the block's afterwards.
 * @block: the block.
 *
 * Return: 0 or a negative error number.
 */
int keep_block(struct keep *keep, uint64_t block);

/* Write zeros into the place of a block that is on the spare.  Return: as keep_block(). */
int keep_zeros(struct keep *keep, uint64_t block);

/**
 * keep_sign() - note in the label that it has the copy of the first sector, if it has.
 * @keep: the copies, all of which are durable.
 * @label: the label.
 */
void keep_sign(const struct keep *keep, struct dm_remap_label *label);

void keep_end(struct keep *keep);

#endif /* _DMREMAP_KEEP_H */
