// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk/signature.h"
#include "disk/table.h"
#include "lib/shell-word.h"
#include "life/wipe.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "spare/examine.h"

/* Maximum number of rounds, since a signature may mask others. */
#define MAX_ROUNDS	16

/* Find a superblock that gives the layout of the spare, or NULL. */
static const struct superblock *guide(const struct set *set)
{
	return set->newest ?: set->unused;
}

static void count_blocks(struct wipe *wipe, const struct set *set)
{
	struct table table;
	unsigned int i;

	table_open(&table, set);
	while (table_next(&table)) {
		wipe->bad_pages += !table.newest;
		for (i = 0; table.newest && i < DM_REMAP_PAGE_ENTRIES; i++)
			wipe->blocks += table_entry(&table, i).state == DM_REMAP_ENTRY_MAPPED;
	}
	table_close(&table);
}

/*
 * A spare that has joined its set may have a superblock 1 that could not be written since, and says
 * that it is still joining.
 */
static bool has_joined(struct set *set)
{
	bool joined;

	if (!set->unused || !(le32toh(set->unused->content->flags) & DM_REMAP_SB_JOINING))
		return false;
	set->newest = set->unused;
	joined = superblocks_are_outdated(set);
	set->newest = NULL;
	return joined;
}

void wipe_tell_later(void)
{
	complain("If its spare is connected again: \"dmremap delete --give-up SPARE\" empties it.");
}

int wipe_look(struct wipe *wipe, const char *path)
{
	const struct superblock *sb;
	struct device dev;
	struct set set;

	*wipe = (struct wipe) {};
	if (device_open(&dev, path, false))
		return EXIT_OPERATION;
	set_read(&set, &dev);
	sb = guide(&set);
	if (sb || set_usable(&set)) {
		uuid_to_text(sb->content->uuid, wipe->uuid);
		memcpy(wipe->secret, sb->content->secret, sizeof(wipe->secret));
		if (set.newest) {
			count_blocks(wipe, &set);
			wipe->outdated = superblocks_are_outdated(&set);
		} else {
			wipe->outdated = has_joined(&set);
		}
		wipe->in_force = set.newest || wipe->outdated;
	}
	set_free(&set);
	device_close(&dev);
	return *wipe->uuid ? EXIT_CLEAN : EXIT_OPERATION;
}

static int say(const struct device *dev, uint64_t sector, int error)
{
	if (!error)
		return EXIT_CLEAN;
	complain("%s cannot be written at sector %llu or behind it: %s. \"dmremap delete --give-up %s\" tries again.",
		 dev->path, LLU(sector), strerror(-error), shell_word(dev->path));
	return EXIT_OPERATION;
}

static int clear(const struct device *dev, uint64_t sector, uint64_t pages)
{
	return say(dev, sector, device_clear(dev, sector, pages));
}

/*
 * Mark the spare as empty, whatever is left on it. The superblock is written without the partition
 * table for other programs, so that libblkid finds only other signatures.
 */
static int end_set(const struct device *dev, const struct superblock *sb)
{
	struct dm_remap_sb *last = device_buffer(1);
	int status;

	*last = *sb->content;
	last->flags |= htole32(DM_REMAP_SB_FORMATTING);
	last->sequence = htole64(le64toh(last->sequence) + 1);
	memset(last->dos, 0, sizeof(last->dos));
	last->crc = htole32(dm_remap_sb_crc(last, 0));
	status = say(dev, 0, device_write(dev, 0, last));
	free(last);
	return status;
}

/* Clear superblock 1, also where it was before the spare grew. */
static int clear_last_superblocks(const struct device *dev, const struct dm_remap_sb *sb)
{
	uint64_t sizes[] = {
		le64toh(sb->spare_sectors), le64toh(sb->former_spare_sectors), dev->sectors,
	};
	int status = EXIT_CLEAN;
	unsigned int i;

	for (i = 0; !status && i < ARRAY_SIZE(sizes); i++)
		if (sizes[i] >= 3 * DM_REMAP_PAGE_SECTORS && sizes[i] <= dev->sectors)
			status = clear(dev, dm_remap_sb_sector(sizes[i], 1), 1);
	return status;
}

/* Clear everything before the data, and the copies of the table after it. */
static int clear_table(const struct device *dev, const struct dm_remap_geometry *geo)
{
	int status = clear(dev, DM_REMAP_PAGE_SECTORS,
			   geo->data_start / DM_REMAP_PAGE_SECTORS - 1);
	uint32_t copy;

	for (copy = 0; !status && copy < geo->replicas; copy++)
		status = clear(dev, geo->replica_start[copy], geo->nr_pages);
	return status;
}

/* Clear signatures that libblkid still finds, in moved blocks for example. */
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

/* Clear superblock 0 last, since it gives the locations of the rest. */
static int clear_all(const struct device *dev, const struct superblock *sb)
{
	int status = end_set(dev, sb);

	status = status ?: clear_last_superblocks(dev, sb->content);
	status = status ?: clear_table(dev, &sb->geo);
	status = status ?: clear_signatures(dev->path);
	return status ?: clear(dev, 0, 1);
}

int wipe_spare(const char *path)
{
	struct device dev;
	struct set set;
	int status = EXIT_OPERATION;

	if (device_open(&dev, path, true))
		return EXIT_OPERATION;
	set_read(&set, &dev);
	if (guide(&set) || set_usable(&set))
		status = clear_all(&dev, guide(&set));
	set_free(&set);
	device_close(&dev);
	return status;
}
