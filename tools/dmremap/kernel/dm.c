// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libdevmapper.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>

#include "kernel/dm.h"
#include "kernel/dm-resume.h"
#include "kernel/kmsg.h"
#include "kernel/resumer.h"
#include "lib/exit.h"
#include "lib/guard.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/shell-word.h"

/* The library's levels are those of syslog, with flags above them. */
#define LEVEL_MASK	0x7f

/* Keep the first message of the library: later ones are consequences of it. */
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
	/* As in dmsetup: without udev the library creates the nodes. */
	if (getenv("DM_DISABLE_UDEV")) {
		dm_udev_set_sync_support(0);
		dm_udev_set_checking(0);
	}
}

const char *dm_trouble_text(void)
{
	return *trouble ? trouble : "no reason given";
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
	complain("%s: libdevmapper refuses this: %s.", name, dm_trouble_text());
	return EXIT_OPERATION;
}

/**
 * struct task_run - a task that creates or removes a node, run in a process of its own.
 * @task: the task.
 * @flags: for the rules of udev, DM_UDEV_*.
 * @cookie: by which udev signals that it has processed the node.
 * @done: the task succeeded.
 * @error: a positive error number, if it failed.
 * @trouble: the library's message.
 */
struct task_run {
	struct dm_task *task;
	uint16_t flags;
	uint32_t cookie;
	bool done;
	int error;
	char trouble[sizeof(trouble)];
};

/* Runs in the child process, including the wait for udev. */
static void work(void *context)
{
	struct task_run *run = context;

	if (dm_task_set_cookie(run->task, &run->cookie, run->flags)) {
		run->done = dm_task_run(run->task);
		run->error = run->done ? 0 : dm_task_get_errno(run->task);
		dm_udev_wait(run->cookie);
		dm_task_update_nodes();
	}
	memcpy(run->trouble, trouble, sizeof(trouble));
}

/*
 * Return: 0; -EINTR; -ETIMEDOUT; or another negative error number, explained by dm_trouble_text().
 */
static int run_and_settle(struct dm_task *task, uint16_t flags, int limit_ms)
{
	struct task_run *run = guard_alloc(sizeof(*run));
	int result;

	run->task = task;
	run->flags = flags;
	/* otherwise the child would inherit a file that it closes */
	dm_lib_release();
	result = guard_run(work, run, limit_ms);
	if (result == -EINTR)
		dm_cookie_drop(run->cookie);
	else if (!result)
		memcpy(trouble, run->trouble, sizeof(trouble));
	if (!result && !run->done)
		result = -(run->error ?: EIO);
	if (result != -ETIMEDOUT)
		guard_free(run, sizeof(*run));
	return result;
}

static bool add_targets(struct dm_task *task, const struct dm_new *new)
{
	const struct dm_piece *piece = new->pieces;
	unsigned int i;

	if (!new->nr_pieces)
		return dm_task_add_target(task, 0, new->sectors, new->target, new->params);
	for (i = 0; i < new->nr_pieces; i++, piece++)
		if (!dm_task_add_target(task, piece->start, piece->sectors, piece->target,
					piece->params))
			return false;
	return true;
}

static bool fill(struct dm_task *task, const struct dm_new *new)
{
	return (!new->uuid || dm_task_set_uuid(task, new->uuid)) &&
	       (!new->read_only || dm_task_set_ro(task)) && add_targets(task, new);
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

/*
 * If the device exists, another process has made it: one that this program could not finish has
 * already been removed.
 */
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

/*
 * A signal has ended the process that makes the device. Remove the device if it is unusable; if it
 * is active, only the wait for udev was cut short.
 */
static int judge_interrupted(const struct dm_new *new)
{
	struct dm_found found;
	struct dm_task *task;

	if (dm_find(new->name, NULL, &found) <= 0 ||
	    (new->uuid && strcmp(found.uuid, new->uuid)))
		return EXIT_OPERATION;
	if (found.live)
		return EXIT_CLEAN;
	task = new_task(DM_DEVICE_REMOVE, new->name);
	if (task) {
		dm_task_run(task);
		dm_task_update_nodes();
		dm_task_destroy(task);
	}
	return EXIT_OPERATION;
}

static int judge(const struct dm_new *new, int result, struct kmsg *kmsg)
{
	if (!result)
		return EXIT_CLEAN;
	if (result == -ETIMEDOUT)
		return result;
	if (result == -EINTR)
		return judge_interrupted(new);
	if (somebody_else(new))
		return EXIT_UNCORRECTED;
	complain_refused(new, kmsg);
	return EXIT_OPERATION;
}

int dm_create(const struct dm_new *new)
{
	struct dm_task *task = new_task(DM_DEVICE_CREATE, new->name);
	uint16_t flags = new->low_links ? DM_UDEV_LOW_PRIORITY_FLAG : 0;
	struct kmsg kmsg;
	int status;

	if (!task || !fill(task, new)) {
		if (task)
			dm_task_destroy(task);
		return no_task(new->name);
	}
	kmsg_begin(&kmsg);
	status = judge(new, run_and_settle(task, flags, new->limit_ms), &kmsg);
	kmsg_end(&kmsg);
	dm_task_destroy(task);
	interrupt_release();
	return status;
}

int dm_remove(const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_REMOVE, name);
	struct dm_found found;
	int result;

	if (!task)
		return no_task(name);
	/* udev may briefly have it open to probe it. */
	dm_task_retry_remove(task);
	result = run_and_settle(task, 0, 0);
	dm_task_destroy(task);
	if (result == -EINTR && !dm_find(name, NULL, &found))
		result = 0;
	interrupt_release();
	if (result == -EBUSY)
		complain("%s is in use. Unmount what is on it, or remove the device above it.",
			 name);
	else if (result == -ENXIO)
		complain("There is no device %s.", name);
	else if (result)
		complain("%s cannot be removed: %s.", name,
			 result == -EINTR ? "interrupted" : dm_trouble_text());
	return result ? EXIT_OPERATION : EXIT_CLEAN;
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

/* An inactive table would come into force when the device is resumed. */
static bool is_waiting_for_table(struct dm_task *task)
{
	struct dm_info info;

	return !dm_task_get_info(task, &info) || info.inactive_table;
}

/* Runs in the helper process if the program was killed; then nothing waits for udev. */
static void run_again(void *context)
{
	dm_resume(context);
	dm_resume_end(context, false);
}

/*
 * This program or its swap space may be on the device, so between suspend and resume no page may
 * have to be read in.
 */
static int suspend_and_resume(const char *name, struct dm_task *suspend)
{
	struct dm_resume resume;
	struct resumer resumer;
	bool suspended, resumed;

	dm_resume_begin(&resume, name);
	if (resumer_start(&resumer, name, run_again, &resume)) {
		dm_resume_end(&resume, false);
		return EXIT_OPERATION;
	}
	interrupt_hold();
	mlockall(MCL_CURRENT | MCL_FUTURE);
	suspended = dm_task_run(suspend);
	resumed = suspended && dm_resume(&resume);
	resumer_end(&resumer);
	munlockall();
	if (!suspended)
		complain("%s cannot be suspended for a moment: %s.", name, dm_trouble_text());
	else if (!resumed)
		complain("%s stays suspended: %s. Resume it: \"dmsetup resume %s\".", name,
			 dm_trouble_text(), shell_word(name));
	dm_resume_end(&resume, resumed);
	interrupt_release();
	return resumed ? EXIT_CLEAN : EXIT_OPERATION;
}

int dm_drain(const char *name)
{
	struct dm_task *info = new_task(DM_DEVICE_INFO, name);
	struct dm_task *suspend = new_task(DM_DEVICE_SUSPEND, name);
	int status = EXIT_OPERATION;

	if (!info || !suspend || !dm_task_skip_lockfs(suspend) || !dm_task_run(info))
		no_task(name);
	else if (is_waiting_for_table(info))
		complain("%s has an inactive table loaded. Resume %s to use it, or drop it with \"dmsetup clear %s\".",
			 name, name, shell_word(name));
	else
		status = suspend_and_resume(name, suspend);
	if (info)
		dm_task_destroy(info);
	if (suspend)
		dm_task_destroy(suspend);
	return status;
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
