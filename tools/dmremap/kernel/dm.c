// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "kernel/dm.h"
#include "kernel/kmsg.h"
#include "lib/exit.h"
#include "lib/message.h"

/* The library's levels are those of syslog, with flags above them. */
#define LEVEL_MASK	0x7f

/* The first that the library has to say: what follows is what came of it. */
static char trouble[256];

static void __printf(5, 6) keep_trouble(int level, const char *file, int line, int error,
					const char *format, ...)
{
	va_list args;

	(void)file;
	(void)line;
	(void)error;
	if ((level & LEVEL_MASK) > LOG_ERR || *trouble)
		return;
	va_start(args, format);
	vsnprintf(trouble, sizeof(trouble), format, args);
	va_end(args);
}

void dm_trouble_begin(void)
{
	*trouble = 0;
	dm_log_with_errno_init(keep_trouble);
	/* As dmsetup has it: where there is no udev the library makes the nodes. */
	if (getenv("DM_DISABLE_UDEV")) {
		dm_udev_set_sync_support(0);
		dm_udev_set_checking(0);
	}
}

const char *dm_trouble_text(void)
{
	return *trouble ? trouble : "it does not say why";
}

static struct dm_task *new_task(int type, const char *name)
{
	struct dm_task *task;

	dm_trouble_begin();
	task = dm_task_create(type);
	if (task && name && !dm_task_set_name(task, name)) {
		dm_task_destroy(task);
		return NULL;
	}
	return task;
}

static int no_task(const char *name)
{
	complain("%s: libdevmapper does not take it: %s.", name, dm_trouble_text());
	return EXIT_OPERATION;
}

/* Runs a task that makes or removes a node; whoever waits for udev waits here. */
static int run_and_settle(struct dm_task *task)
{
	uint32_t cookie = 0;
	int done;

	if (!dm_task_set_cookie(task, &cookie, 0))
		return 0;
	done = dm_task_run(task);
	dm_udev_wait(cookie);
	dm_task_update_nodes();
	return done;
}

static bool fill(struct dm_task *task, const struct dm_new *new)
{
	return (!new->uuid || dm_task_set_uuid(task, new->uuid)) &&
	       (!new->read_only || dm_task_set_ro(task)) &&
	       dm_task_add_target(task, 0, new->sectors, new->target, new->params);
}

static void complain_refused(const struct dm_new *new, struct kmsg *kmsg)
{
	char why[256];

	if (kmsg_find(kmsg, new->target, why, sizeof(why)))
		complain("%s cannot be activated: %s", new->name, why);
	else
		complain("%s cannot be activated: %s. The kernel log may say more.", new->name,
			 dm_trouble_text());
}

/* A device that this program could not finish has been removed again. */
static bool somebody_else(const struct dm_new *new)
{
	char first[sizeof(trouble)];
	struct dm_found found;
	bool there;

	memcpy(first, trouble, sizeof(first));
	there = new->uuid && dm_find(NULL, new->uuid, &found) > 0;
	memcpy(trouble, first, sizeof(first));
	return there;
}

int dm_create(const struct dm_new *new)
{
	struct dm_task *task = new_task(DM_DEVICE_CREATE, new->name);
	int done, status = EXIT_CLEAN;
	struct kmsg kmsg;

	if (!task || !fill(task, new)) {
		if (task)
			dm_task_destroy(task);
		return no_task(new->name);
	}
	kmsg_begin(&kmsg);
	done = run_and_settle(task);
	if (!done && somebody_else(new)) {
		status = EXIT_UNCORRECTED;
	} else if (!done) {
		complain_refused(new, &kmsg);
		status = EXIT_OPERATION;
	}
	kmsg_end(&kmsg);
	dm_task_destroy(task);
	return status;
}

int dm_remove(const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_REMOVE, name);
	int done, error;

	if (!task)
		return no_task(name);
	/* udev may have it open for a moment, to see what is on it. */
	dm_task_retry_remove(task);
	done = run_and_settle(task);
	error = done ? 0 : dm_task_get_errno(task);
	if (error == EBUSY)
		complain("%s is in use. Unmount what is on it, or remove the device above it.",
			 name);
	else if (error == ENXIO)
		complain("There is no device %s.", name);
	else if (!done)
		complain("%s cannot be removed: %s.", name, dm_trouble_text());
	dm_task_destroy(task);
	return done ? EXIT_CLEAN : EXIT_OPERATION;
}

static int take_info(struct dm_task *task, struct dm_found *found)
{
	struct dm_info info;

	if (!dm_task_get_info(task, &info))
		return -1;
	if (!info.exists)
		return 0;
	*found = (struct dm_found) {
		.major = info.major,
		.minor = info.minor,
		.open_count = info.open_count,
		.live = info.live_table,
	};
	snprintf(found->name, sizeof(found->name), "%s", dm_task_get_name(task));
	snprintf(found->uuid, sizeof(found->uuid), "%s", dm_task_get_uuid(task) ?: "");
	return 1;
}

int dm_find(const char *name, const char *uuid, struct dm_found *found)
{
	struct dm_task *task = new_task(DM_DEVICE_INFO, name);
	int result = -1;

	if (task && (!uuid || dm_task_set_uuid(task, uuid)) && dm_task_run(task))
		result = take_info(task, found);
	if (result < 0)
		complain("%s: device-mapper does not answer: %s.", name ?: uuid, dm_trouble_text());
	if (task)
		dm_task_destroy(task);
	return result;
}

static int take_table(struct dm_task *task, struct dm_table *table)
{
	char *type = NULL, *params = NULL;
	uint64_t start, length = 0;
	struct dm_info info;

	if (!dm_task_get_info(task, &info))
		return -1;
	if (!info.exists)
		return 0;
	dm_get_next_target(task, NULL, &start, &length, &type, &params);
	*table = (struct dm_table) { .sectors = length, .suspended = info.suspended };
	snprintf(table->number, sizeof(table->number), "%u:%u", info.major, info.minor);
	snprintf(table->target, sizeof(table->target), "%s", type ?: "");
	snprintf(table->params, sizeof(table->params), "%s", params ?: "");
	return 1;
}

int dm_table(const char *name, struct dm_table *table)
{
	struct dm_task *task = new_task(DM_DEVICE_TABLE, name);
	int result = -1;

	if (task && dm_task_run(task))
		result = take_table(task, table);
	else if (task && dm_task_get_errno(task) == ENXIO)
		result = 0;
	if (result < 0)
		complain("%s: device-mapper does not answer: %s.", name, dm_trouble_text());
	if (task)
		dm_task_destroy(task);
	return result;
}

int dm_message(const char *name, const char *message)
{
	struct dm_task *task = new_task(DM_DEVICE_TARGET_MSG, name);
	int error = -ENOMEM;

	if (task && dm_task_set_sector(task, 0) && dm_task_set_message(task, message))
		error = dm_task_run(task) ? 0 : -(dm_task_get_errno(task) ?: EIO);
	if (task)
		dm_task_destroy(task);
	return error;
}
