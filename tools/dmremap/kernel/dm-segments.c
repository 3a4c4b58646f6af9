// SPDX-License-Identifier: GPL-2.0
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dm.h"
#include "lib/message.h"

/*
 * Fields of a table line after the type: "8:16 2048" for linear, "aes KEY 0 8:16 4096" for crypt.
 */
static void parse(struct dm_segment *segment, const char *type, const char *params)
{
	/* sized for the formats below */
	char lower[24] = "";
	unsigned long long start;
	const char *format;

	text_copy(segment->target, type, sizeof(segment->target));
	if (!strcmp(type, "linear"))
		format = "%23s %llu";
	else if (!strcmp(type, "crypt"))
		format = "%*s %*s %*s %23s %llu";
	else
		return;
	segment->maps = sscanf(params, format, lower, &start) == 2;
	text_copy(segment->lower, lower, sizeof(segment->lower));
	segment->lower_start = segment->maps ? start : 0;
}

static int take(struct dm_task *task, struct dm_segment **list)
{
	char *type, *params;
	uint64_t start, length;
	struct dm_info info;
	void *next = NULL;
	int nr = 0;

	if (!dm_task_get_info(task, &info) || !info.exists)
		return -1;
	do {
		type = NULL;
		next = dm_get_next_target(task, next, &start, &length, &type, &params);
		if (!type)
			continue;
		*list = reallocarray(*list, nr + 1, sizeof(**list));
		if (!*list)
			no_memory();
		(*list)[nr] = (struct dm_segment) { .start = start, .sectors = length };
		parse(&(*list)[nr++], type, params);
	} while (next);
	return nr;
}

int dm_segments(const char *name, struct dm_segment **list)
{
	struct dm_task *task;
	int nr = -1;

	*list = NULL;
	dm_trouble_begin();
	task = dm_task_create(DM_DEVICE_TABLE);
	/* so that libdevmapper wipes the key, if there is one */
	if (task && dm_task_secure_data(task) && dm_task_set_name(task, name) &&
	    dm_task_run(task))
		nr = take(task, list);
	if (task)
		dm_task_destroy(task);
	return nr;
}
