// SPDX-License-Identifier: GPL-2.0
/*
 * Restores the blocks that seal moved to their places on the main; each write is durable before the
 * next.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "seal/label.h"
#include "seal/salvage.h"

static int cannot_write(const struct device *dev, uint64_t sector)
{
	complain("Sector %llu of %s cannot be written: %s. Copy what is there to another disk: \"dmremap salvage --output DISK %s\".",
		 LLU(sector), dev->path, strerror(errno), shell_word(dev->path));
	return EXIT_UNCORRECTED;
}

static int write_unit(const struct salvage *salvage, uint64_t sector, const uint8_t *content)
{
	size_t size = salvage->unit * SECTOR_SIZE;
	uint8_t *buffer = device_buffer(1 + size / DM_REMAP_PAGE_SIZE);
	ssize_t n;

	memcpy(buffer, content, size);
	n = pwrite(salvage->dev.fd, buffer, size, sector * SECTOR_SIZE);
	free(buffer);
	if (n == (ssize_t)size)
		return EXIT_CLEAN;
	if (n >= 0)
		errno = EIO;
	return cannot_write(&salvage->dev, sector);
}

static int restore_range(const struct salvage *salvage, const struct salvage_range *range)
{
	int status = EXIT_CLEAN;
	uint64_t i;

	for (i = range->back; range->kept && !status && i < range->sectors; i += salvage->unit)
		if (range->start + i && !salvage_goes_last(salvage, range->start + i))
			status = write_unit(salvage, range->start + i,
					    range->content + i * SECTOR_SIZE);
	return status;
}

/* The content of a sector in the ranges; NULL if it is in none. */
static const uint8_t *content_of(const struct salvage *salvage, uint64_t sector)
{
	const struct salvage_range *range = salvage->range;

	for (; range < salvage->range + salvage->nr; range++)
		if (sector >= range->start && sector < range->start + range->sectors)
			return range->content + (sector - range->start) * SECTOR_SIZE;
	return NULL;
}

static int restore_copy_place(const struct salvage *salvage)
{
	uint64_t copy = le64toh(salvage->label.copy_sector);
	uint64_t sector = copy - copy % salvage->unit;
	const uint8_t *content = content_of(salvage, sector);

	/* if it is in logical sector 0, it has been restored with that */
	return sector && content ? write_unit(salvage, sector, content) : EXIT_CLEAN;
}

int salvage_restore(const struct salvage *salvage)
{
	struct salvage_piece piece[SALVAGE_PIECES];
	unsigned int i;
	int status = EXIT_CLEAN;

	/* also copies the first sector to the start of the first range */
	salvage_pieces(salvage, piece);
	for (i = 0; !status && i < salvage->nr; i++)
		status = restore_range(salvage, &salvage->range[i]);
	if (!status)
		status = write_unit(salvage, 0, salvage->range[0].content);
	return status ?: restore_copy_place(salvage);
}

/* Find the sector with the inverted copy of the first sector; 0 if there is none. */
static uint64_t find_copy(const struct device *dev)
{
	unsigned int pages = LABEL_COPY_SECTORS / DM_REMAP_PAGE_SECTORS;
	uint64_t found = 0, i;
	uint8_t *first;

	if (dev->sectors < LABEL_COPY_SECTORS)
		pages = dev->sectors / DM_REMAP_PAGE_SECTORS;
	if (!pages)
		return 0;
	first = device_buffer(pages);
	if (!device_read(dev, 0, first, pages) && !label_zeros(first, SECTOR_SIZE)) {
		label_invert(first, SECTOR_SIZE);
		for (i = 1; !found && i < pages * DM_REMAP_PAGE_SECTORS; i++)
			if (!memcmp(first, first + i * SECTOR_SIZE, SECTOR_SIZE))
				found = i;
	}
	free(first);
	return found;
}

/*
 * Restore the logical sector with the copy, as salvage_restore() has not come to that: the copy's
 * place had zeros, and the rest is inverted, or zeros if it is not kept.
 */
static int restore_last(const struct device *dev, uint64_t copy)
{
	uint64_t unit = device_unit(dev);
	uint64_t first = copy - copy % unit, start = copy - copy % DM_REMAP_PAGE_SECTORS;
	uint8_t *page = device_buffer(1), *content = page + (first - start) * SECTOR_SIZE;
	int error = device_read(dev, start, page, 1);

	memset(page + (copy - start) * SECTOR_SIZE, 0, SECTOR_SIZE);
	if (!label_zeros(content, unit * SECTOR_SIZE)) {
		label_invert(content, unit * SECTOR_SIZE);
		memset(page + (copy - start) * SECTOR_SIZE, 0, SECTOR_SIZE);
	}
	if (!error)
		error = device_write(dev, start, page);
	free(page);
	errno = -error;
	return error ? cannot_write(dev, copy) : EXIT_CLEAN;
}

int salvage_finish(const char *path)
{
	struct device dev;
	uint64_t copy;
	int status;

	if (device_open(&dev, path, true))
		return EXIT_OPERATION;
	copy = find_copy(&dev);
	status = copy ? restore_last(&dev, copy) : EXIT_OPERATION;
	device_close(&dev);
	if (!copy)
		complain("%s has no label. Only a main that was sealed with \"dmremap seal\" has one.",
			 path);
	return status;
}
