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
#include "sets/policy.h"
#include "sets/registry.h"

/* How long another process may take to create the device, in tenths of a second. */
#define PATIENCE	300

/* How often another process may start to create it and give up. */
#define ATTEMPTS	5

/* Names that are reserved in /dev/mapper, or empty. */
static bool is_fit(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..") && strcmp(name, "control") &&
	       strlen(name) < DM_REMAP_NAME_SIZE;
}

/* Choose the name stored on the medium, unless the set is foreign or another set has that name. */
static void choose_name(const struct activation_result *result, bool automatic,
			char name[ENCODED_NAME_SIZE])
{
	struct registered known, other;

	if (!is_fit(result->set.name))
		snprintf(name, ENCODED_NAME_SIZE, "dm-remap-%s", result->set.uuid);
	else if (result->foreign && policy_lists(result->set.uuid))
		name_for_listed(name, result->set.name, result->set.uuid);
	else if (result->foreign && automatic)
		name_for_guest(name, result->set.name, result->set.uuid);
	else if (result->foreign)
		name_for_foreign(name, result->set.name, result->set.uuid);
	else if (registry_find_name(&other, result->set.name, result->set.uuid) &&
		 registry_find(&known, result->set.uuid) && is_fit(known.name))
		text_copy(name, known.name, ENCODED_NAME_SIZE);
	else
		text_encode(name, result->set.name);
}

static bool refuse_name(struct activation_result *result, int status)
{
	result->status = status;
	return false;
}

/* For a main without label and spare: whether the known set with this name may be its own. */
static bool may_be_its(const struct activation_result *result, const struct registered *known)
{
	return !*result->set.uuid &&
	       (!result->foreign || !*known->main_id || !strcmp(known->main_id, "-"));
}

/* Refuse the name of another known set. */
static bool is_anothers(struct activation_result *result, const char *name, bool wanted)
{
	struct registered other;

	if (!(result->foreign || wanted) || !registry_find_name(&other, name, result->set.uuid) ||
	    may_be_its(result, &other))
		return false;
	snprintf(result->why, sizeof(result->why),
		 "%s is the name of set %s, which this host knows. Choose another name with --name.",
		 name, other.uuid);
	return true;
}

bool new_device_name(struct activation_result *result, const struct activation_request *activation)
{
	const char *wanted = activation->name;
	char number[BLOCKDEV_NUMBER_SIZE], name[ENCODED_NAME_SIZE];
	struct blockdev dev;

	if (!wanted)
		choose_name(result, activation->automatic, name);
	else if (strlen(wanted) >= DM_REMAP_NAME_SIZE)
		*name = 0;
	else
		text_encode(name, wanted);
	*result->device = 0;
	if (!is_fit(name) || (wanted && strchr(wanted, '/'))) {
		snprintf(result->why, sizeof(result->why),
			 "\"%.200s\" cannot be the name of a device.", wanted);
		return refuse_name(result, EXIT_USAGE);
	}
	if (is_anothers(result, name, wanted))
		return refuse_name(result, EXIT_OPERATION);
	if (active_name_taken(name, number)) {
		snprintf(result->why, sizeof(result->why),
			 "Set %s is not activated: another device has the name %s (%s). Give the set a name with --name, or rename the other device: \"dmsetup rename\".",
			 result->set.uuid, name, blockdev_name(&dev, number));
		return refuse_name(result, EXIT_OPERATION);
	}
	text_copy(result->device, name, sizeof(result->device));
	return true;
}

bool new_device_free(struct activation_result *result, const struct blockdev *half,
		     enum half_role role)
{
	char users[USERS_SIZE];

	if (!users_describe(half, users))
		return true;
	snprintf(result->why, sizeof(result->why), "%.500s: its %s %.400s is in use: %.900s.",
		 result->set.name, half_role_name(role), half->path, users);
	result->status = EXIT_OPERATION;
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

static void take(struct activation_result *result, const struct dm_found *found, bool was_active)
{
	snprintf(result->device, sizeof(result->device), "%s", found->name);
	snprintf(result->number, sizeof(result->number), "%u:%u", found->major, found->minor);
	result->was_active = was_active;
	result->status = EXIT_CLEAN;
	*result->why = 0;
	if (was_active)
		new_device_settle(found->name);
}

bool new_device_other(struct activation_result *result)
{
	char uuid[DM_TEXT_SIZE];
	struct dm_found found;

	snprintf(uuid, sizeof(uuid), DM_UUID_PREFIX "%s", result->set.uuid);
	if (wait_for_other(uuid, &found) <= 0)
		return false;
	take(result, &found, true);
	return true;
}

/*
 * The set becomes active when its disks have answered; a caller with a time limit does not wait for
 * that.
 */
static void is_slow(struct activation_result *result, const char *name)
{
	struct blockdev spare;

	snprintf(result->why, sizeof(result->why),
		 "waiting: %s: its spare %.400s answers slowly. It is activated when the disk has answered; nothing waits for it.",
		 name, blockdev_by_number(&spare, result->set.spare) ? spare.path :
		 result->set.spare);
	result->status = EXIT_UNCORRECTED;
}

void new_device_make(struct activation_result *result, const struct dm_new *new)
{
	int attempt, status = EXIT_UNCORRECTED, there;
	char name[ENCODED_NAME_SIZE];
	struct dm_new named = *new;
	struct dm_found found;

	text_copy(name, result->device, sizeof(name));
	named.name = name;
	*result->device = 0;
	for (attempt = 0; attempt < ATTEMPTS && status == EXIT_UNCORRECTED; attempt++) {
		status = dm_create(&named);
		if (status == -ETIMEDOUT)
			return is_slow(result, name);
		if (status == EXIT_OPERATION)
			break;
		there = wait_for_other(new->uuid, &found);
		if (there > 0)
			return take(result, &found, status == EXIT_UNCORRECTED);
		if (there < 0)
			break;
	}
	result->status = EXIT_OPERATION;
	if (status == EXIT_UNCORRECTED)
		snprintf(result->why, sizeof(result->why),
			 "%s: another process has started to create its device, but does not finish. \"dmsetup info -c\" shows it, \"dmsetup remove\" removes it.",
			 name);
}
