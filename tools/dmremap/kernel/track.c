// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dm.h"
#include "kernel/track.h"
#include "lib/message.h"

/* Send a message.  Return: 0, and the reply in @reply, to be freed; a negative error number. */
static int ask(const char *name, const char *message, char **reply)
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

int track_start(const char *name, uint64_t *id)
{
	unsigned long long value = 0;
	char *reply;
	int error;

	dm_trouble_begin();
	error = ask(name, "track start", &reply);
	if (!error && sscanf(reply, "%llx", &value) != 1)
		error = -EPROTO;
	free(reply);
	*id = value;
	if (!error)
		return EXIT_CLEAN;
	complain("%s: the kernel cannot track writes during the copy: %s. Load the modules that came with this dmremap.",
		 name, strerror(-error));
	return EXIT_OPERATION;
}

/* Parse lines of "START COUNT".  Return: the end of the last range. */
static uint64_t take_lines(const char *reply, struct ranges *written)
{
	unsigned long long start, count;
	uint64_t end = 0;
	int used;

	while (sscanf(reply, "%llu %llu%n", &start, &count, &used) == 2) {
		end = start + count;
		ranges_add(written, start, end);
		reply += used;
	}
	return end;
}

int track_read(const char *name, uint64_t id, struct ranges *written)
{
	uint64_t from = 0;
	char message[80], *reply;
	int error;

	do {
		snprintf(message, sizeof(message), "track read %llx %llu", LLU(id), LLU(from));
		error = ask(name, message, &reply);
		if (error)
			return error;
		from = take_lines(reply, written);
		free(reply);
	} while (from);
	return 0;
}

void track_stop(const char *name, uint64_t id)
{
	char message[80], *reply;

	snprintf(message, sizeof(message), "track stop %llx", LLU(id));
	ask(name, message, &reply);
	free(reply);
}
