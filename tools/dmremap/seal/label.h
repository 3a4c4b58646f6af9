/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The label of a sealed main, and the blocks that it lists.
 */
#ifndef _DMREMAP_LABEL_H
#define _DMREMAP_LABEL_H

#include <dm-remap/format.h>

#include "seal/blocks.h"

/**
 * label_spare() - read the fields that the label copies from the spare.
 * @volume: the device of the set.
 * @sb: the superblock of its spare.
 *
 * Prints the reason on failure.
 */
bool label_spare(const struct volume *volume, struct dm_remap_sb *sb);

/**
 * label_make() - compose the label of a set.
 * @label: filled in.
 * @spare: the superblock of its spare.
 * @volume: the device of the set.
 * @main_sectors: size of its main.
 * @blocks: the blocks to list, including block 0.
 *
 * Return: whether they fit, in %DM_REMAP_LABEL_RANGES runs.
 */
bool label_make(struct dm_remap_label *label, const struct dm_remap_sb *spare,
		const struct volume *volume, uint64_t main_sectors,
		const struct blocks *blocks);

/**
 * label_blocks() - read the blocks that a label lists.
 * @label: a label that has been checked.
 * @blocks: the blocks are added here.
 *
 * Return: false if there are more than seal ever lists.
 */
bool label_blocks(const struct dm_remap_label *label, struct blocks *blocks);

/* The copy of the first sector is within this number of sectors. */
#define LABEL_COPY_SECTORS	2048

/**
 * label_crc() - checksum of the copies that a label lists.
 * @crc: checksum of the preceding bytes; %LABEL_CRC_BEGIN at the beginning.
 * @data: the content.
 * @size: size of @data.
 */
uint32_t label_crc(uint32_t crc, const void *data, size_t size);

#define LABEL_CRC_BEGIN	0xffffffffU

/* Convert to the value in the label: never 0, which means no copy. */
static inline uint32_t label_crc_end(uint32_t crc)
{
	return ~crc ? ~crc : 1;
}

/* Copies on the main have every bit inverted. */
void label_invert(void *data, size_t size);

/* Whether all bytes are zeros. */
bool label_zeros(const void *data, size_t size);

#endif /* _DMREMAP_LABEL_H */
