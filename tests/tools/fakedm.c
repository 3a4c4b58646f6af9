// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: libdevmapper with a single device, whose status line and list come from
 * a file.
 *
 *	FAKE_DM=FILE		the file
 *	FAKE_DM_TABLE=PARAMS	the table line after the type
 *	FAKE_DM_ROOM=N		no more than N bytes in a reply
 *	FAKE_DM_LOG=FILE	each message is appended to it
 *	FAKE_DM_REPEAT=1	the list is the same whatever sector it is requested from
 *	FAKE_DM_LINEAR=1	the device has another target
 *	FAKE_DM_OLD=1		the only known message is "list", without reasons
 *	FAKE_DM_GOES=N		the device disappears after N messages
 */
#include <errno.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dm_task {
	int type;
	int error;
	int known;
	unsigned long long length;
	char message[64];
	char text[65536];
};

struct dm_task *dm_task_create(int type)
{
	struct dm_task *task = calloc(1, sizeof(*task));

	if (task)
		task->type = type;
	return task;
}

void dm_task_destroy(struct dm_task *task)
{
	free(task);
}

int dm_task_set_name(struct dm_task *task, const char *name)
{
	task->known = !strcmp(name, "safe");
	return 1;
}

int dm_task_set_sector(struct dm_task *task, uint64_t sector)
{
	return task->type == DM_DEVICE_TARGET_MSG && !sector;
}

int dm_task_set_message(struct dm_task *task, const char *message)
{
	const char *log = getenv("FAKE_DM_LOG");
	FILE *file = log ? fopen(log, "a") : NULL;

	snprintf(task->message, sizeof(task->message), "%s", message);
	if (file) {
		fprintf(file, "%s\n", message);
		fclose(file);
	}
	return 1;
}

static void reply(struct dm_task *task, FILE *file)
{
	unsigned long long from, main_sector, sectors;
	size_t room = getenv("FAKE_DM_ROOM") ? atoi(getenv("FAKE_DM_ROOM")) : 16000;
	char line[256];

	if (sscanf(task->message, "list %llu", &from) != 1)
		abort();
	if (getenv("FAKE_DM_REPEAT"))
		from = 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llu %*u %llu", &main_sector, &sectors) != 2)
			abort();
		/* the kernel rounds the start down to a block */
		if (main_sector + sectors <= from)
			continue;
		if (strlen(task->text) + strlen(line) > room)
			return;
		strcat(task->text, line);
	}
}

static int gone(const struct dm_task *task)
{
	static int messages;

	return !task->known || (getenv("FAKE_DM_GOES") && task->type == DM_DEVICE_TARGET_MSG &&
				messages++ >= atoi(getenv("FAKE_DM_GOES")));
}

int dm_task_run(struct dm_task *task)
{
	char line[512];
	FILE *file;

	if (gone(task)) {
		task->known = 0;
		task->error = ENXIO;
		return task->type == DM_DEVICE_STATUS;
	}
	file = fopen(getenv("FAKE_DM"), "r");
	if (!file || !fgets(line, sizeof(line), file))
		abort();
	if (task->type == DM_DEVICE_TARGET_MSG && !strncmp(task->message, "list ", 5) &&
	    !(getenv("FAKE_DM_OLD") && strstr(task->message, "reasons")))
		reply(task, file);
	else if (task->type == DM_DEVICE_TARGET_MSG)
		task->error = getenv("FAKE_DM_OLD") ? EINVAL : 0;
	else if (sscanf(line, "0 %llu remap %65535[^\n]", &task->length, task->text) != 2)
		abort();
	if (task->type == DM_DEVICE_TABLE)
		snprintf(task->text, sizeof(task->text), "%s", getenv("FAKE_DM_TABLE"));
	fclose(file);
	return !task->error;
}

int dm_task_get_errno(struct dm_task *task)
{
	return task->error;
}

int dm_task_get_info(struct dm_task *task, struct dm_info *info)
{
	*info = (struct dm_info) { .exists = task->known };
	return 1;
}

const char *dm_task_get_message_response(struct dm_task *task)
{
	return task->text;
}

void *dm_get_next_target(struct dm_task *task, void *next, uint64_t *start, uint64_t *length,
			 char **type, char **params)
{
	(void)next;
	*start = 0;
	*length = task->length;
	*type = getenv("FAKE_DM_LINEAR") ? "linear" : "remap";
	*params = task->text;
	return NULL;
}
