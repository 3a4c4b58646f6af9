/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds main blocks that are in two slots.
 *
 * They remain after a crash between two page writes, while a block was moving from one slot to
 * another. The sequence numbers of the entries tell which slot is valid; the other slot is bad. If
 * the numbers are equal, or if there are more than two slots, the damage cannot be repaired.
 *
 * To bound the memory, each pass over a large table covers only a part of the main, from its
 * beginning on.
 */
#ifndef _DMREMAP_DUPLICATES_H
#define _DMREMAP_DUPLICATES_H

#include "disk/table.h"
#include "spare/finding.h"

/**
 * struct duplicates - the duplicates found.
 * @stale_slots: slots that become bad, in ascending order.
 * @nr_stale: number of @stale_slots.
 * @blocks: blocks seen in this pass; sorted and unique up to @nr_sorted.
 * @nr_blocks: number of @blocks.
 * @size: allocated size of @blocks.
 * @from: lowest block of this pass.
 * @to: highest block of this pass, known at its end.
 * @doubles: blocks that were seen twice.
 * @nr_doubles: number of @doubles.
 * @too_many: there are more duplicates than can be handled.
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

/* Record the blocks of a page, in the first pass over the table. */
void duplicates_add_page(struct duplicates *d, const struct table *table);

/* After the first pass: make further passes if necessary, and report the duplicates. */
void duplicates_resolve(struct duplicates *d, const struct set *set, struct findings *findings);

/* Whether a slot becomes bad. */
bool duplicates_is_stale(const struct duplicates *d, uint32_t slot);

void duplicates_free(struct duplicates *d);

#endif /* _DMREMAP_DUPLICATES_H */
