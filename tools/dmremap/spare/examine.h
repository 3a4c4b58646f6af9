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
 * struct diagnosis - the result.
 * @findings: how many; set @findings.show before.
 * @duplicates: main blocks in two slots.
 * @write_superblocks: one of them must be rewritten.
 * @write_pages: pages that must be rewritten.
 * @sequence: highest one of the pages and the superblocks' generations.
 * @outdated: the table is newer than the superblock that can be read.
 * @unreadable: something could not be read, and may have a higher one.
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

/* Look at everything; @set must be usable. */
void examine(struct diagnosis *diagnosis, const struct set *set);

void diagnosis_free(struct diagnosis *diagnosis);

/* Whether a repair writes this page: a copy is unusable, or a slot becomes bad. */
bool page_needs_repair(const struct diagnosis *diagnosis, const struct table *table);

#endif /* _DMREMAP_EXAMINE_H */
