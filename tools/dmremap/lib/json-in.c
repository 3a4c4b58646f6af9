// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "lib/json-in.h"
#include "lib/message.h"

#define NAME_SIZE	64

struct json_object *json_in_parse(const char *text, size_t size, const char **why)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root;

	if (!tokener)
		no_memory();
	root = json_tokener_parse_ex(tokener, text, size + 1);
	if (!root)
		*why = json_tokener_error_desc(json_tokener_get_error(tokener));
	json_tokener_free(tokener);
	return root;
}

struct json_object *json_in_get(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!object || !json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, name, &value))
		return NULL;
	return value;
}

struct json_object *json_in_path(struct json_object *object, const char *path)
{
	char name[NAME_SIZE];
	size_t size;

	while (object && *path) {
		size = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)size, path);
		object = json_in_get(object, name);
		path += size + (path[size] == '.');
	}
	return object;
}

bool json_in_number(struct json_object *object, const char *path, uint64_t *value)
{
	struct json_object *found = json_in_path(object, path);

	if (found && json_object_is_type(found, json_type_object))
		found = json_in_get(found, "value");
	if (!found || !json_object_is_type(found, json_type_int))
		return false;
	/* a number above INT64_MAX is stored unsigned, and reads as INT64_MAX here */
	if (json_object_get_int64(found) < 0)
		return false;
	*value = json_object_get_uint64(found);
	return true;
}

const char *json_in_string(struct json_object *object, const char *path)
{
	struct json_object *found = json_in_path(object, path);

	if (!found || !json_object_is_type(found, json_type_string))
		return NULL;
	return json_object_get_string(found);
}

struct json_object *json_in_array(struct json_object *object, const char *path)
{
	struct json_object *found = json_in_path(object, path);

	return found && json_object_is_type(found, json_type_array) ? found : NULL;
}
