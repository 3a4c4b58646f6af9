/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device cut into cells, and the content of each.
 */
#ifndef _DMREMAP_HEAT_H
#define _DMREMAP_HEAT_H

#include "kernel/remap-list.h"

/* What there is to count; what matters more comes later. */
enum heat_kind {
	HEAT_REMAPPED,	/* blocks that are on the spare, or on their way */
	HEAT_SPLIT,	/* blocks on the spare with sectors that are only on the main */
	HEAT_PENDING,	/* blocks that could not be read */
	HEAT_DOUBT,	/* blocks whose location is uncertain until the next activation */
	HEAT_LOST,	/* sectors */
	NR_HEAT_KINDS,
	HEAT_NONE = NR_HEAT_KINDS,
};

/* Shades of remapped. */
#define HEAT_LEVELS	4

/**
 * struct heat_cell - part of a device.
 * @count: by &enum heat_kind.
 */
struct heat_cell {
	uint64_t count[NR_HEAT_KINDS];
};

/**
 * struct heat - a device in cells.
 * @length: its size in sectors.
 * @cell_sectors: size of a cell; the last one may be smaller.
 * @nr: how many cells there are.
 * @cells: the cells.
 * @base: a level begins at this many times as many remapped blocks as the one below.
 * @levels: how many of %HEAT_LEVELS there are.
 */
struct heat {
	uint64_t length;
	uint64_t cell_sectors;
	unsigned int nr;
	struct heat_cell *cells;
	uint64_t base;
	unsigned int levels;
};

/**
 * heat_init() - cut a device.
 * @heat: filled in.
 * @length: size of the device in sectors.
 * @nr: about how many cells; not more.
 */
void heat_init(struct heat *heat, uint64_t length, unsigned int nr);

/**
 * heat_add() - count a block.
 * @heat: the cells.
 * @remap: the block.
 */
void heat_add(struct heat *heat, const struct remap *remap);

/**
 * heat_scale() - find the levels, when all blocks have been counted.
 * @heat: the cells.
 */
void heat_scale(struct heat *heat);

/**
 * heat_kind() - the most important kind of block in a cell.
 * @cell: the cell.
 *
 * Return: the kind, or %HEAT_NONE.
 */
enum heat_kind heat_kind(const struct heat_cell *cell);

/**
 * heat_level() - how many blocks of a cell are remapped.
 * @heat: the cells.
 * @cell: one of them, with remapped blocks.
 *
 * Return: 0 to levels - 1.
 */
unsigned int heat_level(const struct heat *heat, const struct heat_cell *cell);

/**
 * heat_level_name() - the range of a level, such as "4-15".
 * @heat: the cells.
 * @level: the level.
 * @text: takes @size bytes.
 * @size: size of @text.
 *
 * Return: @text.
 */
const char *heat_level_name(const struct heat *heat, unsigned int level, char *text,
			    unsigned int size);

/**
 * heat_end() - first sector behind a cell.
 * @heat: the cells.
 * @nr: number of the cell.
 */
uint64_t heat_end(const struct heat *heat, unsigned int nr);

/**
 * heat_free() - free the cells.
 * @heat: the cells.
 */
void heat_free(struct heat *heat);

#endif /* _DMREMAP_HEAT_H */
