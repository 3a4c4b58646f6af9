/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The faults of a set, and the writes that repair them.
 */
#ifndef _DMREMAP_EXAMINE_H
#define _DMREMAP_EXAMINE_H

#include "disk/table.h"
#include "spare/finding.h"
#include "spare/duplicates.h"

/**
 * struct diagnosis - the faults found, and the repairs they need.
 * @findings: the faults; the caller sets @findings.show.
 * @duplicates: blocks of the main found in two slots.
 * @write_superblocks: a superblock must be rewritten.
 * @write_pages: pages that must be rewritten.
 * @sequence: highest sequence number of all pages and superblocks.
 * @outdated: the table is newer than the readable superblock.
 * @unreadable: something could not be read, and may have a higher sequence number.
 */
struct diagnosis {
	struct findings findings;
	struct duplicates duplicates;
	bool write_superblocks;
	uint32_t write_pages;
	uint64_t sequence;
	bool unreadable;
	bool outdated;
};

/* Check all of the metadata; @set must be usable. */
void examine(struct diagnosis *diagnosis, const struct set *set);

void diagnosis_free(struct diagnosis *diagnosis);

/*
 * Whether the table is newer than the superblocks, and so may have blocks that these do not count.
 * @set must be usable.
 */
bool superblocks_are_outdated(const struct set *set);

/* Whether a repair rewrites this page, because a copy is unusable or a slot becomes bad. */
bool page_needs_repair(const struct diagnosis *diagnosis, const struct table *table);

#endif /* _DMREMAP_EXAMINE_H */
