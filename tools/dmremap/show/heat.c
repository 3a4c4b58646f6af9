// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "show/heat.h"

/* No block is larger, so no block spans two cells. */
#define LARGEST_BLOCK	64

void heat_init(struct heat *heat, uint64_t length, unsigned int nr)
{
	uint64_t size = length / nr + !!(length % nr);

	size = (size + LARGEST_BLOCK - 1) / LARGEST_BLOCK * LARGEST_BLOCK;
	*heat = (struct heat) {
		.length = length,
		.cell_sectors = size,
		.nr = length / size + !!(length % size),
		.base = 2,
	};
	heat->cells = calloc(heat->nr, sizeof(*heat->cells));
	if (!heat->cells)
		no_memory();
}

void heat_add(struct heat *heat, const struct remap *remap)
{
	struct heat_cell *cell = &heat->cells[remap->main_sector / heat->cell_sectors];

	if (!strcmp(remap->state, "pending"))
		cell->count[HEAT_PENDING]++;
	else if (!strcmp(remap->state, "doubt"))
		cell->count[HEAT_DOUBT]++;
	else if (!strcmp(remap->state, "split"))
		cell->count[HEAT_SPLIT]++;
	else
		cell->count[HEAT_REMAPPED]++;
	cell->count[HEAT_LOST] += __builtin_popcountll(remap->lost);
}

void heat_scale(struct heat *heat)
{
	uint64_t most = 0, low;
	unsigned int i;

	for (i = 0; i < heat->nr; i++)
		if (heat->cells[i].count[HEAT_REMAPPED] > most)
			most = heat->cells[i].count[HEAT_REMAPPED];
	/* a cell has fewer blocks than 2^60, so this cannot overflow */
	for (heat->base = 2; heat->base * heat->base * heat->base * heat->base <= most;)
		heat->base++;
	heat->levels = 0;
	for (low = 1; low <= most; low *= heat->base)
		heat->levels++;
}

enum heat_kind heat_kind(const struct heat_cell *cell)
{
	int kind;

	for (kind = NR_HEAT_KINDS - 1; kind >= 0; kind--)
		if (cell->count[kind])
			return kind;
	return HEAT_NONE;
}

unsigned int heat_level(const struct heat *heat, const struct heat_cell *cell)
{
	uint64_t low = heat->base;
	unsigned int level = 0;

	for (; cell->count[HEAT_REMAPPED] >= low; low *= heat->base)
		level++;
	return level;
}

const char *heat_level_name(const struct heat *heat, unsigned int level, char *text,
			    unsigned int size)
{
	uint64_t low = 1;
	unsigned int i;

	for (i = 0; i < level; i++)
		low *= heat->base;
	if (low == low * heat->base - 1)
		snprintf(text, size, "%llu", (unsigned long long)low);
	else
		snprintf(text, size, "%llu-%llu", (unsigned long long)low,
			 (unsigned long long)(low * heat->base - 1));
	return text;
}

uint64_t heat_end(const struct heat *heat, unsigned int nr)
{
	return nr == heat->nr - 1 ? heat->length : (nr + 1) * heat->cell_sectors;
}

void heat_free(struct heat *heat)
{
	free(heat->cells);
	heat->cells = NULL;
}
