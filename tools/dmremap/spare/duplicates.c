// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "spare/duplicates.h"

/* Maximum number of blocks in a pass, and of duplicate blocks, which are rare. */
#ifndef DUPLICATES_BLOCKS_MAX
#define DUPLICATES_BLOCKS_MAX	(8 * 1024 * 1024)
#endif
#define DUPLICATES_DOUBLES_MAX	65536
#define DUPLICATES_HOLDERS_MAX	(4 * DUPLICATES_DOUBLES_MAX)

/* A slot that holds the same block as another slot. */
struct holder {
	uint64_t block;
	uint32_t slot;
	unsigned int seq;
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

void duplicates_init(struct duplicates *d)
{
	*d = (struct duplicates) { .to = UINT64_MAX };
}

void duplicates_free(struct duplicates *d)
{
	free(d->stale_slots);
	free(d->blocks);
	free(d->doubles);
}

static void add_double(struct duplicates *d, uint64_t block)
{
	if (!d->doubles)
		d->doubles = resize(NULL, DUPLICATES_DOUBLES_MAX, sizeof(*d->doubles));
	if (d->nr_doubles == DUPLICATES_DOUBLES_MAX) {
		d->nr_doubles = sort_unique(d->doubles, d->nr_doubles);
		/* otherwise almost every addition would sort the list again */
		if (d->nr_doubles > DUPLICATES_DOUBLES_MAX / 2)
			d->too_many = true;
	}
	if (!d->too_many)
		d->doubles[d->nr_doubles++] = block;
}

/* Sort the collected blocks, and record duplicates. */
static void settle(struct duplicates *d)
{
	unsigned int i;

	if (!d->nr_blocks)
		return;
	qsort(d->blocks, d->nr_blocks, sizeof(*d->blocks), compare_u64);
	for (i = 1; i < d->nr_blocks; i++)
		if (d->blocks[i] == d->blocks[i - 1] &&
		    (i == 1 || d->blocks[i] != d->blocks[i - 2]))
			add_double(d, d->blocks[i]);
	d->nr_blocks = sort_unique(d->blocks, d->nr_blocks);
}

/* Make room by allocating more memory, or by deferring the higher blocks to the next pass. */
static void make_room(struct duplicates *d)
{
	if (d->size < DUPLICATES_BLOCKS_MAX) {
		d->size = d->size ? 2 * d->size : 1024;
		if (d->size > DUPLICATES_BLOCKS_MAX)
			d->size = DUPLICATES_BLOCKS_MAX;
		d->blocks = resize(d->blocks, d->size, sizeof(*d->blocks));
		return;
	}
	settle(d);
	if (d->nr_blocks > d->size / 2) {
		d->nr_blocks = d->size / 2;
		d->to = d->blocks[d->nr_blocks - 1];
	}
}

void duplicates_add_page(struct duplicates *d, const struct table *table)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		struct entry entry = table_entry(table, i);

		if (!entry_has_block(&entry) || entry.block < d->from ||
		    entry.block > d->to)
			continue;
		if (d->nr_blocks == d->size)
			make_room(d);
		if (entry.block <= d->to)
			d->blocks[d->nr_blocks++] = entry.block;
	}
}

/* Make a pass over the blocks above the ones already checked. */
static void next_pass(struct duplicates *d, const struct set *set)
{
	struct table table;

	d->from = d->to + 1;
	d->to = UINT64_MAX;
	d->nr_blocks = 0;
	table_open(&table, set);
	while (table_next(&table))
		if (table.newest)
			duplicates_add_page(d, &table);
	table_close(&table);
	settle(d);
}

static bool is_double(const struct duplicates *d, uint64_t block)
{
	return bsearch(&block, d->doubles, d->nr_doubles, sizeof(block), compare_u64);
}

static void add_holders(struct duplicates *d, const struct table *table, struct holders *holders)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		struct entry entry = table_entry(table, i);

		if (!entry_has_block(&entry) || !is_double(d, entry.block))
			continue;
		if (holders->nr == DUPLICATES_HOLDERS_MAX) {
			d->too_many = true;
			return;
		}
		holders->list[holders->nr++] = (struct holder) {
			.block = entry.block,
			.slot = entry.slot,
			.seq = entry.seq,
		};
	}
}

static void find_holders(struct duplicates *d, const struct set *set, struct holders *holders)
{
	struct table table;

	holders->list = resize(NULL, DUPLICATES_HOLDERS_MAX, sizeof(*holders->list));
	table_open(&table, set);
	while (!d->too_many && table_next(&table))
		if (table.newest)
			add_holders(d, &table, holders);
	table_close(&table);
	qsort(holders->list, holders->nr, sizeof(*holders->list), compare_holders);
}

/* @nr slots (two or more) hold the same block. */
static void judge(struct duplicates *d, const struct set *set, const struct holder *h,
		  unsigned int nr, struct findings *findings)
{
	int newer = nr == 2 ? dm_remap_entry_newer(h[0].seq, h[1].seq) : 0;
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
	d->stale_slots[d->nr_stale++] = h[!winner].slot;
}

static void judge_all(struct duplicates *d, const struct set *set, const struct holders *holders,
		      struct findings *findings)
{
	const struct holder *h = holders->list;
	unsigned int i, nr;

	d->stale_slots = resize(NULL, d->nr_doubles, sizeof(*d->stale_slots));
	for (i = 0; i < holders->nr; i += nr) {
		for (nr = 1; i + nr < holders->nr && h[i + nr].block == h[i].block; nr++)
			;
		/* the device may change while it is read */
		if (nr > 1)
			judge(d, set, h + i, nr, findings);
	}
	qsort(d->stale_slots, d->nr_stale, sizeof(*d->stale_slots), compare_u32);
}

void duplicates_resolve(struct duplicates *d, const struct set *set, struct findings *findings)
{
	struct holders holders = {};

	settle(d);
	while (!d->too_many && d->to != UINT64_MAX)
		next_pass(d, set);
	d->nr_doubles = sort_unique(d->doubles, d->nr_doubles);
	if (!d->nr_doubles)
		return;
	if (!d->too_many)
		find_holders(d, set, &holders);
	if (d->too_many) {
		findings_add(findings, &(struct finding) {
			.kind = FINDING_TABLE,
			.why = "very many slots hold the same blocks of the main",
		});
	} else {
		judge_all(d, set, &holders, findings);
	}
	free(holders.list);
}

bool duplicates_is_stale(const struct duplicates *d, uint32_t slot)
{
	return d->nr_stale &&
	       bsearch(&slot, d->stale_slots, d->nr_stale, sizeof(slot), compare_u32);
}
