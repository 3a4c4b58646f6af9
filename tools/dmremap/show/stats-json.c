// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "kernel/blockdev.h"
#include "lib/json-out.h"
#include "show/stats.h"

/* For "remaps/count", return the object "remaps", and set @name to "count". */
static struct json_object *directory(struct json_object *device, const char **name)
{
	const char *slash = strchr(*name, '/');
	struct json_object *object;
	char dir[16];

	if (!slash)
		return device;
	snprintf(dir, sizeof(dir), "%.*s", (int)(slash - *name), *name);
	*name = slash + 1;
	if (!json_object_object_get_ex(device, dir, &object)) {
		object = json_object_new_object();
		json_object_object_add(device, dir, object);
	}
	return object;
}

static void add_word(struct json_object *device, const char *path, const char *value)
{
	struct json_object *object = directory(device, &path);

	json_add_string(object, path, value);
}

static void add_number(struct json_object *device, const char *path, uint64_t value)
{
	struct json_object *object = directory(device, &path);

	json_add_number(object, path, value);
}

static struct json_object *histogram(const struct histogram *histogram)
{
	struct json_object *array = json_object_new_array(), *line;
	unsigned int i;

	for (i = 0; i < histogram->nr; i++) {
		line = json_object_new_object();
		if (histogram->line[i].bound == HISTOGRAM_INFINITY)
			json_object_object_add(line, "upper_bound_ns", NULL);
		else
			json_add_number(line, "upper_bound_ns", histogram->line[i].bound);
		json_add_number(line, "count", histogram->line[i].count);
		json_object_array_add(array, line);
	}
	return array;
}

static struct json_object *stats(const struct sample *sample)
{
	struct json_object *object;
	int i;

	if (!sample->counted)
		return NULL;
	object = json_object_new_object();
	for (i = 0; i < NR_STATS; i++)
		json_add_number(object, stat_names[i], sample->stat[i]);
	for (i = 0; i < NR_HISTOGRAMS; i++)
		json_object_object_add(object, histogram_names[i],
				       histogram(&sample->histogram[i]));
	return object;
}

/* JSON contains device numbers as in the kernel, and also the names of the devices. */
static void add_path(struct json_object *device, const char *path, const char *number)
{
	struct blockdev dev;

	if (blockdev_by_number(&dev, number))
		add_word(device, path, dev.path);
}

void stats_json(const struct sample *sample)
{
	struct json_object *device = json_object_new_object();
	int i;

	json_add_string(device, "name", sample->name);
	add_word(device, "state", sample->state);
	add_word(device, "uuid", sample->uuid);
	add_word(device, "main", sample->main);
	add_word(device, "spare/device", sample->spare);
	add_path(device, "main_path", sample->main);
	add_path(device, "spare/path", sample->spare);
	add_word(device, "metadata/state", sample->store);
	for (i = 0; i < NR_NUMBERS; i++)
		if (sample_has(sample, i))
			add_number(device, number_paths[i], sample->number[i]);
	json_object_object_add(device, "stats", stats(sample));
	json_out_element(device);
}
