// SPDX-License-Identifier: GPL-2.0
/*
 * Assembles all sets, or a set by its name.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernel/names.h"
#include "lib/encode.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/assemble.h"
#include "sets/gather.h"
#include "sets/identity.h"
#include "sets/new-device.h"
#include "sets/policy.h"
#include "sets/registry.h"
#include "sets/remember.h"
#include "sets/stopped.h"

/* Examine all devices, and offer the wanted ones to the module. */
static int look_everywhere(bool (*wanted)(const struct half *half))
{
	struct halves halves;
	int status = halves_read_all(&halves);

	if (!status)
		status = gather_all(&halves, wanted);
	halves_free(&halves);
	return status;
}

/* The module may still know the set of a damaged half. */
static bool is_registered(const struct half *half)
{
	struct registered set;

	return half->damaged || registry_find(&set, half->uuid);
}

static bool is_known(const struct known_set *set)
{
	struct registered known;

	return registry_find(&known, set->uuid);
}

static bool answers(struct half *half, const char *number, bool *slow)
{
	struct blockdev dev;

	if (!blockdev_by_number(&dev, number))
		return false;
	half_read_again(half, &dev);
	*slow = half->error == -ETIMEDOUT;
	return !half->error;
}

/*
 * Whether the halves themselves show that they are a pair, and the policy allows such a pair.
 * *@slow is set if one of them does not answer.
 */
static bool is_sealed_pair(const struct known_set *set, bool *slow)
{
	struct half half = {}, main = {};

	return answers(&main, set->main, slow) && main.role == HALF_MAIN &&
	       answers(&half, set->spare, slow) && identity_is_label_of(&half, &main) &&
	       policy_allows(&half);
}

bool assemble_is_allowed(const struct known_set *set)
{
	struct half half = {};
	bool slow = false;

	/* A set that is listed may wait for a half, as one of ours. */
	if (is_known(set) || (policy_mode() != POLICY_SEALED &&
			      !(policy_lists(set->uuid) && set->state == KNOWN_COMPLETE))) {
		text_copy(half.uuid, set->uuid, sizeof(half.uuid));
		return policy_allows(&half);
	}
	if (is_sealed_pair(set, &slow))
		return true;
	if (policy_lists(set->uuid) && slow)
		complain("Set %s is not activated yet: this host does not know it, and one of its disks answers slowly.",
			 set->uuid);
	else if (policy_lists(set->uuid))
		complain("Set %s is not activated: this host does not know it, and its main has no label that shows that it belongs to the spare. Type \"dmremap assemble %s\".",
			 set->uuid, set->uuid);
	return false;
}

int assemble_refused(const struct known_set *set)
{
	return policy_lists(set->uuid) && set->state == KNOWN_COMPLETE ? EXIT_UNCORRECTED :
									 EXIT_CLEAN;
}

static void tell_of_foreign(int foreign)
{
	if (foreign)
		complain("%d %s here that this host does not know. \"dmremap scan\" shows %s, with the command for each.",
			 foreign, foreign == 1 ? "set is" : "sets are",
			 foreign == 1 ? "it" : "them");
}

/* Sets that this host knows come first, so that they get their names. */
static int assemble_list(const struct request *request, const struct known_set *sets, int nr)
{
	int status = EXIT_CLEAN, foreign = 0, pass, i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < nr; i++) {
			if (is_known(&sets[i]) == !!pass)
				continue;
			if (request->unattended && stopped_is(sets[i].uuid))
				continue;
			if (request->unattended ? assemble_is_allowed(&sets[i]) : !pass)
				status = exit_worst(status, assemble_set(request, &sets[i]));
			else if (request->unattended)
				status = exit_worst(status, assemble_refused(&sets[i]));
			else
				foreign += pass && sets[i].state != KNOWN_ACTIVE;
		}
	}
	if (!request->unattended)
		tell_of_foreign(foreign);
	return status;
}

int assemble_known(const struct request *request)
{
	struct known_set *sets;
	int status, nr = reassembly_sets(&sets);

	if (nr < 0)
		return EXIT_OPERATION;
	status = assemble_list(request, sets, nr);
	free(sets);
	if (nr || request->unattended)
		return status;
	if (request->activation.automatic)
		complain("No device is a half of a set that this host knows.");
	else
		complain("The module dm_remap_reassembly knows of no sets. Name one or its devices, or look at all devices with --all.");
	return status;
}

/* Whether no set can be activated automatically, so that no disk need be examined. */
static bool is_idle(void)
{
	struct registered *list;
	int nr = 1;

	if (policy_mode() == POLICY_KNOWN) {
		nr = registry_list(&list);
		free(list);
	}
	return !nr;
}

static bool has_allowed(const struct halves *halves)
{
	const struct half *half;

	for (half = halves->half; half < halves->half + halves->nr; half++)
		if (half->role != HALF_NONE && policy_allows(half))
			return true;
	return false;
}

/* For boot: print nothing, and load no module, because of foreign disks. */
static int assemble_allowed(const struct request *request)
{
	struct halves halves;
	int status;

	if (is_idle())
		return EXIT_CLEAN;
	status = halves_read_all(&halves);
	if (!status && has_allowed(&halves)) {
		status = reassembly_begin();
		if (!status) {
			status = gather_all(&halves, policy_allows);
			status = exit_worst(status, assemble_known(request));
		}
	}
	halves_free(&halves);
	return status;
}

int assemble_all(const struct request *request)
{
	int status;

	if (request->unattended)
		return assemble_allowed(request);
	status = reassembly_begin();
	if (status)
		return status;
	status = look_everywhere(is_registered);
	return exit_worst(status, assemble_known(request));
}

/* Among sets of one name, choose the one that this host knows. */
static int find_known(struct known_set *set, const struct known_set *sets, int nr,
		      const char *name)
{
	int found = 0, i;

	for (i = 0; i < nr; i++) {
		if (strcmp(sets[i].name, name) || !is_known(&sets[i]))
			continue;
		*set = sets[i];
		found++;
	}
	return found;
}

static int complain_several(const struct known_set *sets, int nr, const char *what,
			    const char *name)
{
	int i;

	complain("Several sets are called %s. Choose one by its uuid:", what);
	for (i = 0; i < nr; i++)
		if (!strcmp(sets[i].name, name))
			complain("  %s (%s)", sets[i].uuid, known_state_name(sets[i].state));
	return -1;
}

int assemble_find(struct known_set *set, const char *what)
{
	char name[ENCODED_NAME_SIZE];
	struct known_set *sets;
	int nr = reassembly_sets(&sets), found = 0, i;

	if (nr < 0)
		return -1;
	device_name_encoded(what, name);
	for (i = 0; i < nr; i++) {
		if (strcmp(sets[i].name, name) && strcasecmp(sets[i].uuid, what))
			continue;
		*set = sets[i];
		found++;
	}
	/* renamed by another host, such as a rescue system */
	for (i = 0; i < nr && !found; i++) {
		if (!strcmp(sets[i].medium_name, name)) {
			*set = sets[i];
			found = 1;
		}
	}
	if (found > 1)
		found = find_known(set, sets, nr, name) == 1 ? 1 :
			complain_several(sets, nr, what, name);
	free(sets);
	return found;
}

static int assemble_one(const struct request *request, const char *what)
{
	struct activation_result result = {};
	struct active active;
	struct known_set set;
	int found, status;

	found = assemble_find(&set, what);
	if (!found || (found > 0 && set.state != KNOWN_COMPLETE && set.state != KNOWN_ACTIVE)) {
		status = look_everywhere(NULL);
		if (status)
			return status;
		found = assemble_find(&set, what);
	}
	if (found > 0)
		return assemble_set(request, &set);
	if (found < 0)
		return EXIT_OPERATION;
	if (active_find(&active, what) && active.live) {
		/* the module has not seen the halves of the set */
		new_device_settle(active.name);
		result.was_active = true;
		result.set.state = KNOWN_ACTIVE;
		text_copy(result.set.name, active.name, sizeof(result.set.name));
		text_copy(result.set.uuid, active.uuid, sizeof(result.set.uuid));
		text_copy(result.device, active.name, sizeof(result.device));
		if (request->activation.remember && !request->activation.dry_run)
			result.remembered = remember_active(active.uuid, active.name);
		return assemble_report(request, &result);
	}
	complain("No device is a half of a set %s. \"dmremap scan\" lists the halves that are present.",
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
