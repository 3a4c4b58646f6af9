// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of the code that reads a main: an image with a label goes through "scan" and
 * "salvage", and is identified as a half, shown, copied and restored.
 */
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/exit.h"
#include "must.h"
#include "seal/label.h"
#include "seal/salvage.h"
#include "sets/half.h"

#define CHUNK	8	/* sectors */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Set the checksum of a range so that its copies count as kept. */
static void keep_range(uint8_t *data, size_t size, struct dm_remap_label *label,
		       struct dm_remap_label_range *range)
{
	uint64_t block = le32toh(label->block_size), bytes = le32toh(range->nr) * block;
	uint64_t start = le64toh(range->block) * block, copy = le64toh(label->copy_sector) * 512;
	uint32_t crc = LABEL_CRC_BEGIN;
	uint8_t sector[512];
	uint64_t i;

	if (bytes > 65536 || start > size || bytes > size - start)
		return;
	for (i = start; i < start + bytes; i += sizeof(sector)) {
		memcpy(sector, data + i, sizeof(sector));
		if (i && i != copy)
			label_invert(sector, sizeof(sector));
		else
			memset(sector, 0, sizeof(sector));
		crc = label_crc(crc, sector, sizeof(sector));
	}
	range->crc = htole32(label_crc_end(crc));
}

static void keep_head(const uint8_t *data, size_t size, struct dm_remap_label *label)
{
	uint64_t copy = le64toh(label->copy_sector);
	uint8_t sector[512];

	if (copy >= size / 512)
		return;
	memcpy(sector, data + copy * 512, sizeof(sector));
	label_invert(sector, sizeof(sector));
	label->copy_crc = htole32(label_crc_end(label_crc(LABEL_CRC_BEGIN, sector,
							  sizeof(sector))));
}

/* Mutate mostly the label, and make it valid again in most cases. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct dm_remap_label label;
	uint32_t i;

	if (size < sizeof(label) || !(rand_r(&seed) % 8))
		size = LLVMFuzzerMutate(data, size, max_size);
	if (size < sizeof(label))
		return size;
	if (rand_r(&seed) % 4)
		LLVMFuzzerMutate(data, offsetof(struct dm_remap_label, dos),
				 offsetof(struct dm_remap_label, dos));
	memcpy(&label, data, sizeof(label));
	if (rand_r(&seed) % 16)
		memcpy(label.magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	if (rand_r(&seed) % 16)
		label.main_sectors = htole64(size / 512);
	for (i = 0; i < le32toh(label.nr_ranges) && i < DM_REMAP_LABEL_RANGES; i++)
		if (rand_r(&seed) % 4)
			keep_range(data, size, &label, &label.ranges[i]);
	if (rand_r(&seed) % 4)
		keep_head(data, size, &label);
	if (rand_r(&seed) % 16)
		dm_remap_label_seal(&label);
	memcpy(data, &label, sizeof(label));
	return size;
}

/* Check that the pieces cover the device without gaps, in order. Returns whether any is missing. */
static bool check_pieces(const struct salvage *salvage)
{
	struct salvage_piece piece[SALVAGE_PIECES];
	unsigned int nr = salvage_pieces(salvage, piece), i;
	bool missing = false;
	uint64_t end = 0;

	must(nr >= 1 && nr <= SALVAGE_PIECES);
	for (i = 0; i < nr; i++) {
		must(piece[i].start == end && piece[i].sectors);
		must(!piece[i].content == (piece[i].source != SALVAGE_KEPT));
		missing |= piece[i].source == SALVAGE_MISSING;
		end += piece[i].sectors;
	}
	must(end == salvage->sectors);
	return missing;
}

/* The content that it shows; NULL if it is too large to check. */
static uint8_t *content_of(const struct salvage *salvage)
{
	uint8_t *content = malloc(salvage->sectors * 512);
	uint64_t sector, n;

	must(content);
	for (sector = 0; sector < salvage->sectors; sector += n) {
		n = salvage->sectors - sector < CHUNK ? salvage->sectors - sector : CHUNK;
		must(!salvage_read(salvage, sector, content + sector * 512, n));
	}
	return content;
}

/* If nothing is missing, the restored main must equal the view. */
static void check_restored(int fd, const char *path, const uint8_t *content, uint64_t sectors,
			   bool missing)
{
	uint8_t *restored = malloc(sectors * 512);

	must(restored && pread(fd, restored, sectors * 512, 0) == (ssize_t)sectors * 512);
	must(missing || !memcmp(restored, content, sectors * 512));
	free(restored);
	salvage_finish(path);
}

static void try_salvage(int fd, const char *path)
{
	struct salvage salvage;
	uint64_t sectors;
	uint8_t *content;
	bool missing;

	if (salvage_open(&salvage, path, true))
		return;
	missing = check_pieces(&salvage);
	salvage_search(&salvage, path);
	content = content_of(&salvage);
	sectors = salvage.sectors;
	must(!salvage_restore(&salvage));
	salvage_close(&salvage);
	check_restored(fd, path, content, sectors, missing);
	free(content);
}

static void try_half(const char *path, const uint8_t *data, size_t size)
{
	struct blockdev dev = { .number = "8:0" };
	struct dm_remap_label label = {};
	struct blocks blocks = {};
	struct half half;

	memcpy(&label, data, size < sizeof(label) ? size : sizeof(label));
	snprintf(dev.path, sizeof(dev.path), "%s", path);
	half_look(&half, &dev);
	/* the first sector of a file is not read if there is no room for two superblocks */
	if (size < 3 * DM_REMAP_PAGE_SIZE)
		return;
	must((half.role == HALF_MAIN) == !dm_remap_label_check(&label, size / 512));
	if (half.role != HALF_MAIN)
		return;
	must(half.target_sectors <= size / 512 && half.target_sectors <= half.main_sectors);
	label_blocks(&label, &blocks);
	blocks_free(&blocks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];

	if (fd < 0) {
		fd = memfd_create("main", MFD_CLOEXEC);
		must(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(!ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	try_half(path, data, size);
	try_salvage(fd, path);
	return 0;
}
