/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What dump shows, and the two forms in which it does.
 */
#ifndef _DMREMAP_DUMP_H
#define _DMREMAP_DUMP_H

#include "disk/table.h"

/**
 * struct summary - of the table.
 * @copies: pages of each replica, by state.
 * @lost_pages: pages without any valid copy.
 */
struct summary {
	uint32_t copies[DM_REMAP_MAX_REPLICAS][NR_COPY_STATES];
	uint32_t lost_pages;
};

/**
 * struct dump_form - a form of output.
 * @begin: all but the entries.
 * @entry: an entry that is not free.
 * @page_end: the entries of a page have been given.
 * @end: all entries have been given.
 */
struct dump_form {
	void (*begin)(const struct set *set, const struct summary *summary);
	void (*entry)(const struct set *set, const struct entry *entry);
	void (*page_end)(void);
	void (*end)(void);
};

extern const struct dump_form dump_text;
extern const struct dump_form dump_json;

/* Where the data of an entry is. */
static inline uint64_t entry_spare_sector(const struct set *set, const struct entry *entry)
{
	const struct dm_remap_geometry *geo = set_geometry(set);

	return geo->data_start + (uint64_t)entry->slot * (geo->block_size / 512);
}

/* Where it belongs, from the start of the target. */
static inline uint64_t entry_main_sector(const struct set *set, const struct entry *entry)
{
	return entry->block * (set_geometry(set)->block_size / 512);
}

#endif /* _DMREMAP_DUMP_H */
