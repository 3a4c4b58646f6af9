/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeps inverted copies of moved blocks on the main, from which dmremap salvage can restore them
 * without the spare.
 */
#ifndef _DMREMAP_KEEP_H
#define _DMREMAP_KEEP_H

#include "seal/raw.h"

/**
 * struct keep - the state while copies are made.
 * @raw: the main.
 * @copy_sector: location of the copy of the first sector; 0 if there is none.
 * @copied: that copy has been written.
 * @head: the first sector of the set.
 * @first: the rest of block 0, after a sector of zeros.
 * @first_kept: the rest of block 0 is kept on the main.
 * @content: the last block handled by keep_block().
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
 * @keep: filled in; release it with keep_end().
 * @raw: the main.
 * @copy_sector: the location for the copy of the first sector.
 * @plain: overwrite block 0 with zeros, since its inverted content would look like a signature.
 */
void keep_begin(struct keep *keep, struct raw *raw, uint64_t copy_sector, bool plain);

/**
 * keep_label() - write the label and, after it, the copy of block 0.
 * @keep: the copies.
 * @label: the label.
 *
 * Return: 0 or a negative error number.
 */
int keep_label(struct keep *keep, const struct dm_remap_label *label);

/**
 * keep_block() - write the copy of another block, which is on the spare, to its place on the main.
 * @keep: the copies; takes the content of the block in @keep->content.
 * @block: the block.
 *
 * Return: 0 or a negative error number.
 */
int keep_block(struct keep *keep, uint64_t block);

/* Overwrite the place of a block that is on the spare with zeros. Return: as keep_block(). */
int keep_zeros(struct keep *keep, uint64_t block);

/**
 * keep_sign() - record in the label that the copy of the first sector exists, if it does.
 * @keep: the copies, all of which are durable.
 * @label: the label.
 */
void keep_sign(const struct keep *keep, struct dm_remap_label *label);

void keep_end(struct keep *keep);

#endif /* _DMREMAP_KEEP_H */
