/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Divides a device into cells, and counts the blocks in each.
 */
#ifndef _DMREMAP_HEAT_H
#define _DMREMAP_HEAT_H

#include "kernel/remap-list.h"

/* What is counted, in increasing order of importance. */
enum heat_kind {
	HEAT_REMAPPED,	/* blocks on the spare, or being moved */
	HEAT_SPLIT,	/* blocks on the spare with some sectors only on the main */
	HEAT_PENDING,	/* blocks that could not be read */
	HEAT_DOUBT,	/* blocks whose location is uncertain until the next activation */
	HEAT_LOST,	/* sectors */
	NR_HEAT_KINDS,
	HEAT_NONE = NR_HEAT_KINDS,
};

/* Number of shades for remapped blocks. */
#define HEAT_LEVELS	4

/**
 * struct heat_cell - a part of a device.
 * @count: by &enum heat_kind.
 */
struct heat_cell {
	uint64_t count[NR_HEAT_KINDS];
};

/**
 * struct heat - the cells of a device.
 * @length: its size in sectors.
 * @cell_sectors: size of a cell; the last one may be smaller.
 * @nr: number of cells.
 * @cells: the cells.
 * @base: ratio between the lower bounds of adjacent levels.
 * @levels: number of levels in use, at most %HEAT_LEVELS.
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
 * heat_init() - divide a device into cells.
 * @heat: filled in.
 * @length: size of the device in sectors.
 * @nr: maximum number of cells.
 */
void heat_init(struct heat *heat, uint64_t length, unsigned int nr);

/**
 * heat_add() - count a block.
 * @heat: the cells.
 * @remap: the block.
 */
void heat_add(struct heat *heat, const struct remap *remap);

/**
 * heat_scale() - compute the levels after all blocks have been counted.
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
 * heat_level() - the level of a cell, by its number of remapped blocks.
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
 * heat_end() - first sector after a cell.
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
