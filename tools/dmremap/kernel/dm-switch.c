// SPDX-License-Identifier: GPL-2.0
#include <libdevmapper.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/dm-resume.h"
#include "kernel/dm-switch.h"
#include "kernel/kmsg.h"
#include "kernel/resumer.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/shell-word.h"

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
	bool done;

	if (type == DM_DEVICE_SUSPEND)
		dm_task_skip_lockfs(task);
	done = dm_task_run(task);
	dm_task_destroy(task);
	return done;
}

static bool load(const char *name, uint64_t sectors, const char *target, const char *params)
{
	struct dm_task *task = make_task(DM_DEVICE_RELOAD, name);
	bool done = dm_task_add_target(task, 0, sectors, target, params) && dm_task_run(task);

	dm_task_destroy(task);
	return done;
}

/*
 * A device whose table is being changed, with everything that is needed if the program is killed.
 */
struct table_change {
	struct dm_switch *sw;
	struct dm_table old;
	struct dm_resume resume;
};

/* If the kernel refuses the new table on resume, the old one is already gone: load it again. */
static enum fault go_back(const struct table_change *change, enum fault fault)
{
	const struct dm_table *old = &change->old;
	const char *name = change->sw->name;

	run(DM_DEVICE_CLEAR, name);
	if (fault == FAULT_RESUME && !load(name, old->sectors, old->target, old->params))
		return FAULT_STUCK;
	return dm_resume(&change->resume) ? fault : FAULT_STUCK;
}

/*
 * The program was killed. If the new table was not loaded yet, resuming brings the old one back
 * into force; if the kernel refuses the new table, the old one is loaded again.
 */
static void bring_back(void *context)
{
	struct table_change *change = context;

	if (!dm_resume(&change->resume))
		go_back(change, FAULT_RESUME);
	dm_resume_end(&change->resume, false);
}

static enum fault carry_out(const struct table_change *change, int *status)
{
	struct dm_switch *sw = change->sw;
	enum fault fault = FAULT_NONE;

	if (!run(DM_DEVICE_SUSPEND, sw->name))
		return FAULT_SUSPEND;
	if (sw->paused)
		*status = sw->paused(sw->context);
	if (*status)
		fault = FAULT_PAUSED;
	else if (!load(sw->name, sw->sectors, sw->target, sw->params))
		fault = FAULT_LOAD;
	else if (!dm_resume(&change->resume))
		fault = FAULT_RESUME;
	return fault ? go_back(change, fault) : fault;
}

static void say(const struct dm_switch *sw, enum fault fault, struct kmsg *kmsg)
{
	char why[256];

	if (fault == FAULT_STUCK)
		complain("%s stays suspended: %s. \"dmsetup table %s\" and the kernel log tell more; \"dmsetup resume %s\" resumes it.",
			 sw->name, dm_trouble_text(), shell_word(sw->name), shell_word(sw->name));
	else if (fault == FAULT_SUSPEND)
		complain("%s cannot be suspended: %s.", sw->name, dm_trouble_text());
	else if (fault != FAULT_PAUSED && kmsg_find(kmsg, sw->target, why, sizeof(why)))
		complain("%s goes on as it was; the kernel refuses its new table: %s", sw->name,
			 why);
	else if (fault != FAULT_PAUSED)
		complain("%s goes on as it was; the kernel refuses its new table: %s. The kernel log may say more.",
			 sw->name, dm_trouble_text());
}

/* Between suspend and resume this program must not page anything in from the device. */
static enum fault carry_out_locked(const struct table_change *change, int *status)
{
	struct dm_switch *sw = change->sw;
	enum fault fault;

	mlockall(MCL_CURRENT | MCL_FUTURE);
	sw->paused_ns = clock_ns();
	fault = carry_out(change, status);
	sw->paused_ns = clock_ns() - sw->paused_ns;
	return fault;
}

int dm_switch(struct dm_switch *sw)
{
	struct table_change change = { .sw = sw };
	struct resumer resumer;
	enum fault fault;
	struct kmsg kmsg;
	int status;

	if (dm_table(sw->name, &change.old) <= 0 || change.old.suspended) {
		complain("%s is not there, or is suspended: \"dmsetup resume %s\".", sw->name,
			 shell_word(sw->name));
		return EXIT_OPERATION;
	}
	dm_trouble_begin();
	dm_resume_begin(&change.resume, sw->name);
	status = resumer_start(&resumer, sw->name, bring_back, &change);
	if (status) {
		dm_resume_end(&change.resume, false);
		return status;
	}
	kmsg_begin(&kmsg);
	interrupt_hold();
	fault = carry_out_locked(&change, &status);
	resumer_end(&resumer);
	munlockall();
	if (fault)
		say(sw, fault, &kmsg);
	kmsg_end(&kmsg);
	dm_resume_end(&change.resume, fault != FAULT_SUSPEND && fault != FAULT_STUCK);
	interrupt_release();
	return fault && !status ? EXIT_OPERATION : status;
}
