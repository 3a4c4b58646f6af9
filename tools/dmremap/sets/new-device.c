// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel/users.h"
#include "lib/encode.h"
#include "lib/exit.h"
#include "lib/util.h"
#include "sets/active.h"
#include "sets/names.h"
#include "sets/new-device.h"
#include "sets/registry.h"

/* How long somebody else may take to make the device, in tenths of a second. */
#define PATIENCE	300

/* How often another process may begin and give up. */
#define ATTEMPTS	5

/* Names that in /dev/mapper would be device-mapper's own, or empty. */
static bool is_fit(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..") && strcmp(name, "control") &&
	       strlen(name) < DM_REMAP_NAME_SIZE;
}

/* The name on the medium: a known set has it, unless another device does. */
static void choose_name(const struct outcome *outcome, char name[ENCODED_NAME_SIZE])
{
	struct registered known, other;

	if (!is_fit(outcome->set.name))
		snprintf(name, ENCODED_NAME_SIZE, "dm-remap-%s", outcome->set.uuid);
	else if (outcome->foreign)
		name_for_foreign(name, outcome->set.name, outcome->set.uuid);
	else if (registry_find_name(&other, outcome->set.name, outcome->set.uuid) &&
		 registry_find(&known, outcome->set.uuid) && is_fit(known.name))
		text_copy(name, known.name, ENCODED_NAME_SIZE);
	else
		text_encode(name, outcome->set.name);
}

static bool refuse_name(struct outcome *outcome, int status)
{
	outcome->status = status;
	return false;
}

/* Nobody gives a set, let alone a foreign one, the name of another one of ours by mistake. */
static bool is_anothers(struct outcome *outcome, const char *name, bool wanted)
{
	struct registered other;

	if (!(outcome->foreign || wanted) || !registry_find_name(&other, name, outcome->set.uuid))
		return false;
	snprintf(outcome->why, sizeof(outcome->why),
		 "%s is the name of set %s, which this host knows. Give what you name another one with --name.",
		 name, other.uuid);
	return true;
}

bool new_device_name(struct outcome *outcome, const char *wanted)
{
	char number[BLOCKDEV_NUMBER_SIZE], name[ENCODED_NAME_SIZE];
	struct blockdev dev;

	if (!wanted)
		choose_name(outcome, name);
	else if (strlen(wanted) >= DM_REMAP_NAME_SIZE)
		*name = 0;
	else
		text_encode(name, wanted);
	*outcome->device = 0;
	if (!is_fit(name) || (wanted && strchr(wanted, '/'))) {
		snprintf(outcome->why, sizeof(outcome->why),
			 "\"%.200s\" cannot be the name of a device.", wanted);
		return refuse_name(outcome, EXIT_USAGE);
	}
	if (is_anothers(outcome, name, wanted))
		return refuse_name(outcome, EXIT_OPERATION);
	if (active_name_taken(name, number)) {
		snprintf(outcome->why, sizeof(outcome->why),
			 "Set %s is not activated: there is another device that is called %s (%s). Give the set a name with --name, or rename the other one: \"dmsetup rename\".",
			 outcome->set.uuid, name, blockdev_name(&dev, number));
		return refuse_name(outcome, EXIT_OPERATION);
	}
	text_copy(outcome->device, name, sizeof(outcome->device));
	return true;
}

bool new_device_free(struct outcome *outcome, const struct blockdev *half, enum half_role role)
{
	char users[USERS_SIZE];

	if (!users_describe(half, users))
		return true;
	snprintf(outcome->why, sizeof(outcome->why), "%.500s: its %s %.400s is in use: %.900s.",
		 outcome->set.name, half_role_name(role), half->path, users);
	outcome->status = EXIT_OPERATION;
	return false;
}

static void wait_a_moment(void)
{
	struct timespec tenth = { .tv_nsec = 100000000 };

	nanosleep(&tenth, NULL);
}

/* Return: 1 if another process made the device, 0 if none did, -1 on time-out. */
static int wait_for_other(const char *uuid, struct dm_found *found)
{
	int i, there;

	for (i = 0; i < PATIENCE; i++) {
		there = dm_find(NULL, uuid, found);
		if (there <= 0)
			return there;
		if (found->live)
			return 1;
		wait_a_moment();
	}
	return -1;
}

void new_device_settle(const char *name)
{
	int i;

	for (i = 0; i < PATIENCE && !active_has_node(name); i++)
		wait_a_moment();
}

static void take(struct outcome *outcome, const struct dm_found *found, bool was_active)
{
	snprintf(outcome->device, sizeof(outcome->device), "%s", found->name);
	snprintf(outcome->number, sizeof(outcome->number), "%u:%u", found->major, found->minor);
	outcome->was_active = was_active;
	outcome->status = EXIT_CLEAN;
	*outcome->why = 0;
	if (was_active)
		new_device_settle(found->name);
}

bool new_device_other(struct outcome *outcome)
{
	char uuid[DM_TEXT_SIZE];
	struct dm_found found;

	snprintf(uuid, sizeof(uuid), DM_UUID_PREFIX "%s", outcome->set.uuid);
	if (wait_for_other(uuid, &found) <= 0)
		return false;
	take(outcome, &found, true);
	return true;
}

/* The set is activated when its disks have answered; a caller with a time limit does not wait. */
static void is_slow(struct outcome *outcome, const char *name)
{
	struct blockdev spare;

	snprintf(outcome->why, sizeof(outcome->why),
		 "waiting: %s: its spare %.400s answers slowly. It is activated when the disk has answered; nothing waits for it.",
		 name, blockdev_by_number(&spare, outcome->set.spare) ? spare.path :
		 outcome->set.spare);
	outcome->status = EXIT_UNCORRECTED;
}

void new_device_make(struct outcome *outcome, const struct dm_new *new)
{
	int attempt, status = EXIT_UNCORRECTED, there;
	char name[ENCODED_NAME_SIZE];
	struct dm_new named = *new;
	struct dm_found found;

	text_copy(name, outcome->device, sizeof(name));
	named.name = name;
	*outcome->device = 0;
	for (attempt = 0; attempt < ATTEMPTS && status == EXIT_UNCORRECTED; attempt++) {
		status = dm_create(&named);
		if (status == -ETIMEDOUT)
			return is_slow(outcome, name);
		if (status == EXIT_OPERATION)
			break;
		there = wait_for_other(new->uuid, &found);
		if (there > 0)
			return take(outcome, &found, status == EXIT_UNCORRECTED);
		if (there < 0)
			break;
	}
	outcome->status = EXIT_OPERATION;
	if (status == EXIT_UNCORRECTED)
		snprintf(outcome->why, sizeof(outcome->why),
			 "%s: somebody else has begun to make its device, and does not finish. \"dmsetup info -c\" shows it, \"dmsetup remove\" removes it.",
			 name);
}
