// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libdevmapper.h>

#include "kernel/dm.h"
#include "kernel/dm-rename.h"
#include "kernel/dm-resume.h"
#include "lib/interrupt.h"
#include "lib/message.h"

static int run(struct dm_task *task, const char *name, const char *new_name)
{
	uint32_t cookie = 0;
	int done;

	if (!dm_task_set_name(task, name) || !dm_task_set_newname(task, new_name))
		return 0;
	interrupt_hold();
	done = dm_task_set_cookie(task, &cookie, 0) && dm_task_run(task);
	dm_cookie_wait(cookie);
	dm_task_update_nodes();
	interrupt_release();
	return done;
}

int dm_rename(const char *name, const char *new_name)
{
	struct dm_task *task;
	int done, error;

	dm_trouble_begin();
	task = dm_task_create(DM_DEVICE_RENAME);
	if (!task)
		no_memory();
	done = run(task, name, new_name);
	error = done ? 0 : dm_task_get_errno(task);
	dm_task_destroy(task);
	if (error == EBUSY)
		complain("There is a device %s already.", new_name);
	else if (error == ENXIO)
		complain("There is no device %s.", name);
	else if (!done)
		complain("%s cannot be renamed: %s.", name, dm_trouble_text());
	return done ? EXIT_CLEAN : EXIT_OPERATION;
}
