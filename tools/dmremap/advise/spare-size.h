/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rule for the size of a spare.
 *
 * Each bad sector counts as a block of its own. The minimum of 4,096 blocks equals the reserve of a
 * large disk, and is seven times the count at which 95% of disks fail soon. A disk with bad sectors
 * gets four blocks for each pending sector (three months at 60% a month) and two for each replaced
 * one. Flash fails in larger pieces, so it gets 2% of the main.
 */
#ifndef _DMREMAP_SPARE_SIZE_H
#define _DMREMAP_SPARE_SIZE_H

#include "advise/facts.h"

/* Blocks of a spare for a disk without known facts. */
#define SPARE_BLOCKS_MIN	4096

/* Blocks for the known bad sectors, without the flash allowance. */
uint64_t spare_blocks_counted(const struct disk_facts *facts);

/* Default block size, in bytes, of a set on this disk. */
uint32_t spare_block_size(const struct disk_facts *facts);

/**
 * spare_blocks() - the number of blocks that a spare should have.
 * @facts: the main's disk.
 * @block_size: bytes of a block.
 */
uint64_t spare_blocks(const struct disk_facts *facts, uint32_t block_size);

/**
 * spare_bytes() - size, in bytes, of a device for that number of blocks and their metadata.
 * @facts: the main's disk.
 * @block_size: bytes of a block.
 *
 * Return: a multiple of 1 MiB.
 */
uint64_t spare_bytes(const struct disk_facts *facts, uint32_t block_size);

#endif /* _DMREMAP_SPARE_SIZE_H */
