/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Main blocks that are in two slots.
 *
 * A crash between two writes of pages leaves them, when a block was moving from one
 * slot to another: the sequence numbers of the entries say which slot counts, and the
 * other slot is bad.  If they do not tell, or if there are more than two, the damage
 * cannot be repaired.
 *
 * Memory is bounded: of a large table a part of the main is looked at in each
 * pass, from its beginning on.
 */
#ifndef _DMREMAP_DUPLICATES_H
#define _DMREMAP_DUPLICATES_H

#include "disk/table.h"
#include "spare/finding.h"

/**
 * struct duplicates - the duplicates found.
 * @stale_slots: slots that become bad, in ascending order.
 * @nr_stale: there are this many.
 * @blocks: blocks seen in this pass; in order and each once up to @nr_sorted.
 * @nr_blocks: there are this many.
 * @size: room in @blocks.
 * @from: lowest block of this pass.
 * @to: highest block of this pass, known when it ends.
 * @doubles: blocks that were seen twice.
 * @nr_doubles: there are this many.
 * @too_many: more than can be handled.
 */
struct duplicates {
	uint32_t *stale_slots;
	unsigned int nr_stale;

	uint64_t *blocks;
	unsigned int nr_blocks;
	unsigned int size;
	uint64_t from;
	uint64_t to;
	uint64_t *doubles;
	unsigned int nr_doubles;
	bool too_many;
};

void duplicates_init(struct duplicates *d);

/* Take note of a page, in the first pass over the table. */
void duplicates_add_page(struct duplicates *d, const struct table *table);

/* After that pass: check the rest, and report the duplicates. */
void duplicates_resolve(struct duplicates *d, const struct set *set, struct findings *findings);

/* Whether a slot becomes bad. */
bool duplicates_is_stale(const struct duplicates *d, uint32_t slot);

void duplicates_free(struct duplicates *d);

#endif /* _DMREMAP_DUPLICATES_H */
