// SPDX-License-Identifier: GPL-2.0
#include <libdevmapper.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/dm-switch.h"
#include "kernel/kmsg.h"
#include "kernel/resumer.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/message.h"

/* The error, to print after I/O has resumed. */
enum fault { FAULT_NONE, FAULT_SUSPEND, FAULT_PAUSED, FAULT_LOAD, FAULT_RESUME, FAULT_STUCK };

static struct dm_task *make_task(int type, const char *name)
{
	struct dm_task *task = dm_task_create(type);

	if (!task || !dm_task_set_name(task, name))
		no_memory();
	return task;
}

static bool run(int type, const char *name)
{
	struct dm_task *task = make_task(type, name);
	uint32_t cookie = 0;
	bool done;

	/* the device is there all the time: there is no node to wait for */
	if (type == DM_DEVICE_RESUME && dm_udev_get_sync_support())
		dm_task_set_cookie(task, &cookie, DM_UDEV_DISABLE_LIBRARY_FALLBACK);
	if (type == DM_DEVICE_SUSPEND)
		dm_task_skip_lockfs(task);
	done = dm_task_run(task);
	dm_task_destroy(task);
	if (cookie)
		dm_udev_complete(cookie);
	return done;
}

static bool load(const char *name, uint64_t sectors, const char *target, const char *params)
{
	struct dm_task *task = make_task(DM_DEVICE_RELOAD, name);
	bool done = dm_task_add_target(task, 0, sectors, target, params) && dm_task_run(task);

	dm_task_destroy(task);
	return done;
}

/* The kernel has destroyed the table that was in force, if it has refused the new one. */
static enum fault go_back(const struct dm_switch *sw, const struct dm_table *old,
			  enum fault fault)
{
	run(DM_DEVICE_CLEAR, sw->name);
	if (fault == FAULT_RESUME && !load(sw->name, old->sectors, old->target, old->params))
		return FAULT_STUCK;
	return run(DM_DEVICE_RESUME, sw->name) ? fault : FAULT_STUCK;
}

/* The two tables of a device whose program was killed while it was suspended. */
struct forsaken {
	const struct dm_switch *sw;
	const struct dm_table *old;
};

/* Before the new table is loaded that is the old one; a table that is refused is not kept. */
static void bring_back(void *context)
{
	const struct forsaken *forsaken = context;

	if (!run(DM_DEVICE_RESUME, forsaken->sw->name))
		go_back(forsaken->sw, forsaken->old, FAULT_RESUME);
}

static enum fault change(struct dm_switch *sw, const struct dm_table *old, int *status)
{
	enum fault fault = FAULT_NONE;

	if (!run(DM_DEVICE_SUSPEND, sw->name))
		return FAULT_SUSPEND;
	if (sw->paused)
		*status = sw->paused(sw->context);
	if (*status)
		fault = FAULT_PAUSED;
	else if (!load(sw->name, sw->sectors, sw->target, sw->params))
		fault = FAULT_LOAD;
	else if (!run(DM_DEVICE_RESUME, sw->name))
		fault = FAULT_RESUME;
	return fault ? go_back(sw, old, fault) : fault;
}

static void say(const struct dm_switch *sw, enum fault fault, struct kmsg *kmsg)
{
	char why[256];

	if (fault == FAULT_STUCK)
		complain("%s stays suspended: %s. \"dmsetup table %s\" and the kernel log tell more; \"dmsetup resume %s\" resumes it.",
			 sw->name, dm_trouble_text(), sw->name, sw->name);
	else if (fault == FAULT_SUSPEND)
		complain("%s cannot be suspended: %s.", sw->name, dm_trouble_text());
	else if (fault != FAULT_PAUSED && kmsg_find(kmsg, sw->target, why, sizeof(why)))
		complain("%s goes on as it was; the kernel refuses its new table: %s", sw->name,
			 why);
	else if (fault != FAULT_PAUSED)
		complain("%s goes on as it was; the kernel refuses its new table: %s. The kernel log may say more.",
			 sw->name, dm_trouble_text());
}

int dm_switch(struct dm_switch *sw)
{
	struct dm_table old;
	const struct forsaken forsaken = { .sw = sw, .old = &old };
	struct resumer resumer;
	enum fault fault;
	struct kmsg kmsg;
	int status;

	if (dm_table(sw->name, &old) <= 0 || old.suspended) {
		complain("%s is not there, or is suspended: \"dmsetup resume %s\".", sw->name,
			 sw->name);
		return EXIT_OPERATION;
	}
	dm_trouble_begin();
	status = resumer_start(&resumer, sw->name, bring_back, (void *)&forsaken);
	if (status)
		return status;
	kmsg_begin(&kmsg);
	interrupt_hold();
	mlockall(MCL_CURRENT | MCL_FUTURE);
	sw->paused_ns = clock_ns();
	fault = change(sw, &old, &status);
	sw->paused_ns = clock_ns() - sw->paused_ns;
	resumer_end(&resumer);
	munlockall();
	if (fault)
		say(sw, fault, &kmsg);
	kmsg_end(&kmsg);
	interrupt_release();
	return fault && !status ? EXIT_OPERATION : status;
}
