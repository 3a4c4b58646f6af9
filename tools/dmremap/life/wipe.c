// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk/signature.h"
#include "disk/table.h"
#include "life/wipe.h"
#include "lib/exit.h"
#include "lib/message.h"

/* A signature may hide another one, but not many. */
#define MAX_ROUNDS	16

int wipe_look(struct wipe *wipe, const char *path)
{
	struct table table;
	struct device dev;
	struct set set;
	unsigned int i;

	*wipe = (struct wipe) {};
	if (device_open(&dev, path, false))
		return EXIT_OPERATION;
	set_read(&set, &dev);
	if (set_usable(&set)) {
		uuid_to_text(set.newest->content->uuid, wipe->uuid);
		table_open(&table, &set);
		while (table_next(&table)) {
			wipe->bad_pages += !table.newest;
			for (i = 0; table.newest && i < DM_REMAP_PAGE_ENTRIES; i++)
				wipe->blocks += table_entry(&table, i).state ==
						DM_REMAP_ENTRY_MAPPED;
		}
		table_close(&table);
	}
	set_free(&set);
	device_close(&dev);
	return *wipe->uuid ? EXIT_CLEAN : EXIT_OPERATION;
}

static int clear(const struct device *dev, uint64_t sector, const void *zeros)
{
	int error = device_write(dev, sector, zeros);

	if (!error)
		return EXIT_CLEAN;
	complain("Sector %llu of %s cannot be written: %s. \"blkdiscard -f -z %s\" clears all of it, if it can.",
		 LLU(sector), dev->path, strerror(-error), dev->path);
	return EXIT_OPERATION;
}

/* Also where the last one was before the spare grew. */
static int clear_superblocks(const struct device *dev, const struct dm_remap_sb *sb,
			     const void *zeros)
{
	uint64_t sizes[] = {
		le64toh(sb->spare_sectors), le64toh(sb->former_spare_sectors), dev->sectors,
	};
	int status = EXIT_CLEAN;
	unsigned int i;

	for (i = 0; !status && i < ARRAY_SIZE(sizes); i++)
		if (sizes[i] >= 3 * DM_REMAP_PAGE_SECTORS && sizes[i] <= dev->sectors)
			status = clear(dev, dm_remap_sb_sector(sizes[i], 1), zeros);
	return status ?: clear(dev, 0, zeros);
}

static int clear_table(const struct device *dev, const struct dm_remap_geometry *geo,
		       const void *zeros)
{
	int status = EXIT_CLEAN;
	uint32_t copy, page;

	for (copy = 0; copy < geo->replicas; copy++)
		for (page = 0; !status && page < geo->nr_pages; page++)
			status = clear(dev, dm_remap_page_sector(geo, copy, page), zeros);
	return status;
}

/* What libblkid still finds, in blocks that had moved there say. */
static int clear_signatures(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), status = EXIT_CLEAN, round;
	struct signatures found;
	bool more = true;

	if (fd < 0)
		return EXIT_OPERATION;
	for (round = 0; more && !status && round < MAX_ROUNDS; round++) {
		status = signatures_find(&found, path, fd);
		more = !status && found.nr;
		if (more)
			status = signatures_wipe(&found, path, fd);
		signatures_free(&found);
	}
	close(fd);
	return status;
}

int wipe_spare(const char *path)
{
	struct dm_remap_geometry geo;
	struct device dev;
	struct set set;
	void *zeros;
	int status = EXIT_OPERATION;

	if (device_open(&dev, path, true))
		return EXIT_OPERATION;
	zeros = device_buffer(1);
	memset(zeros, 0, DM_REMAP_PAGE_SIZE);
	set_read(&set, &dev);
	if (set_usable(&set)) {
		geo = *set_geometry(&set);
		status = clear_superblocks(&dev, set.newest->content, zeros);
		if (!status)
			status = clear_table(&dev, &geo, zeros);
	}
	set_free(&set);
	free(zeros);
	device_close(&dev);
	return status ?: clear_signatures(path);
}
