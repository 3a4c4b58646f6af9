// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>

#include "lib/json-out.h"
#include "sets/set-json.h"

void json_add_text(struct json_object *object, const char *name, const char *text)
{
	if (text && *text)
		json_add_string(object, name, text);
	else
		json_object_object_add(object, name, NULL);
}

void json_add_device(struct json_object *object, const char *name, const char *number)
{
	struct blockdev dev;

	json_add_text(object, name, blockdev_by_number(&dev, number) ? dev.path : NULL);
}

struct json_object *set_json(const struct known_set *set)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "name", set->name);
	json_add_text(object, "uuid", set->uuid);
	json_add_string(object, "state", known_state_name(set->state));
	json_add_device(object, "main", set->main);
	json_add_device(object, "spare", set->spare);
	return object;
}
