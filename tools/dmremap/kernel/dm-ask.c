// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dm-ask.h"
#include "lib/message.h"

int dm_ask(const char *name, const char *message, char **reply)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_TARGET_MSG);
	const char *text;
	int error = -ENOMEM;

	*reply = NULL;
	if (task && dm_task_set_name(task, name) && dm_task_set_sector(task, 0) &&
	    dm_task_set_message(task, message))
		error = dm_task_run(task) ? 0 : -(dm_task_get_errno(task) ?: EIO);
	if (!error) {
		text = dm_task_get_message_response(task);
		*reply = strdup(text ?: "");
		if (!*reply)
			no_memory();
	}
	if (task)
		dm_task_destroy(task);
	return error;
}

/* Parse lines of "START COUNT".  Return: the end of the last range. */
static uint64_t take_lines(const char *reply, struct ranges *ranges)
{
	unsigned long long start, count;
	uint64_t end = 0;
	int used;

	while (sscanf(reply, "%llu %llu%n", &start, &count, &used) == 2) {
		end = start + count;
		ranges_add(ranges, start, end);
		reply += used;
	}
	return end;
}

int dm_ask_ranges(const char *name, const char *what, uint64_t id, struct ranges *ranges)
{
	uint64_t from = 0;
	char message[80], *reply;
	int error;

	do {
		snprintf(message, sizeof(message), "%s %llx %llu", what, LLU(id), LLU(from));
		error = dm_ask(name, message, &reply);
		if (error)
			return error;
		from = take_lines(reply, ranges);
		free(reply);
	} while (from);
	return 0;
}
