// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the backup superblocks of file systems, and the backup GPT. They matter if the main has no
 * copy of the first block, or only an old one.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/device.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "lib/util.h"
#include "seal/salvage.h"

#define MIB	(1024 * 1024ULL)

/* Read a page at a byte offset. Returns whether it could be read. */
static bool read_at(const struct salvage *salvage, uint64_t byte, uint8_t *page)
{
	uint64_t sector = byte / 512;

	return byte % (salvage->unit * 512) == 0 &&
	       sector + DM_REMAP_PAGE_SECTORS <= salvage->sectors &&
	       !salvage_read(salvage, sector, page, DM_REMAP_PAGE_SECTORS);
}

static uint32_t le32_at(const uint8_t *page, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, page + offset, sizeof(value));
	return le32toh(value);
}

static uint32_t be32_at(const uint8_t *page, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, page + offset, sizeof(value));
	return be32toh(value);
}

/* Whether there is a superblock of ext2, ext3 or ext4 for this block size and group. */
static bool is_ext(const uint8_t *page, uint32_t block, uint32_t group)
{
	return page[56] == 0x53 && page[57] == 0xef && le32_at(page, 24) < 7 &&
	       1024U << le32_at(page, 24) == block &&
	       (page[90] | page[91] << 8) == (int)group;
}

static bool find_ext(const struct salvage *salvage, const char *shown, uint8_t *page)
{
	/* groups with sparse_super: 1 and the powers of 3, 5 and 7 */
	static const uint32_t groups[] = { 1, 3, 5, 7, 9, 25, 27, 49 };
	uint64_t block, byte;
	unsigned int i;

	for (block = 1024; block <= 65536; block *= 2) {
		for (i = 0; i < ARRAY_SIZE(groups); i++) {
			byte = groups[i] * 8 * block * block + (block == 1024 ? 1024 : 0);
			if (!read_at(salvage, byte, page) || !is_ext(page, block, groups[i]))
				continue;
			printf("A copy of the superblock of an ext file system is at byte %llu: \"mount -o ro,noload,sb=%llu %s MOUNTPOINT\", and, on a copy that can be written, \"e2fsck -b %llu -B %llu COPY\".\n",
			       LLU(byte), LLU(byte / 1024), shell_word(shown), LLU(byte / block),
			       LLU(block));
			return true;
		}
	}
	return false;
}

static bool is_xfs(const uint8_t *page, uint64_t byte)
{
	uint64_t group = (uint64_t)be32_at(page, 84) * be32_at(page, 4);

	return !memcmp(page, "XFSB", 4) && group && !(byte % group);
}

/*
 * The location depends on the size of the allocation groups: try those that mkfs.xfs would choose.
 */
static bool find_xfs(const struct salvage *salvage, const char *shown, uint8_t *page)
{
	uint64_t blocks = salvage->sectors / DM_REMAP_PAGE_SECTORS, groups, byte;

	for (groups = 2; groups <= 64 && groups <= blocks; groups++) {
		byte = (blocks + groups - 1) / groups * DM_REMAP_PAGE_SIZE;
		if (!read_at(salvage, byte, page) || !is_xfs(page, byte))
			continue;
		printf("A copy of the superblock of an XFS file system is at byte %llu. \"xfs_repair COPY\" finds it by itself, on a copy made with --output; %s cannot be written.\n",
		       LLU(byte), shown);
		return true;
	}
	return false;
}

static bool find_btrfs(const struct salvage *salvage, const char *shown, uint8_t *page)
{
	static const uint64_t places[] = { 64 * MIB, 256 * 1024 * MIB };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (!read_at(salvage, places[i], page) || memcmp(page + 64, "_BHRfS_M", 8))
			continue;
		printf("A copy of the superblock of a Btrfs file system is at byte %llu: \"btrfs restore -u %u %s DIRECTORY\", and, on a copy that can be written, \"btrfs rescue super-recover COPY\".\n",
		       LLU(places[i]), i + 1, shell_word(shown));
		return true;
	}
	return false;
}

static bool find_gpt(const struct salvage *salvage, const char *shown, uint8_t *page)
{
	uint64_t sector = salvage->sectors - DM_REMAP_PAGE_SECTORS;
	unsigned int last = (DM_REMAP_PAGE_SECTORS - salvage->unit) * 512;

	if (!read_at(salvage, sector * 512, page) || memcmp(page + last, "EFI PART", 8))
		return false;
	printf("A copy of GPT is at the end of the disk: \"fdisk -l %s\" reads it, and the command w of fdisk mends a copy made with --output.\n",
	       shell_word(shown));
	return true;
}

void salvage_search(const struct salvage *salvage, const char *shown)
{
	uint8_t *page = device_buffer(1);
	bool found = find_ext(salvage, shown, page);

	found |= find_xfs(salvage, shown, page);
	found |= find_btrfs(salvage, shown, page);
	found |= find_gpt(salvage, shown, page);
	if (!found)
		puts("No copy of a superblock was found in the places where file systems have them. testdisk looks everywhere.");
	free(page);
}
