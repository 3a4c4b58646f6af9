/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The content that dump shows, and its two output formats.
 */
#ifndef _DMREMAP_DUMP_H
#define _DMREMAP_DUMP_H

#include "disk/table.h"

/**
 * struct summary - summary of the table.
 * @copies: number of pages by replica and state.
 * @lost_pages: number of pages without a valid copy.
 */
struct summary {
	uint32_t copies[DM_REMAP_MAX_REPLICAS][NR_COPY_STATES];
	uint32_t lost_pages;
};

/**
 * struct dump_form - an output format.
 * @begin: print everything but the entries.
 * @entry: print an entry that is not free.
 * @page_end: called after the entries of a page.
 * @end: called after all entries.
 */
struct dump_form {
	void (*begin)(const struct set *set, const struct summary *summary);
	void (*entry)(const struct set *set, const struct entry *entry);
	void (*page_end)(void);
	void (*end)(void);
};

extern const struct dump_form dump_text;
extern const struct dump_form dump_json;

/* Sector of the spare that holds the data of an entry. */
static inline uint64_t entry_spare_sector(const struct set *set, const struct entry *entry)
{
	const struct dm_remap_geometry *geo = set_geometry(set);

	return geo->data_start + (uint64_t)entry->slot * (geo->block_size / 512);
}

/* Sector of the target at which its block begins. */
static inline uint64_t entry_main_sector(const struct set *set, const struct entry *entry)
{
	return entry->block * (set_geometry(set)->block_size / 512);
}

#endif /* _DMREMAP_DUMP_H */
