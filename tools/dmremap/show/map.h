/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The content that map shows, and its output formats.
 */
#ifndef _DMREMAP_MAP_H
#define _DMREMAP_MAP_H

#include "show/heat.h"

/**
 * struct map - the map of a device.
 * @name: the name of the device.
 * @status: its status.
 * @heat: for the formats that are pictures.
 */
struct map {
	const char *name;
	struct remap_status status;
	struct heat heat;
};

/**
 * struct map_form - an output format.
 * @begin: called with the status; @line is its text.
 * @remap: called for each block of the list.
 * @end: called after all blocks; not called on failure.
 */
struct map_form {
	void (*begin)(struct map *map, const char *line);
	void (*remap)(struct map *map, const struct remap *remap, const char *line);
	void (*end)(struct map *map);
};

extern const struct map_form map_text;
extern const struct map_form map_svg;
extern const struct map_form map_json;
extern const struct map_form map_save;

/**
 * map_count() - the remap function of the formats that are pictures.
 * @map: the map.
 * @remap: a block.
 * @line: its line.
 */
void map_count(struct map *map, const struct remap *remap, const char *line);

/**
 * map_title() - describe the device in one line.
 * @map: of the device.
 * @text: takes @size bytes.
 * @size: size of @text.
 */
void map_title(const struct map *map, char *text, unsigned int size);

#endif /* _DMREMAP_MAP_H */
