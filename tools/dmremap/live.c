// SPDX-License-Identifier: GPL-2.0
#include <blkid.h>
#include <errno.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "live.h"
#include "command.h"
#include "devices.h"
#include "dm.h"
#include "message.h"
#include "uuid.h"

static bool take_node(dev_t nr, char *path)
{
	char *name = blkid_devno_to_devname(nr);

	if (!name) {
		complain("There is no node in /dev for device %u:%u.", major(nr), minor(nr));
		return false;
	}
	snprintf(path, PATH_MAX, "%s", name);
	free(name);
	return true;
}

/* "MAJOR:MINOR START MAJOR:MINOR ...", as the kernel prints it. */
static bool take_table(struct live *set, const char *params)
{
	unsigned long long start;
	unsigned int maj, min;

	if (sscanf(params, "%u:%u %llu", &maj, &min, &start) != 3)
		return false;
	set->main_start = start;
	set->main_nr = makedev(maj, min);
	return true;
}

static int ask(struct live *set, struct dm_task *task, const char *name)
{
	char *type = NULL, *params = NULL;
	struct dm_info info;
	uint64_t start;

	if (!task || !dm_task_set_name(task, name) || !dm_task_run(task) ||
	    !dm_task_get_info(task, &info)) {
		if (task && dm_task_get_errno(task) == ENXIO)
			complain_gone(name);
		else
			complain("%s: device-mapper does not answer: %s.", name,
				 dm_trouble_text());
		return EXIT_OPERATION;
	}
	if (!info.exists) {
		complain_gone(name);
		return EXIT_OPERATION;
	}
	dm_get_next_target(task, NULL, &start, &set->sectors, &type, &params);
	if (!type || strcmp(type, "remap") || !take_table(set, params)) {
		complain("%s is not a dm-remap device.", name);
		return EXIT_OPERATION;
	}
	set->suspended = info.suspended;
	return take_node(makedev(info.major, info.minor), set->node) &&
	       take_node(set->main_nr, set->main) ? EXIT_CLEAN : EXIT_OPERATION;
}

int live_find(struct live *set, const char *name)
{
	enum sample_result result;
	struct dm_task *task;
	int status;

	*set = (struct live) {};
	if (!device_name_valid(name))
		return EXIT_USAGE;
	dm_trouble_begin();
	task = dm_task_create(DM_DEVICE_TABLE);
	status = ask(set, task, name);
	if (task)
		dm_task_destroy(task);
	if (status)
		return status;
	result = sample_take(&set->sample, name);
	if (result == SAMPLE_GONE)
		complain_gone(name);
	if (result)
		return EXIT_OPERATION;
	set->block_size = set->sample.number[NUMBER_BLOCK_SIZE];
	if (!uuid_from_text(set->sample.uuid, set->uuid)) {
		complain("%s has no UUID that can be understood: \"%s\".", name, set->sample.uuid);
		return EXIT_OPERATION;
	}
	return EXIT_CLEAN;
}
