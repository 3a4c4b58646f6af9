// SPDX-License-Identifier: GPL-2.0
/*
 * Sets that are found: all, one by its name, or the one of a device that has come.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "disk/main-id.h"
#include "lib/encode.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/assemble.h"
#include "sets/gather.h"
#include "sets/new-device.h"

/* All devices are looked at, and what is ours is given to the module. */
static int look_everywhere(void)
{
	struct halves halves;
	int status = halves_read_all(&halves);

	if (!status)
		status = gather_all(&halves);
	halves_free(&halves);
	return status;
}

int assemble_known(const struct request *request)
{
	struct known_set *sets;
	int status = EXIT_CLEAN, nr = reassembly_sets(&sets), i;

	if (nr < 0)
		return EXIT_OPERATION;
	for (i = 0; i < nr; i++)
		status = exit_worst(status, assemble_set(request, &sets[i]));
	free(sets);
	if (nr || request->unattended)
		return status;
	if (request->wish.automatic)
		complain("There are no sets on the devices of this machine.");
	else
		complain("The module dm_remap_reassembly knows of no sets. Name one or its devices, or look at all devices with --all.");
	return status;
}

int assemble_all(const struct request *request)
{
	int status = look_everywhere();

	return exit_worst(status, assemble_known(request));
}

int assemble_find(struct known_set *set, const char *what)
{
	char name[ENCODED_NAME_SIZE] = "";
	struct known_set *sets;
	int nr = reassembly_sets(&sets), found = 0, i;

	if (nr < 0)
		return -1;
	if (strlen(what) < DM_REMAP_NAME_SIZE)
		text_encode(name, what);
	for (i = 0; i < nr; i++) {
		if (strcmp(sets[i].name, name) && strcasecmp(sets[i].uuid, what))
			continue;
		*set = sets[i];
		found++;
	}
	if (found > 1) {
		complain("There are %d sets called %s. Say which by its uuid:", found, what);
		for (i = 0; i < nr; i++)
			if (!strcmp(sets[i].name, name))
				complain("  %s (%s)", sets[i].uuid,
					 known_state_name(sets[i].state));
		found = -1;
	}
	free(sets);
	return found;
}

static int assemble_one(const struct request *request, const char *what)
{
	struct outcome outcome = {};
	struct active active;
	struct known_set set;
	int found, status;

	found = assemble_find(&set, what);
	if (!found || (found > 0 && set.state != KNOWN_COMPLETE && set.state != KNOWN_ACTIVE)) {
		status = look_everywhere();
		if (status)
			return status;
		found = assemble_find(&set, what);
	}
	if (found > 0)
		return assemble_set(request, &set);
	if (found < 0)
		return EXIT_OPERATION;
	if (active_find(&active, what) && active.live) {
		/* the module has not seen its halves */
		new_device_settle(active.name);
		outcome.was_active = true;
		outcome.set.state = KNOWN_ACTIVE;
		text_copy(outcome.set.name, active.name, sizeof(outcome.set.name));
		text_copy(outcome.set.uuid, active.uuid, sizeof(outcome.set.uuid));
		text_copy(outcome.device, active.name, sizeof(outcome.device));
		return assemble_report(request, &outcome);
	}
	complain("No device says that it is of a set %s. \"dmremap scan\" lists what there is.",
		 what);
	return EXIT_OPERATION;
}

int assemble_sets(const struct request *request, char **names)
{
	int status = EXIT_CLEAN;

	for (; *names; names++)
		status = exit_worst(status, assemble_one(request, *names));
	return status;
}

/* A half has come. */
static int half_came(const struct request *request, const struct half *half)
{
	struct known_set set;
	int status = reassembly_begin();

	if (!status)
		status = gather_give(half->dev.path);
	if (status || !reassembly_read(&set, half->uuid))
		return status;
	if (half->role == HALF_SPARE && set.state == KNOWN_WAITING_MAIN) {
		status = gather_main_of(half);
		if (!reassembly_read(&set, half->uuid))
			return status;
	}
	return exit_worst(status, assemble_set(request, &set));
}

/* Give the main of this set to the module, if this is it. */
static bool give_if_main(const struct known_set *set, const struct half *half, int *status)
{
	char path[BLOCKDEV_PATH_SIZE];
	struct blockdev dev, main;
	struct half spare;

	/* the module may have taken another one, for its size */
	if (set->state == KNOWN_ACTIVE || !blockdev_by_number(&dev, set->spare))
		return false;
	half_read(&spare, &dev);
	if (spare.role != HALF_SPARE || strcmp(spare.uuid, set->uuid) ||
	    spare.main_sectors != half->dev.sectors ||
	    !main_id_is_of(spare.main_id, half->dev.path))
		return false;
	if (!gather_find_main(&spare, &main, path) || strcmp(main.number, half->dev.number))
		text_copy(path, half->dev.path, BLOCKDEV_PATH_SIZE);
	*status = exit_worst(*status, gather_give(path));
	return true;
}

/* Some other device has come: a main without a label, or, nearly always, nothing of ours. */
static int other_came(const struct request *request, const struct half *half)
{
	struct known_set *sets, set;
	int status = EXIT_CLEAN, nr, i;

	if (!reassembly_there())
		return EXIT_CLEAN;
	nr = reassembly_sets(&sets);
	if (nr < 0)
		return EXIT_OPERATION;
	for (i = 0; i < nr; i++) {
		/* it was a half, and is none any more */
		if (!strcmp(sets[i].spare, half->dev.number))
			status = exit_worst(status, gather_give(half->dev.path));
		if (give_if_main(&sets[i], half, &status) &&
		    reassembly_read(&set, sets[i].uuid))
			status = exit_worst(status, assemble_set(request, &set));
	}
	free(sets);
	return status;
}

int assemble_incremental(const struct request *request, const char *path)
{
	struct blockdev dev;
	struct half half;
	int error = blockdev_by_path(&dev, path);

	if (error && request->unattended)
		return EXIT_CLEAN;
	if (error) {
		complain("%s cannot be used: %s.", path, strerror(-error));
		return EXIT_OPERATION;
	}
	if (!blockdev_listed(&dev))
		return EXIT_CLEAN;
	half_read(&half, &dev);
	if (half.role != HALF_NONE)
		return half_came(request, &half);
	if (!half.damaged)
		return other_came(request, &half);
	complain("%s was a half of a set and cannot be used: %s.", path, half.trouble);
	if (reassembly_there())
		gather_give(path);
	return EXIT_UNCORRECTED;
}
