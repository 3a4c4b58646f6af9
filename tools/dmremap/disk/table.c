// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "disk/table.h"

/* Number of pages of each replica to read at once. */
#define WINDOW_PAGES	64

const char *entry_state_name(unsigned int state)
{
	static const char * const names[DM_REMAP_NR_ENTRY_STATES] = {
		[DM_REMAP_ENTRY_FREE] = "free",
		[DM_REMAP_ENTRY_MAPPED] = "mapped",
		[DM_REMAP_ENTRY_PENDING] = "pending",
		[DM_REMAP_ENTRY_BAD] = "bad",
	};

	return names[state];
}

void table_open(struct table *table, const struct set *set)
{
	uint32_t i;

	*table = (struct table) {
		.set = set,
		.nr = UINT32_MAX,	/* so that the first increment gives page 0 */
		.nr_pages = le32toh(set->newest->content->pages_used),
	};
	for (i = 0; i < set_geometry(set)->replicas; i++)
		table->window[i] = device_buffer(WINDOW_PAGES);
}

void table_close(struct table *table)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		free(table->window[i]);
}

static void read_window(struct table *table)
{
	const struct dm_remap_geometry *geo = set_geometry(table->set);
	uint32_t left = table->nr_pages - table->nr, i;

	table->window_start = table->nr;
	table->window_pages = left < WINDOW_PAGES ? left : WINDOW_PAGES;
	for (i = 0; i < geo->replicas; i++)
		table->window_error[i] =
			device_read(table->set->dev, dm_remap_page_sector(geo, i, table->nr),
				    table->window[i], table->window_pages);
}

/* After a failed read of several pages, retry page by page. */
static int reread(struct table *table, unsigned int replica, struct dm_remap_page *page)
{
	if (!table->window_error[replica])
		return 0;
	return device_read(table->set->dev,
			   dm_remap_page_sector(set_geometry(table->set), replica, table->nr),
			   page, 1);
}

static void read_copy(struct table *table, unsigned int replica)
{
	const struct superblock *sb = table->set->newest;
	struct dm_remap_page *page = table->window[replica] + (table->nr - table->window_start);
	struct copy *copy = &table->copy[replica];

	*copy = (struct copy) { .content = page };
	if (reread(table, replica, page)) {
		copy->state = COPY_UNREADABLE;
		copy->why = "it cannot be read";
		return;
	}
	copy->why = dm_remap_page_check(page, sb->content->seed, table->nr, &sb->geo);
	if (!copy->why)
		copy->sb_sequence = le64toh(page->sb_sequence);
	if (!copy->why && !dm_remap_copy_counts(sb->content, replica, table->nr,
						le64toh(page->sequence)))
		copy->why = "it was left behind when others were written";
	copy->state = copy->why ? COPY_BAD : COPY_GOOD;
	if (!copy->why)
		copy->sequence = le64toh(page->sequence);
}

static void compare(struct table *table)
{
	uint32_t replicas = set_geometry(table->set)->replicas, i;
	const struct copy *newest = NULL;
	struct copy *copy;

	for (i = 0; i < replicas; i++) {
		copy = &table->copy[i];
		if (copy->state == COPY_GOOD && (!newest || copy->sequence > newest->sequence))
			newest = copy;
	}
	table->newest = newest;
	table->differ = false;
	for (i = 0; i < replicas; i++) {
		copy = &table->copy[i];
		if (copy->state != COPY_GOOD)
			continue;
		if (copy->sequence != newest->sequence) {
			copy->state = COPY_OLDER;
			copy->why = "it is older than another copy";
		} else if (memcmp(copy->content, newest->content, DM_REMAP_PAGE_SIZE)) {
			table->differ = true;
		}
	}
}

bool table_next(struct table *table)
{
	uint32_t i;

	if (++table->nr >= table->nr_pages)
		return false;
	if (table->nr - table->window_start >= table->window_pages)
		read_window(table);
	for (i = 0; i < set_geometry(table->set)->replicas; i++)
		read_copy(table, i);
	compare(table);
	return true;
}

struct entry table_entry(const struct table *table, unsigned int i)
{
	const struct dm_remap_disk_entry *disk = &table->newest->content->entries[i];
	uint64_t word = le64toh(disk->word);

	return (struct entry) {
		.slot = table->nr * DM_REMAP_PAGE_ENTRIES + i,
		.state = dm_remap_entry_state(word),
		.seq = dm_remap_entry_seq(word),
		.reason = dm_remap_entry_reason(word),
		.block = dm_remap_entry_block(word),
		.lost = le64toh(disk->lost),
		.unread = le64toh(disk->unread),
	};
}
