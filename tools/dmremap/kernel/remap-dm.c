// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the remaps of a device by means of libdevmapper.
 */
#include <errno.h>
#include <libdevmapper.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/dm.h"
#include "kernel/remap-list.h"
#include "kernel/sample.h"
#include "lib/exit.h"
#include "lib/message.h"

static int failed(const char *name, struct dm_task *task)
{
	if (task && dm_task_get_errno(task) == ENXIO)
		complain_gone(name);
	else
		complain("%s: device-mapper does not answer: %s.", name, dm_trouble_text());
	return -1;
}

/* The status line, as dmsetup prints it. */
static int take_status(struct list_reader *reader, struct dm_task *task)
{
	char *type = NULL, *params = NULL, line[LIST_LINE_SIZE];
	uint64_t start, length;
	struct dm_info info;

	if (!dm_task_get_info(task, &info))
		return failed(reader->what, task);
	if (!info.exists) {
		complain_gone(reader->what);
		return -1;
	}
	dm_get_next_target(task, NULL, &start, &length, &type, &params);
	if (!type || strcmp(type, "remap")) {
		complain("%s is not a dm-remap device.", reader->what);
		return -1;
	}
	snprintf(line, sizeof(line), "%llu %llu %s %s", (unsigned long long)start,
		 (unsigned long long)length, type, params);
	return list_line(reader, line);
}

static int get_status(struct list_reader *reader)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_STATUS);
	int error;

	if (task && dm_task_set_name(task, reader->what) && dm_task_run(task))
		error = take_status(reader, task);
	else
		error = failed(reader->what, task);
	if (task)
		dm_task_destroy(task);
	return error;
}

static int take_lines(struct list_reader *reader, const char *reply)
{
	char line[LIST_LINE_SIZE];
	size_t size;

	while (*reply) {
		size = strcspn(reply, "\n");
		snprintf(line, sizeof(line), "%.*s",
			 (int)(size < sizeof(line) ? size : sizeof(line) - 1), reply);
		if (list_line(reader, line))
			return -1;
		reply += size + (reply[size] == '\n');
	}
	return 0;
}

static bool send(struct list_reader *reader, struct dm_task *task, const char *words)
{
	char message[48];

	snprintf(message, sizeof(message), "list %llu%s", (unsigned long long)reader->next, words);
	return dm_task_set_name(task, reader->what) && dm_task_set_sector(task, 0) &&
	       dm_task_set_message(task, message) && dm_task_run(task);
}

/* Modules loaded before the tool was upgraded may not know the word "reasons". */
static bool ask(struct list_reader *reader, struct dm_task **task)
{
	*task = dm_task_create(DM_DEVICE_TARGET_MSG);
	if (!*task || send(reader, *task, " reasons"))
		return *task;
	if (dm_task_get_errno(*task) != EINVAL)
		return false;
	dm_task_destroy(*task);
	*task = dm_task_create(DM_DEVICE_TARGET_MSG);
	return *task && send(reader, *task, "");
}

/* Return: 1 if there were lines, 0 at the end of the list, -1 on failure. */
static int get_lines(struct list_reader *reader)
{
	struct dm_task *task;
	const char *reply;
	int result;

	if (!ask(reader, &task)) {
		result = failed(reader->what, task);
	} else {
		reply = dm_task_get_message_response(task);
		result = reply && *reply;
		if (result && take_lines(reader, reply))
			result = -1;
	}
	if (task)
		dm_task_destroy(task);
	return result;
}

int list_device(const char *name, const struct list_visitor *visitor)
{
	struct list_reader reader = { .what = name, .visitor = visitor };
	int result;

	dm_trouble_begin();
	result = get_status(&reader) ? -1 : 1;
	while (result > 0)
		result = get_lines(&reader);
	return result ? EXIT_OPERATION : EXIT_CLEAN;
}

static void keep_status(void *context, const struct remap_status *status, const char *line)
{
	(void)line;
	*(struct remap_status *)context = *status;
}

int list_status(const char *name, struct remap_status *status)
{
	const struct list_visitor visitor = { .begin = keep_status, .context = status };
	struct list_reader reader = { .what = name, .visitor = &visitor };

	dm_trouble_begin();
	return get_status(&reader) ? EXIT_OPERATION : EXIT_CLEAN;
}
