// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "disk/content.h"
#include "disk/former-end.h"
#include "disk/table.h"
#include "lib/message.h"
#include "lib/progress.h"

#define CHUNK_PAGES	256U

/* The two superblocks and one page of the table. */
#define FIRST_PAGE	2U

static bool is_damaged(const struct superblock *sb)
{
	return sb->state == SB_BAD || sb->state == SB_UNREADABLE;
}

static bool has_magic(const void *page)
{
	return !memcmp(page, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
}

static bool may_be_spare(const struct set *set)
{
	const struct superblock *first = &set->sb[0];
	char content[CONTENT_SIZE];

	if (set->newest || set->unused || !is_damaged(first) || !is_damaged(&set->sb[1]))
		return false;
	return first->state == SB_UNREADABLE || has_magic(first->content) ||
	       !content_describe(set->dev->path, content);
}

static bool has_its_table(const struct set *set)
{
	struct table table;
	unsigned int i;
	bool has;

	table_open(&table, set);
	has = table_next(&table) && table.newest;
	for (i = 0; has && i < set_geometry(set)->replicas; i++)
		has = table.copy[i].state != COPY_BAD;
	table_close(&table);
	return has;
}

/* A page that cannot be read is no superblock. */
static void read_chunk(const struct device *dev, uint64_t page, char *buffer, unsigned int pages)
{
	unsigned int i;

	if (!device_read(dev, page * DM_REMAP_PAGE_SECTORS, buffer, pages))
		return;
	for (i = 0; i < pages; i++, buffer += DM_REMAP_PAGE_SIZE)
		if (device_read(dev, (page + i) * DM_REMAP_PAGE_SECTORS, buffer, 1))
			memset(buffer, 0, DM_REMAP_PAGE_SIZE);
}

static bool search_chunk(struct set *set, uint64_t page, const char *buffer, unsigned int pages)
{
	while (pages--) {
		if (!has_magic(buffer + pages * DM_REMAP_PAGE_SIZE))
			continue;
		set_read_end(set, (page + pages + 1) * DM_REMAP_PAGE_SECTORS);
		if (set->newest && has_its_table(set))
			return true;
	}
	return false;
}

static bool search(struct set *set)
{
	uint64_t all = set->dev->sectors / DM_REMAP_PAGE_SECTORS, end;
	char *buffer = device_buffer(CHUNK_PAGES);
	unsigned int pages;
	bool found = false;

	progress_begin("Looking for superblock 1", all);
	for (end = all; end > FIRST_PAGE && !found; end -= pages) {
		pages = end - FIRST_PAGE < CHUNK_PAGES ? end - FIRST_PAGE : CHUNK_PAGES;
		read_chunk(set->dev, end - pages, buffer, pages);
		found = search_chunk(set, end - pages, buffer, pages);
		progress_show(all - end + pages);
	}
	progress_end();
	free(buffer);
	return found;
}

bool former_end_find(struct set *set)
{
	if (!may_be_spare(set))
		return false;
	if (search(set)) {
		complain("%s has become larger since it was last used: superblock 1 is at its former end, sector %llu.",
			 set->dev->path, (unsigned long long)set->sb[1].sector);
		return true;
	}
	set_read_end(set, set->dev->sectors);
	return false;
}
