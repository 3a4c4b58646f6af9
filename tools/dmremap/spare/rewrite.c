// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "spare/rewrite.h"

/* Safety margin: an unreadable page may be slightly newer than all readable ones. */
#define UNREADABLE_MARGIN	65536

static int write_page(const struct set *set, uint64_t sector, const void *page)
{
	int error = device_write(set->dev, sector, page);

	if (error)
		complain("Sector %llu of %s cannot be written: %s. Copy the spare to a good device.",
			 (unsigned long long)sector, set->dev->path, strerror(-error));
	return error;
}

static int write_superblock(const struct set *set, unsigned int nr, struct dm_remap_sb *content)
{
	uint64_t sector = dm_remap_sb_sector(set_geometry(set)->spare_sectors, nr);

	dm_remap_sb_seal(content, sector);
	return write_page(set, sector, content);
}

static int rewrite_superblocks(const struct set *set, const struct diagnosis *diagnosis)
{
	struct dm_remap_sb *content = device_buffer(1);
	unsigned int good = set->newest == &set->sb[1];
	int ret;

	*content = *set->newest->content;
	content->sequence = htole64(le64toh(content->sequence) + 1);
	content->generation = htole64(diagnosis->sequence);
	ret = write_superblock(set, !good, content) || write_superblock(set, good, content);
	free(content);
	return ret;
}

static void fill_page(struct dm_remap_page *page, const struct table *table,
		      const struct duplicates *duplicates, uint64_t sequence)
{
	const struct dm_remap_sb *sb = table->set->newest->content;
	unsigned int i;

	*page = *table->newest->content;
	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++)
		if (duplicates_is_stale(duplicates, table_entry(table, i).slot))
			page->entries[i] = (struct dm_remap_disk_entry) {
				.word = htole64(dm_remap_entry_word(0, DM_REMAP_ENTRY_BAD, 0)),
			};
	page->sequence = htole64(sequence);
	page->crc = htole32(dm_remap_page_crc(page, sb->seed));
}

/* Write either the good copies or the others. */
static int write_copies(const struct table *table, const struct dm_remap_page *page, bool good)
{
	const struct dm_remap_geometry *geo = set_geometry(table->set);
	bool is_good;
	uint32_t i;

	for (i = 0; i < geo->replicas; i++) {
		is_good = table->copy[i].state == COPY_GOOD;
		if (is_good == good &&
		    write_page(table->set, dm_remap_page_sector(geo, i, table->nr), page))
			return -1;
	}
	return 0;
}

static int rewrite_page(const struct table *table, const struct diagnosis *diagnosis,
			uint64_t sequence)
{
	struct dm_remap_page *page;
	int ret;

	if (!table->newest || table->differ) {
		complain("Page %u can no longer be read, and was not written.", table->nr);
		return -1;
	}
	page = device_buffer(1);
	fill_page(page, table, &diagnosis->duplicates, sequence);
	ret = write_copies(table, page, false) || write_copies(table, page, true);
	free(page);
	return ret ? -1 : 0;
}

static int rewrite_table(const struct set *set, const struct diagnosis *diagnosis)
{
	uint64_t sequence = diagnosis->sequence;
	struct table table;
	int ret = 0;

	if (diagnosis->unreadable)
		sequence += UNREADABLE_MARGIN;
	table_open(&table, set);
	while (!ret && table_next(&table))
		if (page_needs_repair(diagnosis, &table))
			ret = rewrite_page(&table, diagnosis, ++sequence);
	table_close(&table);
	return ret;
}

int rewrite(const struct set *set, const struct diagnosis *diagnosis)
{
	if (diagnosis->write_superblocks && rewrite_superblocks(set, diagnosis))
		return -1;
	return diagnosis->write_pages ? rewrite_table(set, diagnosis) : 0;
}
