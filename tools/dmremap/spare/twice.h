/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Main blocks that are in two slots.
 *
 * That is so after a crash between two writes of pages, when a block was on its
 * way from one slot to another: their ages say which slot counts, and the other
 * one is bad.  If they do not, or if there are more than two, it is damage that
 * nothing can repair.
 *
 * Memory is bounded: of a large table a part of the main is looked at in each
 * pass, from its beginning on.
 */
#ifndef _DMREMAP_TWICE_H
#define _DMREMAP_TWICE_H

#include "disk/table.h"
#include "spare/finding.h"

/**
 * struct twice - the duplicates found.
 * @losers: slots that become bad, in ascending order.
 * @nr_losers: there are this many.
 * @blocks: blocks seen in this pass; in order and each once up to @nr_sorted.
 * @nr_blocks: there are this many.
 * @size: room in @blocks.
 * @from: lowest block of this pass.
 * @to: highest block of this pass, known when it ends.
 * @doubles: blocks that were seen twice.
 * @nr_doubles: there are this many.
 * @too_many: more than can be handled.
 */
struct twice {
	uint32_t *losers;
	unsigned int nr_losers;

	uint64_t *blocks;
	unsigned int nr_blocks;
	unsigned int size;
	uint64_t from;
	uint64_t to;
	uint64_t *doubles;
	unsigned int nr_doubles;
	bool too_many;
};

void twice_init(struct twice *twice);

/* Take note of a page, in the first pass over the table. */
void twice_add_page(struct twice *twice, const struct table *table);

/* After that pass: check the rest, and report the duplicates. */
void twice_resolve(struct twice *twice, const struct set *set, struct findings *findings);

/* Whether a slot becomes bad. */
bool twice_is_loser(const struct twice *twice, uint32_t slot);

void twice_free(struct twice *twice);

#endif /* _DMREMAP_TWICE_H */
