// SPDX-License-Identifier: GPL-2.0
#include <libdevmapper.h>
#include <sys/sem.h>

#include "kernel/dm-resume.h"
#include "lib/interrupt.h"

void dm_resume_begin(struct dm_resume *resume, const char *name)
{
	*resume = (struct dm_resume) { .name = name };
	if (dm_udev_get_sync_support())
		dm_udev_create_cookie(&resume->cookie);
}

bool dm_resume(const struct dm_resume *resume)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_RESUME);
	uint32_t cookie = resume->cookie;
	bool done;

	/* the node exists already, so the library need not create it if udev does not */
	done = task && dm_task_set_name(task, resume->name) &&
	       (!cookie ||
		dm_task_set_cookie(task, &cookie, DM_UDEV_DISABLE_LIBRARY_FALLBACK)) &&
	       dm_task_run(task);
	if (task)
		dm_task_destroy(task);
	return done;
}

void dm_resume_end(struct dm_resume *resume, bool resumed)
{
	if (resume->cookie && resumed)
		dm_cookie_wait(resume->cookie);
	else
		dm_cookie_drop(resume->cookie);
	resume->cookie = 0;
}

void dm_cookie_wait(uint32_t cookie)
{
	/* an interruption would leave the cookie behind */
	interrupt_hold();
	dm_udev_wait(cookie);
	interrupt_release();
}

void dm_cookie_drop(uint32_t cookie)
{
	int id = cookie ? semget(cookie, 1, 0) : -1;

	if (id >= 0)
		semctl(id, 0, IPC_RMID);
}
