// SPDX-License-Identifier: GPL-2.0
#include "advise/spare-size.h"

#define SECTOR_SIZE	512
#define BLOCK_SIZE	4096
#define BLOCK_SIZE_MAX	32768
#define MIB		1048576ull

/* Metadata for each block: 16 bytes in up to four copies, and a share of the page headers. */
#define TABLE_BYTES	72

/* Superblocks and alignment. */
#define FIXED_BYTES	MIB

/* More than any spare has; its number of bytes does not wrap. */
#define BLOCKS_LIMIT	0x10000000000ull

/* Flash: at least one block for this many blocks of the main. */
#define FLASH_PART	50

static bool is_flash(const struct disk_facts *facts)
{
	return facts->kind != DISK_HDD && facts->kind != DISK_UNKNOWN;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint32_t spare_block_size(const struct disk_facts *facts)
{
	return facts->physical > BLOCK_SIZE && facts->physical <= BLOCK_SIZE_MAX ?
		facts->physical : BLOCK_SIZE;
}

uint64_t spare_blocks_counted(const struct disk_facts *facts)
{
	uint64_t pending = larger(facts->pending.n, facts->uncorrectable.n), replaced;

	pending = larger(pending, facts->set.pending.n);
	/* flash drives count erase blocks instead of sectors */
	replaced = is_flash(facts) ? 0 : facts->reallocated.n;
	return larger(SPARE_BLOCKS_MIN, 4 * pending + 2 * replaced);
}

uint64_t spare_blocks(const struct disk_facts *facts, uint32_t block_size)
{
	uint64_t blocks = spare_blocks_counted(facts);
	uint64_t all = facts->sectors / (block_size / SECTOR_SIZE);

	if (is_flash(facts))
		blocks = larger(blocks, all / FLASH_PART);
	if (all && all < blocks)
		blocks = all;
	return blocks < BLOCKS_LIMIT ? blocks : BLOCKS_LIMIT;
}

uint64_t spare_bytes(const struct disk_facts *facts, uint32_t block_size)
{
	uint64_t bytes = spare_blocks(facts, block_size) * (block_size + TABLE_BYTES);

	return (bytes + FIXED_BYTES + MIB - 1) / MIB * MIB;
}
