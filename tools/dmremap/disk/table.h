/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the remap table of a set page by page: all copies are read, and the valid one is chosen.
 */
#ifndef _DMREMAP_TABLE_H
#define _DMREMAP_TABLE_H

#include "disk/set.h"

enum copy_state {
	COPY_GOOD,	/* has the highest sequence number */
	COPY_OLDER,	/* valid, but another copy is newer */
	COPY_BAD,
	COPY_UNREADABLE,
	NR_COPY_STATES
};

/**
 * struct copy - one replica's copy of a page.
 * @content: the page; undefined if COPY_UNREADABLE.
 * @sequence: its sequence number, for COPY_GOOD and COPY_OLDER.
 * @sb_sequence: sequence number of the superblocks when it was written; 0 if it is not a page of
 *	this table.
 * @state: its state.
 * @why: the reason, unless it is COPY_GOOD.
 */
struct copy {
	const struct dm_remap_page *content;
	uint64_t sequence;
	uint64_t sb_sequence;
	enum copy_state state;
	const char *why;
};

/**
 * struct table - a pass over the table.
 * @set: the set.
 * @nr: number of the current page, after table_next().
 * @nr_pages: number of pages.
 * @newest: the copy in force; NULL if no copy is valid.
 * @differ: copies with the highest sequence number have different content.
 * @copy: the copies of the current page.
 * @window: the read-ahead buffer of each replica.
 * @window_start: first page in the windows.
 * @window_pages: pages in the windows.
 * @window_error: result of reading a whole window.
 */
struct table {
	const struct set *set;
	uint32_t nr;
	uint32_t nr_pages;
	const struct copy *newest;
	bool differ;
	struct copy copy[DM_REMAP_MAX_REPLICAS];

	struct dm_remap_page *window[DM_REMAP_MAX_REPLICAS];
	uint32_t window_start;
	uint32_t window_pages;
	int window_error[DM_REMAP_MAX_REPLICAS];
};

/* An entry in host byte order. */
struct entry {
	uint32_t slot;
	unsigned int state;	/* enum dm_remap_entry_state */
	unsigned int seq;	/* see dm_remap_entry_newer() */
	unsigned int reason;	/* enum dm_remap_reason, or of a later version */
	uint64_t block;
	uint64_t lost;
	uint64_t unread;
};

/* Begin a pass; @set must be usable. */
void table_open(struct table *table, const struct set *set);

/* Read the next page. Returns false at the end of the table. */
bool table_next(struct table *table);

void table_close(struct table *table);

/* Entry @i of the current page, which must have a valid copy. */
struct entry table_entry(const struct table *table, unsigned int i);

/* Whether an entry describes a block of the main. */
static inline bool entry_has_block(const struct entry *entry)
{
	return entry->state == DM_REMAP_ENTRY_MAPPED || entry->state == DM_REMAP_ENTRY_PENDING;
}

const char *entry_state_name(unsigned int state);

#endif /* _DMREMAP_TABLE_H */
