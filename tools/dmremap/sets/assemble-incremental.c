// SPDX-License-Identifier: GPL-2.0
/*
 * Assembles the set of a device that has just appeared.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk/main-id.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/assemble.h"
#include "sets/explain.h"
#include "sets/fit.h"
#include "sets/gather.h"
#include "sets/identity.h"
#include "sets/policy.h"
#include "sets/registry.h"
#include "sets/stopped.h"
#include "sets/trust.h"

/*
 * Properties of the systemd unit: a waiting set is not a failure, and nothing waits for a slow
 * disk.
 */
static const char * const run_words[] = {
	"systemd-run", "--quiet", "--no-block", "--property=DefaultDependencies=no",
	"--property=Conflicts=shutdown.target", "--property=Before=shutdown.target",
	"--property=SuccessExitStatus=4", "--property=KillMode=process",
	"--property=StandardError=journal+console",
};

static bool is_wanted(const struct request *request, const struct half *half)
{
	struct registered set;

	return request->unattended ? policy_allows(half) : registry_find(&set, half->uuid);
}

static bool is_allowed(const struct request *request, const struct known_set *set)
{
	struct registered known;

	return request->unattended ? assemble_is_allowed(set) : registry_find(&known, set->uuid);
}

/* Offer the main by its main_id, which the module may not know yet. */
static int give_main(const struct known_set *set, const struct half *came)
{
	struct blockdev dev;
	struct half spare;

	if (came->role == HALF_SPARE)
		return gather_main_of(came);
	if (!blockdev_by_number(&dev, set->spare))
		return EXIT_CLEAN;
	half_read(&spare, &dev);
	return spare.role == HALF_SPARE && !strcmp(spare.uuid, set->uuid) ?
	       gather_main_of(&spare) : EXIT_CLEAN;
}

/*
 * Whether a half is only a copy, by this host's records. The spare may know its main better:
 * "dmremap set NAME main_id=...".
 */
static bool is_copy(const struct known_set *set, const struct half *half)
{
	struct blockdev dev;
	struct half spare;

	if (trust_of(half) != TRUST_COPY)
		return false;
	if (half->role != HALF_MAIN || !blockdev_by_number(&dev, set->spare))
		return true;
	half_read(&spare, &dev);
	/* a copy of the spare says what its author likes */
	return spare.role != HALF_SPARE || trust_of(&spare) != TRUST_KNOWN ||
	       identity_judge(&spare, half) != MAIN_ID_SAME;
}

/* Nothing becomes complete by a copy, so it must not bring back a set that somebody has stopped. */
static int copy_came(const struct known_set *set, const struct half *half)
{
	char why[EXPLAIN_SIZE];
	struct registered known;
	struct active active;

	if (stopped_is(set->uuid) || (active_find(&active, set->uuid) && active.live) ||
	    !registry_find(&known, set->uuid))
		return EXIT_CLEAN;
	explain_copy(why, set, &half->dev, half->role,
		     half->role == HALF_MAIN ? known.main_id : known.spare_id);
	complain("%s", why);
	return EXIT_UNCORRECTED;
}

static int half_came(const struct request *request, const struct half *half)
{
	struct known_set set;
	int status = reassembly_begin();

	if (!status)
		status = gather_give(half->dev.path);
	if (status || !reassembly_read(&set, half->uuid))
		return status;
	if (is_copy(&set, half))
		return copy_came(&set, half);
	if (set.state == KNOWN_WAITING_MAIN) {
		status = give_main(&set, half);
		if (!reassembly_read(&set, half->uuid))
			return status;
	}
	/* for a foreign set the other half must allow it too, and may appear later */
	if (!is_allowed(request, &set))
		return request->unattended ? exit_worst(status, assemble_refused(&set)) : status;
	return exit_worst(status, assemble_set(request, &set));
}

/* If this is the main of the set, offer it to the module. */
static bool give_if_main(const struct known_set *set, const struct half *half, int *status)
{
	char path[BLOCKDEV_PATH_SIZE];
	struct blockdev dev, main;
	struct half spare;

	/* the module may have chosen another disk because of its size */
	if (set->state == KNOWN_ACTIVE || !blockdev_by_number(&dev, set->spare))
		return false;
	half_read(&spare, &dev);
	if (spare.role != HALF_SPARE || strcmp(spare.uuid, set->uuid) ||
	    !fit_has_room(&spare, &half->dev) ||
	    !main_id_is_of(spare.main_id, half->dev.path))
		return false;
	if (!gather_find_main(&spare, &main, path) || strcmp(main.number, half->dev.number))
		text_copy(path, half->dev.path, BLOCKDEV_PATH_SIZE);
	*status = exit_worst(*status, gather_give(path));
	return true;
}

/* A device that was a half, or a copy of one, no longer is: offer it to the module again. */
static int refresh(const struct known_set *set, const struct half *half)
{
	return strcmp(set->spare, half->dev.number) ? EXIT_CLEAN : gather_give(half->dev.path);
}

/* Any other device: perhaps a main without a label, but in most cases not a half at all. */
static int other_came(const struct request *request, const struct half *half)
{
	struct registered *list;
	struct known_set set;
	int status = EXIT_CLEAN, nr, i;

	if (!reassembly_there())
		return EXIT_CLEAN;
	nr = registry_list(&list);
	for (i = 0; i < nr; i++) {
		if (!reassembly_read(&set, list[i].uuid))
			continue;
		status = exit_worst(status, refresh(&set, half));
		if (give_if_main(&set, half, &status) && reassembly_read(&set, list[i].uuid) &&
		    is_allowed(request, &set))
			status = exit_worst(status, assemble_set(request, &set));
	}
	free(list);
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
		return is_wanted(request, &half) ? half_came(request, &half) : EXIT_CLEAN;
	if (!half.damaged)
		return other_came(request, &half);
	complain("%s was a half of a set and cannot be used: %s.", path, half.trouble);
	if (reassembly_there())
		gather_give(path);
	return EXIT_UNCORRECTED;
}

/* Look in this host's records for a main without a label. */
static bool is_known_main(const struct blockdev *dev)
{
	int nr, i;
	struct registered *list;
	bool found = false;

	nr = registry_list(&list);
	for (i = 0; i < nr && !found; i++)
		/* only devices that may be it are read: a main grows, and rarely shrinks */
		found = (list[i].main_sectors <= dev->sectors || *list[i].next_main_id) &&
			registry_names_main(&list[i], dev->path);
	free(list);
	return found;
}

/* The udev rules have already read the device and passed the results in the environment. */
static bool matters(const struct blockdev *dev)
{
	const char *allowed = getenv("DM_REMAP_AUTO"), *role = getenv("DM_REMAP_ROLE");

	if (allowed && !strcmp(allowed, "1"))
		return true;
	return (!role || !*role) && is_known_main(dev);
}

int assemble_queue(const char *path)
{
	char description[256], self[PATH_MAX];
	const char *words[ARRAY_SIZE(run_words) + 8];
	struct blockdev dev;
	unsigned int nr;
	ssize_t length;

	if (policy_mode() == POLICY_NONE || blockdev_by_path(&dev, path) ||
	    !blockdev_listed(&dev) || !matters(&dev))
		return EXIT_CLEAN;
	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0)
		return EXIT_OPERATION;
	self[length] = 0;
	snprintf(description, sizeof(description),
		 "--description=dm-remap sets that %.200s completes", path);
	for (nr = 0; nr < ARRAY_SIZE(run_words); nr++)
		words[nr] = run_words[nr];
	words[nr++] = description;
	words[nr++] = self;
	words[nr++] = "assemble";
	words[nr++] = "--auto";
	words[nr++] = "--incremental";
	words[nr++] = path;
	words[nr] = NULL;
	execvp(words[0], (char **)words);
	complain("systemd-run cannot be started: %s.", strerror(errno));
	return EXIT_OPERATION;
}
