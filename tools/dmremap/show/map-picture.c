// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "lib/plural.h"
#include "lib/util.h"
#include "show/human.h"
#include "show/map.h"

void map_count(struct map *map, const struct remap *remap, const char *line)
{
	(void)line;
	heat_add(&map->heat, remap);
}

void map_title(const struct map *map, char *text, unsigned int size)
{
	const struct remap_status *status = &map->status;
	char bytes[HUMAN_SIZE];

	snprintf(text, size,
		 "%s (%s): %s, %llu of %llu block%s remapped, %llu pending, %llu sector%s lost",
		 map->name, human_bytes(bytes, status->length * 512.0), status->state,
		 LLU(status->remapped), LLU(status->capacity), plural(status->capacity),
		 LLU(status->pending), LLU(status->lost_sectors), plural(status->lost_sectors));
}
