/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What map shows, and the forms in which it does.
 */
#ifndef _DMREMAP_MAP_H
#define _DMREMAP_MAP_H

#include "show/heat.h"

/**
 * struct map - of a device.
 * @name: the name of the device.
 * @status: its status.
 * @heat: for the forms that are pictures.
 */
struct map {
	const char *name;
	struct remap_status status;
	struct heat heat;
};

/**
 * struct map_form - a form of output.
 * @begin: the status is known; @line is its text.
 * @remap: a block of the list.
 * @end: all blocks have been given; not called if that cannot be done.
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
 * map_count() - the remap function of a form that is a picture.
 * @map: of a device.
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
