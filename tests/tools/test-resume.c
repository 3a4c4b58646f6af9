// SPDX-License-Identifier: GPL-2.0
/*
 * How dmremap suspends and resumes a device: whatever fails in between, the device is not left
 * suspended, each resume tells udev to keep the links, and no semaphore is left behind.  The
 * kernel, udev and libdevmapper's cookies are replaced below.
 */
#include <errno.h>
#include <libdevmapper.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/dm.h"
#include "kernel/dm-switch.h"

struct dm_task {
	int type;
	uint32_t cookie;
};

/* The device, in memory shared with the process that resumes it if the program is killed. */
static struct {
	int suspended, loaded, cookies, waits, bare_resumes;
	int fail;		/* the type of task that fails, ... */
	int times;		/* ... and how many times */
	uint32_t key;
} *dev;

static int sem(void)
{
	return semget(dev->key, 1, 0600);
}

static int add(int n)
{
	struct sembuf op = { .sem_op = n, .sem_flg = IPC_NOWAIT };

	return semop(sem(), &op, 1);
}

int dm_udev_get_sync_support(void)
{
	return 1;
}

int dm_udev_create_cookie(uint32_t *cookie)
{
	dev->key = *cookie = 0xd4d0000 | (getpid() & 0xffff);
	dev->cookies++;
	return semget(*cookie, 1, IPC_CREAT | 0600) >= 0 && !semctl(sem(), 0, SETVAL, 1);
}

int dm_task_set_cookie(struct dm_task *task, uint32_t *cookie, uint16_t flags)
{
	if (!*cookie && !dm_udev_create_cookie(cookie))
		return 0;
	task->cookie = flags == DM_UDEV_DISABLE_LIBRARY_FALLBACK ? *cookie : 0;
	return !add(1);
}

int dm_udev_complete(uint32_t cookie)
{
	return cookie && !add(-1);
}

/* udev has already finished. */
int dm_udev_wait(uint32_t cookie)
{
	dev->waits++;
	if (!cookie || add(-1) || semctl(sem(), 0, GETVAL))
		abort();
	return !semctl(sem(), 0, IPC_RMID);
}

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
	(void)task;
	return !strcmp(name, "safe");
}

int dm_task_skip_lockfs(struct dm_task *task)
{
	return task->type == DM_DEVICE_SUSPEND;
}

int dm_task_add_target(struct dm_task *task, uint64_t start, uint64_t size, const char *type,
		       const char *params)
{
	(void)start;
	(void)size;
	(void)params;
	return task->type == DM_DEVICE_RELOAD && *type;
}

int dm_task_get_errno(struct dm_task *task)
{
	return task->type ? EIO : 0;
}

int dm_task_get_info(struct dm_task *task, struct dm_info *info)
{
	(void)task;
	*info = (struct dm_info) { .exists = 1, .suspended = dev->suspended };
	return 1;
}

void *dm_get_next_target(struct dm_task *task, void *next, uint64_t *start, uint64_t *length,
			 char **type, char **params)
{
	(void)task;
	(void)next;
	*start = 0;
	*length = 8;
	*type = "remap";
	*params = "old";
	return NULL;
}

static void resume(struct dm_task *task)
{
	dev->suspended = 0;
	if (!task->cookie)
		dev->bare_resumes++;
	dm_udev_complete(task->cookie);
}

int dm_task_run(struct dm_task *task)
{
	if (task->type == dev->fail && dev->times-- > 0) {
		dm_udev_complete(task->cookie);
		return 0;
	}
	if (task->type == DM_DEVICE_SUSPEND)
		dev->suspended = 1;
	if (task->type == DM_DEVICE_RELOAD)
		dev->loaded++;
	if (task->type == DM_DEVICE_RESUME)
		resume(task);
	return 1;
}

/* --- the operations --------------------------------------------------------------- */

static int fine(void *context)
{
	(void)context;
	return dev->suspended ? EXIT_CLEAN : EXIT_OPERATION;
}

static int refuse(void *context)
{
	(void)context;
	return EXIT_UNCORRECTED;
}

static int die(void *context)
{
	(void)context;
	return kill(getpid(), SIGKILL);
}

static int change(int (*paused)(void *context))
{
	struct dm_switch sw = {
		.name = "safe", .target = "remap", .params = "new", .sectors = 8, .paused = paused,
	};

	return dm_switch(&sw);
}

static int drain(int (*paused)(void *context))
{
	(void)paused;
	return dm_drain("safe");
}

static const struct {
	const char *what;
	int (*run)(int (*paused)(void *context));
	int (*paused)(void *context);
	int fail, times, status, suspended, waits;
} cases[] = {
	{ "a new table", change, fine, 0, 0, EXIT_CLEAN, 0, 1 },
	{ "no suspend", change, fine, DM_DEVICE_SUSPEND, 1, EXIT_OPERATION, 0, 0 },
	{ "what is done in the pause fails", change, refuse, 0, 0, EXIT_UNCORRECTED, 0, 1 },
	{ "no load", change, fine, DM_DEVICE_RELOAD, 1, EXIT_OPERATION, 0, 1 },
	{ "the table is refused", change, fine, DM_DEVICE_RESUME, 1, EXIT_OPERATION, 0, 1 },
	{ "no table is taken", change, fine, DM_DEVICE_RESUME, 9, EXIT_OPERATION, 1, 0 },
	{ "killed in the pause", change, die, 0, 0, -SIGKILL, 0, 0 },
	{ "drained", drain, NULL, 0, 0, EXIT_CLEAN, 0, 1 },
	{ "not drained", drain, NULL, DM_DEVICE_SUSPEND, 1, EXIT_OPERATION, 0, 0 },
	{ "not resumed", drain, NULL, DM_DEVICE_RESUME, 9, EXIT_OPERATION, 1, 0 },
};

static int run(unsigned int i)
{
	int status, tries;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		dev->fail = cases[i].fail;
		dev->times = cases[i].times;
		exit(cases[i].run(cases[i].paused));
	}
	waitpid(pid, &status, 0);
	/* wait for the process that resumes the device instead */
	for (tries = 0; WIFSIGNALED(status) && sem() >= 0 && tries < 100; tries++)
		usleep(100000);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int main(void)
{
	unsigned int i, failed = 0;
	bool left;
	int status;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dev = mmap(NULL, sizeof(*dev), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
		status = run(i);
		left = sem() >= 0;
		if (status == cases[i].status && dev->suspended == cases[i].suspended &&
		    dev->cookies == 1 && !left && dev->waits == cases[i].waits &&
		    !dev->bare_resumes)
			continue;
		failed++;
		printf("%s: status %d, suspended %d, %d cookies, %d semaphores left, waited %d times, %d resumes without a cookie\n",
		       cases[i].what, status, dev->suspended, dev->cookies,
		       left, dev->waits, dev->bare_resumes);
	}
	return !!failed;
}
