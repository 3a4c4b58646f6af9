// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: libdevmapper without any devices, in which neither the creation nor the removal
 * of one ever ends, as with a disk that does not answer.
 *
 *	SLOW_DM=FILE	takes "PID KEY" of the waiting process; KEY is that of its cookie
 */
#include <dlfcn.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

static struct dm_task *slow;

struct dm_task *dm_task_create(int type)
{
	struct dm_task *(*real)(int type) = dlsym(RTLD_NEXT, "dm_task_create");

	struct dm_task *task = real(type);

	if (type == DM_DEVICE_CREATE || type == DM_DEVICE_REMOVE)
		slow = task;
	return task;
}

/* Another task may have its address next. */
void dm_task_destroy(struct dm_task *task)
{
	void (*real)(struct dm_task *task) = dlsym(RTLD_NEXT, "dm_task_destroy");

	if (task == slow)
		slow = NULL;
	real(task);
}

int dm_task_set_cookie(struct dm_task *task, uint32_t *cookie, uint16_t flags)
{
	FILE *file = fopen(getenv("SLOW_DM"), "w");

	(void)task;
	(void)flags;
	*cookie = 0xd4d0000 | (getpid() & 0xffff);
	if (!file || semget(*cookie, 1, IPC_CREAT | 0600) < 0)
		abort();
	fprintf(file, "%d 0x%08x\n", getpid(), *cookie);
	fclose(file);
	return 1;
}

int dm_task_run(struct dm_task *task)
{
	while (slow && task == slow)
		pause();
	return 1;
}

int dm_task_get_info(struct dm_task *task, struct dm_info *info)
{
	(void)task;
	*info = (struct dm_info) {};
	return 1;
}
