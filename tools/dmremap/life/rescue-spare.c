// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk/table.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "lib/ranges.h"
#include "lib/shell-word.h"
#include "lib/uuid.h"
#include "life/mapfile.h"
#include "life/rescue-spare.h"
#include "spare/examine.h"

#define SECTOR_BYTES	512
#define BLOCK_PAGES	8	/* the largest block, for the size of buffers */

/**
 * struct rescue - a rescue.
 * @spare: the spare.
 * @set: the set on it.
 * @sectors: sectors in a block.
 * @start: sector of the main at which the set begins.
 * @entry: the entries with a block, sorted by block.
 * @nr: number of entries.
 * @room: allocated number of entries.
 * @lost_pages: pages of the table without a usable copy.
 * @doubtful: the metadata has faults that "dmremap repair" cannot repair, such as superblocks that
 *	do not count all of the table.
 * @pending: blocks that were only on the main.
 * @path: path of the image.
 * @image: file descriptor of the image.
 * @buffer: buffer for a block.
 * @good: sectors of the main that are in the image.
 * @bad: sectors that were on the spare but are lost.
 */
struct rescue {
	struct device spare;
	struct set set;
	unsigned int sectors;
	uint64_t start;
	struct entry *entry;
	size_t nr;
	size_t room;
	uint32_t lost_pages;
	bool doubtful;
	uint64_t pending;
	const char *path;
	int image;
	void *buffer;
	struct ranges good;
	struct ranges bad;
};

/* --- the table --------------------------------------------------------------------- */

static void add_entry(struct rescue *r, const struct entry *entry)
{
	if (r->nr == r->room) {
		r->room = r->room * 2 + 1024;
		r->entry = reallocarray(r->entry, r->room, sizeof(*r->entry));
		if (!r->entry)
			no_memory();
	}
	r->entry[r->nr++] = *entry;
}

/* Sort by block; if two entries have the same block, newest first. */
static int by_block(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return -dm_remap_entry_newer(x->seq, y->seq);
}

static void drop_twice(struct rescue *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->nr; i++)
		if (!n || r->entry[n - 1].block != r->entry[i].block)
			r->entry[n++] = r->entry[i];
	r->nr = n;
}

static bool has_fatal_faults(const struct set *set)
{
	struct diagnosis diagnosis = {};

	examine(&diagnosis, set);
	diagnosis_free(&diagnosis);
	return diagnosis.findings.fatal;
}

static void read_table(struct rescue *r)
{
	struct table table;
	struct entry entry;
	unsigned int i;

	table_open(&table, &r->set);
	while (table_next(&table)) {
		r->lost_pages += !table.newest;
		for (i = 0; table.newest && i < DM_REMAP_PAGE_ENTRIES; i++) {
			entry = table_entry(&table, i);
			if (entry_has_block(&entry))
				add_entry(r, &entry);
		}
	}
	table_close(&table);
	if (r->nr)
		qsort(r->entry, r->nr, sizeof(*r->entry), by_block);
	drop_twice(r);
	r->doubtful = has_fatal_faults(&r->set);
}

/* --- blocks ------------------------------------------------------------------------ */

/* Return: the sectors that cannot be read. */
static uint64_t read_block(const struct rescue *r, uint64_t sector)
{
	int n = device_unit(&r->spare), bytes = n * SECTOR_BYTES;
	ssize_t size = r->sectors * SECTOR_BYTES;
	uint64_t missing = 0;
	unsigned int i;

	if (pread(r->spare.fd, r->buffer, size, sector * SECTOR_BYTES) == size)
		return 0;
	for (i = 0; i < r->sectors; i += n)
		if (pread(r->spare.fd, r->buffer + i * SECTOR_BYTES, bytes,
			  (sector + i) * SECTOR_BYTES) != bytes)
			missing |= (n == 64 ? ~0ULL : (1ULL << n) - 1) << i;
	return missing;
}

static int write_sector(const struct rescue *r, uint64_t sector, unsigned int i)
{
	if (pwrite(r->image, r->buffer + i * SECTOR_BYTES, SECTOR_BYTES,
		   sector * SECTOR_BYTES) == SECTOR_BYTES)
		return EXIT_CLEAN;
	complain("%s cannot be written: %s.", r->path, strerror(errno ?: ENOSPC));
	return EXIT_OPERATION;
}

static int rescue_block(struct rescue *r, const struct entry *entry)
{
	uint64_t from = set_geometry(&r->set)->data_start + (uint64_t)entry->slot * r->sectors;
	uint64_t to = r->start + entry->block * r->sectors, bad, bit;
	int status = EXIT_CLEAN;
	unsigned int i;

	if (entry->state == DM_REMAP_ENTRY_PENDING) {
		r->pending++;
		return EXIT_CLEAN;
	}
	bad = entry->lost | (read_block(r, from) & ~entry->unread);
	for (i = 0; !status && i < r->sectors; i++) {
		bit = 1ULL << i;
		if (entry->unread & bit)
			continue;
		ranges_add(bad & bit ? &r->bad : &r->good, to + i, (wide)to + i + 1);
		if (!(bad & bit))
			status = write_sector(r, to + i, i);
	}
	return status;
}

static int rescue_blocks(struct rescue *r)
{
	int status = EXIT_CLEAN;
	size_t i;

	for (i = 0; !status && i < r->nr; i++)
		status = rescue_block(r, &r->entry[i]);
	ranges_merge(&r->good);
	ranges_merge(&r->bad);
	return status;
}

/* --- files ------------------------------------------------------------------------- */

static uint64_t image_sectors(const struct rescue *r)
{
	return r->start + le64toh(r->set.newest->content->target_sectors);
}

static int make_image(struct rescue *r)
{
	r->image = open(r->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (r->image >= 0 && !ftruncate(r->image, image_sectors(r) * SECTOR_BYTES))
		return EXIT_CLEAN;
	complain("%s cannot be made: %s.", r->path, strerror(errno));
	if (r->image >= 0)
		unlink(r->path);
	return EXIT_OPERATION;
}

static int sync_image(const struct rescue *r)
{
	if (!fsync(r->image))
		return EXIT_CLEAN;
	complain("%s cannot be written: %s.", r->path, strerror(errno));
	return EXIT_OPERATION;
}

static int refuse_file(const char *path)
{
	if (access(path, F_OK))
		return EXIT_CLEAN;
	complain("%s already exists. Give the name of a new file.", path);
	return EXIT_OPERATION;
}

static int say(const struct rescue *r, const char *mapfile)
{
	uint64_t good = ranges_total(&r->good), bad = ranges_total(&r->bad);
	char uuid[UUID_TEXT_SIZE];

	uuid_to_text(r->set.newest->content->uuid, uuid);
	printf("%s has %llu sector%s of the main of set %s: %s is in %s.%s If the main, or a copy of it, can be read later: \"ddrescue MAIN %s %s\" fills it in.\n",
	       r->spare.path, LLU(good), plural(good), uuid, good == 1 ? "it" : "all of that",
	       r->path, r->doubtful ? "" : " The rest was only on the main.", shell_word(r->path),
	       shell_word(mapfile));
	if (r->pending)
		printf("%llu block%s on the list, and nothing of %s is on the spare.\n",
		       LLU(r->pending), r->pending == 1 ? " is" : "s are",
		       r->pending == 1 ? "it" : "them");
	if (bad)
		complain("%llu sector%s lost: %s marked \"-\" in %s. What the main has there is older.",
			 LLU(bad), bad == 1 ? " is" : "s are",
			 bad == 1 ? "it is" : "they are", mapfile);
	if (r->lost_pages)
		complain("%u page%s of the table cannot be read: which blocks %s listed is not known, and what the main has of those is older.",
			 r->lost_pages, plural(r->lost_pages),
			 r->lost_pages == 1 ? "it" : "they");
	else if (r->doubtful)
		complain("Blocks may be missing from %s, or be older there: \"dmremap check %s\" says what is wrong with the table. What the main has of those is older.",
			 r->path, shell_word(r->spare.path));
	return bad || r->doubtful ? EXIT_UNCORRECTED : EXIT_CLEAN;
}

static int rescue(struct rescue *r, const char *mapfile)
{
	int status;

	r->sectors = set_geometry(&r->set)->block_size / SECTOR_BYTES;
	r->start = le64toh(r->set.newest->content->main_start);
	r->buffer = device_buffer(BLOCK_PAGES);
	read_table(r);
	status = make_image(r);
	if (status)
		return status;
	status = rescue_blocks(r);
	status = status ?: sync_image(r);
	status = status ?: mapfile_write_parts(mapfile, image_sectors(r), &r->good, &r->bad);
	close(r->image);
	return status ?: say(r, mapfile);
}

int rescue_spare(const char *spare, const char *image, const char *mapfile)
{
	struct rescue r = { .path = image };
	int status = refuse_file(image);

	status = status ?: refuse_file(mapfile);
	if (status || device_open(&r.spare, spare, false))
		return EXIT_OPERATION;
	set_read(&r.set, &r.spare);
	if (device_in_use(&r.spare)) {
		complain("%s is in use: \"dmremap replace\" copies the whole set, and \"dmremap stop\" ends its use.",
			 spare);
		status = EXIT_OPERATION;
	} else {
		status = set_usable(&r.set) ? rescue(&r, mapfile) : EXIT_OPERATION;
	}
	set_free(&r.set);
	device_close(&r.spare);
	free(r.entry);
	free(r.buffer);
	ranges_free(&r.good);
	ranges_free(&r.bad);
	return status;
}
