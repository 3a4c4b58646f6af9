// SPDX-License-Identifier: GPL-2.0
/*
 * Assembles sets by the devices that the user names.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/former-end.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "sets/assemble.h"
#include "sets/choose.h"
#include "sets/damage.h"
#include "sets/explain.h"
#include "sets/fit.h"
#include "sets/gather.h"
#include "sets/identity.h"

static bool may_be_main(const struct half *half, const struct half *spare)
{
	return half->role == HALF_NONE && fit_allows(spare, half, false);
}

/* A main with a damaged label is accepted if its spare is named too. */
static bool can_do_without(const struct halves *halves, const struct half *main)
{
	const struct half *spare;

	for (spare = halves->half; spare < halves->half + halves->nr; spare++)
		if (spare->role == HALF_SPARE && may_be_main(main, spare))
			return main->was == HALF_MAIN;
	return false;
}

static int refuse_damaged(const struct halves *halves)
{
	char damage[DAMAGE_SIZE];
	const struct half *half;

	for (half = halves->half; half < halves->half + halves->nr; half++) {
		if (!half->damaged || can_do_without(halves, half))
			continue;
		damage_describe(damage, half);
		complain("%s", damage);
		return EXIT_OPERATION;
	}
	return EXIT_CLEAN;
}

/* Read all named devices: halves, and devices that may be mains. */
static int read_named(struct halves *halves, char **paths)
{
	struct blockdev dev;
	struct half *half;
	int nr = 0, error;

	while (paths[nr])
		nr++;
	*halves = (struct halves) { .half = calloc(nr, sizeof(*halves->half)) };
	if (!halves->half)
		no_memory();
	for (; *paths; paths++) {
		half = &halves->half[halves->nr];
		error = blockdev_by_path(&dev, *paths);
		if (!error) {
			half_read(half, &dev);
			/* a main may have a bad sector in the place of the label */
			error = half->error == -EIO ? 0 : half->error;
		}
		if (error) {
			complain("%s cannot be used: %s.", *paths, strerror(-error));
			return EXIT_OPERATION;
		}
		halves->nr++;
	}
	return refuse_damaged(halves);
}

/* Find the only named device that has the size, or the identity, of the main of a spare. */
static const struct half *find_main(const struct halves *halves, const struct half *spare)
{
	const struct half *half, *found = NULL;

	for (half = halves->half; half < halves->half + halves->nr; half++) {
		if (!may_be_main(half, spare))
			continue;
		if (found)
			return NULL;
		found = half;
	}
	return found;
}

static bool has_former_end(const char *path)
{
	struct device dev;
	struct set set;
	bool has;

	if (device_open(&dev, path, false))
		return false;
	set_read(&set, &dev);
	has = former_end_find(&set);
	set_free(&set);
	device_close(&dev);
	return has;
}

/* Other code does not recognize a spare that has grown and lost superblock 0 as a half. */
static int refuse_enlarged(const struct halves *halves)
{
	const struct half *half, *end = halves->half + halves->nr;

	for (half = halves->half; half < end; half++)
		if (half->role == HALF_SPARE)
			return EXIT_CLEAN;
	for (half = halves->half; half < end; half++) {
		if (half->role != HALF_NONE || !has_former_end(half->dev.path))
			continue;
		complain("\"dmremap repair %s\" rewrites its superblock 0. Then the set can be assembled.",
			 shell_word(half->dev.path));
		return EXIT_OPERATION;
	}
	return EXIT_CLEAN;
}

/* Whether it is the main of one of the spares named by the user. */
static bool is_used(const struct halves *halves, const struct half *half)
{
	const struct half *spare;

	for (spare = halves->half; spare < halves->half + halves->nr; spare++)
		if (spare->role == HALF_SPARE && may_be_main(half, spare))
			return true;
	complain("%s is not a spare, has no label, and has neither the size nor the identity of the main of a named spare: it has %llu sectors.",
		 half->dev.path, (unsigned long long)half->dev.sectors);
	return false;
}

static int give_named(const struct halves *halves)
{
	const struct half *half;
	int error;

	for (half = halves->half; half < halves->half + halves->nr; half++) {
		if (half->role == HALF_NONE && !is_used(halves, half))
			return EXIT_OPERATION;
		error = reassembly_scan(half->dev.path);
		if (!error)
			continue;
		complain("%s could not be given to dm_remap_reassembly: %s.", half->dev.path,
			 strerror(-error));
		return EXIT_OPERATION;
	}
	return EXIT_CLEAN;
}

/* Whether the user has named only one of these. */
static bool is_only(const struct halves *halves, const struct half *half)
{
	const struct half *first = halves_find(halves, NULL, half->role, half->uuid);

	return first == half && !halves_find(halves, first + 1, half->role, half->uuid);
}

/* The main named together with a spare: found by its label, otherwise by its size. */
static const struct half *named_main(const struct halves *halves, const struct half *spare)
{
	const struct half *main = halves_find(halves, NULL, HALF_MAIN, spare->uuid);

	if (main)
		return is_only(halves, main) && is_only(halves, spare) ? main : NULL;
	return is_only(halves, spare) ? find_main(halves, spare) : NULL;
}

/*
 * The user has named this main and this spare, so use exactly these; that decides between copies,
 * and between disks of the same size.
 */
static int settle(struct known_set *set, const struct half *main, const struct half *spare)
{
	enum main_id_verdict verdict = identity_judge(spare, main);
	char why[EXPLAIN_SIZE];
	struct blockdev known;

	if (verdict == MAIN_ID_OTHER) {
		explain_other(why, set, main, spare);
		complain("%s", why);
		return EXIT_OPERATION;
	}
	/* of two devices with the same identity, the module knows no better than the user */
	if (set->state == KNOWN_COMPLETE && main->role == HALF_NONE &&
	    (spare->labelled || verdict != MAIN_ID_SAME) &&
	    !strcmp(set->spare, spare->dev.number) && strcmp(set->main, main->dev.number)) {
		complain("%s is not activated: by its label or its recorded identity, its main is %s and not %s.",
			 set->name, blockdev_by_number(&known, set->main) ? known.path : set->main,
			 main->dev.path);
		return EXIT_OPERATION;
	}
	if (set->state != KNOWN_ACTIVE && set->state != KNOWN_DAMAGED)
		choose_pair(set, main, spare);
	return EXIT_CLEAN;
}

/* The other half need not be named, but then is not found by its size alone. */
static int look_for_other(const struct half *half, struct known_set *set)
{
	struct halves halves;
	int status = halves_read_all(&halves);

	if (!status)
		status = gather_all(&halves, NULL);
	halves_free(&halves);
	if (!status && !reassembly_read(set, half->uuid))
		status = EXIT_OPERATION;
	return status;
}

static int assemble_half(const struct request *request, const struct halves *halves,
			 const struct half *half)
{
	const struct half *main = half->role == HALF_SPARE ? named_main(halves, half) : NULL;
	struct request strict = *request;
	struct known_set set;
	int status = EXIT_CLEAN;

	if (!reassembly_read(&set, half->uuid)) {
		complain("dm_remap_reassembly finds no set on %s.", half->dev.path);
		return EXIT_OPERATION;
	}
	if (main)
		status = settle(&set, main, half);
	else if (set.state == KNOWN_WAITING_MAIN || set.state == KNOWN_WAITING_SPARE)
		status = look_for_other(half, &set);
	if (status)
		return status;
	strict.activation.automatic = !main;
	strict.activation.named = main;
	status = assemble_set(&strict, &set);
	if (!status && main && main->damaged)
		complain("The label of %s cannot be used: %s. \"dmremap seal %s\" makes a new one.",
			 main->dev.path, main->trouble, shell_word(set.name));
	return status;
}

int assemble_devices(const struct request *request, char **paths)
{
	struct halves halves;
	const struct half *half;
	int status = read_named(&halves, paths), nr = 0;

	status = status ?: refuse_enlarged(&halves);
	if (!status)
		status = give_named(&halves);
	for (half = halves.half; !status && half < halves.half + halves.nr; half++) {
		/* if both halves of a set are named, take the spare */
		if (half->role == HALF_NONE ||
		    (half->role == HALF_MAIN &&
		     halves_find(&halves, NULL, HALF_SPARE, half->uuid)))
			continue;
		status = assemble_half(request, &halves, half);
		nr++;
	}
	if (!status && !nr) {
		complain("None of these devices is a spare or has a label. \"dmremap create\" makes a set.");
		status = EXIT_OPERATION;
	}
	halves_free(&halves);
	return status;
}
