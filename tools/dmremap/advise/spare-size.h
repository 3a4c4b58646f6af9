/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How large a spare should be: the one place of the rule.
 *
 * Each bad sector counts as a block of its own.  4,096 blocks are as many as the reserve of a
 * large disk itself, and seven times the count at which 95% of disks fail soon.  Of a disk that
 * has bad sectors already, the pending ones times four (three months at 60% a month) and the
 * replaced ones times two.  Flash fails in larger pieces: 2% of the main.
 */
#ifndef _DMREMAP_SPARE_SIZE_H
#define _DMREMAP_SPARE_SIZE_H

#include "advise/facts.h"

/* Blocks of a spare for a disk of which nothing is known. */
#define SPARE_BLOCKS_MIN	4096

/* Beyond this the advice is to copy the disk. */
#define SPARE_BLOCKS_MAX	65536

/* Blocks for the known bad sectors, without the addition for flash. */
uint64_t spare_blocks_counted(const struct disk_facts *facts);

/* Default block size of a set on this disk, in bytes. */
uint32_t spare_block_size(const struct disk_facts *facts);

/**
 * spare_blocks() - blocks that a spare should have.
 * @facts: the main's disk.
 * @block_size: bytes of a block.
 */
uint64_t spare_blocks(const struct disk_facts *facts, uint32_t block_size);

/**
 * spare_bytes() - size of a device for so many blocks and their metadata, in bytes.
 * @facts: the main's disk.
 * @block_size: bytes of a block.
 *
 * Return: whole MiB.
 */
uint64_t spare_bytes(const struct disk_facts *facts, uint32_t block_size);

#endif /* _DMREMAP_SPARE_SIZE_H */
