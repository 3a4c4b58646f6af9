// SPDX-License-Identifier: GPL-2.0
/*
 * The formats of the map that are lists: each block is printed when it is read.
 */
#include <json-c/json.h>
#include <stdio.h>

#include "lib/json-out.h"
#include "show/map.h"

static void json_begin(struct map *map, const char *line)
{
	const struct remap_status *status = &map->status;

	(void)line;
	json_out_begin();
	json_out_member("device", json_object_new_string(map->name));
	json_out_member("state", json_object_new_string(status->state));
	json_out_member("sectors", json_object_new_uint64(status->length));
	json_out_member("remapped", json_object_new_uint64(status->remapped));
	json_out_member("capacity", json_object_new_uint64(status->capacity));
	json_out_member("pending", json_object_new_uint64(status->pending));
	json_out_member("lost_sectors", json_object_new_uint64(status->lost_sectors));
	json_out_array("blocks");
}

static void json_remap(struct map *map, const struct remap *remap, const char *line)
{
	struct json_object *object = json_object_new_object();
	char lost[20], unread[20];

	(void)map;
	(void)line;
	json_add_number(object, "main_sector", remap->main_sector);
	json_add_number(object, "spare_sector", remap->spare_sector);
	json_add_number(object, "sectors", remap->sectors);
	json_add_string(object, "state", remap->state);
	snprintf(lost, sizeof(lost), "0x%llx", (unsigned long long)remap->lost);
	json_add_string(object, "lost", lost);
	snprintf(unread, sizeof(unread), "0x%llx", (unsigned long long)remap->unread);
	json_add_string(object, "unread", unread);
	json_add_string(object, "reason", reason_name(remap->reason));
	json_out_element(object);
}

static void json_end(struct map *map)
{
	(void)map;
	json_out_array_end();
	json_out_end();
}

const struct map_form map_json = {
	.begin = json_begin,
	.remap = json_remap,
	.end = json_end,
};

static void save_begin(struct map *map, const char *line)
{
	(void)map;
	puts(line);
}

static void save_remap(struct map *map, const struct remap *remap, const char *line)
{
	(void)map;
	(void)remap;
	puts(line);
}

static void save_end(struct map *map)
{
	(void)map;
}

const struct map_form map_save = {
	.begin = save_begin,
	.remap = save_remap,
	.end = save_end,
};
