// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "spare/twice.h"

/* Blocks in a pass, and blocks that may be there twice, which is far from usual. */
#ifndef TWICE_BLOCKS_MAX
#define TWICE_BLOCKS_MAX	(8 * 1024 * 1024)
#endif
#define TWICE_DOUBLES_MAX	65536
#define TWICE_HOLDERS_MAX	(4 * TWICE_DOUBLES_MAX)

/* A slot whose block another slot holds as well. */
struct holder {
	uint64_t block;
	uint32_t slot;
	unsigned int age;
};

struct holders {
	struct holder *list;
	unsigned int nr;
};

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int compare_holders(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->block != y->block)
		return x->block > y->block ? 1 : -1;
	return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Sort and remove duplicates; return the number of the remaining elements. */
static unsigned int sort_unique(uint64_t *list, unsigned int nr)
{
	unsigned int i, kept = 0;

	if (!nr)
		return 0;
	qsort(list, nr, sizeof(*list), compare_u64);
	for (i = 0; i < nr; i++)
		if (!kept || list[i] != list[kept - 1])
			list[kept++] = list[i];
	return kept;
}

static void *resize(void *list, unsigned int nr, size_t size)
{
	list = reallocarray(list, nr, size);
	if (!list)
		no_memory();
	return list;
}

void twice_init(struct twice *twice)
{
	*twice = (struct twice) { .to = UINT64_MAX };
}

void twice_free(struct twice *twice)
{
	free(twice->losers);
	free(twice->blocks);
	free(twice->doubles);
}

static void add_double(struct twice *twice, uint64_t block)
{
	if (!twice->doubles)
		twice->doubles = resize(NULL, TWICE_DOUBLES_MAX, sizeof(*twice->doubles));
	if (twice->nr_doubles == TWICE_DOUBLES_MAX) {
		twice->nr_doubles = sort_unique(twice->doubles, twice->nr_doubles);
		/* else there would be no end of sorting */
		if (twice->nr_doubles > TWICE_DOUBLES_MAX / 2)
			twice->too_many = true;
	}
	if (!twice->too_many)
		twice->doubles[twice->nr_doubles++] = block;
}

/* Sort the collected blocks, and record duplicates. */
static void settle(struct twice *twice)
{
	unsigned int i;

	if (!twice->nr_blocks)
		return;
	qsort(twice->blocks, twice->nr_blocks, sizeof(*twice->blocks), compare_u64);
	for (i = 1; i < twice->nr_blocks; i++)
		if (twice->blocks[i] == twice->blocks[i - 1] &&
		    (i == 1 || twice->blocks[i] != twice->blocks[i - 2]))
			add_double(twice, twice->blocks[i]);
	twice->nr_blocks = sort_unique(twice->blocks, twice->nr_blocks);
}

/* Make room: with more memory, or by leaving the higher blocks to the next pass. */
static void make_room(struct twice *twice)
{
	if (twice->size < TWICE_BLOCKS_MAX) {
		twice->size = twice->size ? 2 * twice->size : 1024;
		if (twice->size > TWICE_BLOCKS_MAX)
			twice->size = TWICE_BLOCKS_MAX;
		twice->blocks = resize(twice->blocks, twice->size, sizeof(*twice->blocks));
		return;
	}
	settle(twice);
	if (twice->nr_blocks > twice->size / 2) {
		twice->nr_blocks = twice->size / 2;
		twice->to = twice->blocks[twice->nr_blocks - 1];
	}
}

void twice_add_page(struct twice *twice, const struct table *table)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		struct entry entry = table_entry(table, i);

		if (!entry_has_block(&entry) || entry.block < twice->from ||
		    entry.block > twice->to)
			continue;
		if (twice->nr_blocks == twice->size)
			make_room(twice);
		if (entry.block <= twice->to)
			twice->blocks[twice->nr_blocks++] = entry.block;
	}
}

/* Look for blocks above those that are done. */
static void next_pass(struct twice *twice, const struct set *set)
{
	struct table table;

	twice->from = twice->to + 1;
	twice->to = UINT64_MAX;
	twice->nr_blocks = 0;
	table_open(&table, set);
	while (table_next(&table))
		if (table.newest)
			twice_add_page(twice, &table);
	table_close(&table);
	settle(twice);
}

static bool is_double(const struct twice *twice, uint64_t block)
{
	return bsearch(&block, twice->doubles, twice->nr_doubles, sizeof(block), compare_u64);
}

static void add_holders(struct twice *twice, const struct table *table, struct holders *holders)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		struct entry entry = table_entry(table, i);

		if (!entry_has_block(&entry) || !is_double(twice, entry.block))
			continue;
		if (holders->nr == TWICE_HOLDERS_MAX) {
			twice->too_many = true;
			return;
		}
		holders->list[holders->nr++] = (struct holder) {
			.block = entry.block,
			.slot = entry.slot,
			.age = entry.age,
		};
	}
}

static void find_holders(struct twice *twice, const struct set *set, struct holders *holders)
{
	struct table table;

	holders->list = resize(NULL, TWICE_HOLDERS_MAX, sizeof(*holders->list));
	table_open(&table, set);
	while (!twice->too_many && table_next(&table))
		if (table.newest)
			add_holders(twice, &table, holders);
	table_close(&table);
	qsort(holders->list, holders->nr, sizeof(*holders->list), compare_holders);
}

/* @nr slots, two at least, hold the same block. */
static void judge(struct twice *twice, const struct set *set, const struct holder *h,
		  unsigned int nr, struct findings *findings)
{
	int newer = nr == 2 ? dm_remap_entry_newer(h[0].age, h[1].age) : 0;
	uint32_t winner = newer < 0 ? 1 : 0;

	findings_add(findings, &(struct finding) {
		.kind = FINDING_TWICE,
		.first = h[winner].slot,
		.last = h[!winner].slot,
		.sector = h->block * (set_geometry(set)->block_size / 512),
		.why = newer ? "they hold the same block of the main" :
		       nr == 2 ? "they hold the same block of the main, and neither is newer" :
				 "they and others hold the same block of the main",
		.repairable = newer,
	});
	twice->losers[twice->nr_losers++] = h[!winner].slot;
}

static void judge_all(struct twice *twice, const struct set *set, const struct holders *holders,
		      struct findings *findings)
{
	const struct holder *h = holders->list;
	unsigned int i, nr;

	twice->losers = resize(NULL, twice->nr_doubles, sizeof(*twice->losers));
	for (i = 0; i < holders->nr; i += nr) {
		for (nr = 1; i + nr < holders->nr && h[i + nr].block == h[i].block; nr++)
			;
		/* the device may change while it is read */
		if (nr > 1)
			judge(twice, set, h + i, nr, findings);
	}
	qsort(twice->losers, twice->nr_losers, sizeof(*twice->losers), compare_u32);
}

void twice_resolve(struct twice *twice, const struct set *set, struct findings *findings)
{
	struct holders holders = {};

	settle(twice);
	while (!twice->too_many && twice->to != UINT64_MAX)
		next_pass(twice, set);
	twice->nr_doubles = sort_unique(twice->doubles, twice->nr_doubles);
	if (!twice->nr_doubles)
		return;
	if (!twice->too_many)
		find_holders(twice, set, &holders);
	if (twice->too_many) {
		findings_add(findings, &(struct finding) {
			.kind = FINDING_TABLE,
			.why = "very many slots hold the same blocks of the main",
		});
	} else {
		judge_all(twice, set, &holders, findings);
	}
	free(holders.list);
}

bool twice_is_loser(const struct twice *twice, uint32_t slot)
{
	return twice->nr_losers &&
	       bsearch(&slot, twice->losers, twice->nr_losers, sizeof(slot), compare_u32);
}
