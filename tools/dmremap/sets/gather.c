// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/main-id.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/fit.h"
#include "sets/gather.h"
#include "sets/identity.h"

#define BY_ID	"/dev/disk/by-id"

/* The caller checks the identity. */
static bool fits(const struct half *spare, const struct blockdev *dev)
{
	return fit_has_room(spare, dev) && strcmp(dev->number, spare->dev.number) &&
	       blockdev_listed(dev);
}

/* Without links from udev, the PARTUUID can still be read from the partition table. */
static bool ask_all(const struct half *spare, struct blockdev *main)
{
	struct blockdev *list;
	int nr = blockdevs_list(&list), i;
	bool found = false;

	for (i = 0; i < nr && !found; i++) {
		found = fits(spare, &list[i]) && main_id_is_of(spare->main_id, list[i].path);
		*main = list[i];
	}
	if (nr >= 0)
		free(list);
	return found;
}

bool gather_find_main(const struct half *spare, struct blockdev *main,
		      char path[BLOCKDEV_PATH_SIZE])
{
	struct blockdev link;
	char real[PATH_MAX];

	if (!*spare->main_id)
		return false;
	if (!(main_id_find(spare->main_id, real) && !blockdev_by_path(main, real) &&
	      fits(spare, main)) && !ask_all(spare, main))
		return false;
	snprintf(path, BLOCKDEV_PATH_SIZE, BY_ID "/%s", spare->main_id);
	if (blockdev_by_path(&link, path) || strcmp(link.number, main->number))
		text_copy(path, main->path, BLOCKDEV_PATH_SIZE);
	return true;
}

/* Its content may show that it is something else. */
static bool may_be_main(const struct half *spare, const struct blockdev *dev)
{
	struct half half;

	half_read(&half, dev);
	return !half.damaged && identity_judge(spare, &half) != MAIN_ID_OTHER;
}

bool gather_find_rival(const struct half *spare, const struct half *main, struct blockdev *rival)
{
	struct blockdev *list;
	int nr = blockdevs_list(&list), i;
	bool found = false;

	for (i = 0; i < nr && !found; i++) {
		found = fits(spare, &list[i]) && strcmp(list[i].number, main->dev.number) &&
			main_id_is_of(spare->main_id, list[i].path) &&
			may_be_main(spare, &list[i]);
		*rival = list[i];
	}
	if (nr >= 0)
		free(list);
	return found;
}

int gather_give(const char *path)
{
	int error = reassembly_scan(path);

	/* a later check reports the missing half */
	if (!error || error == -ENOENT || error == -ENXIO || error == -ENODEV)
		return EXIT_CLEAN;
	if (error == -ETIMEDOUT)
		complain("%s answers slowly, and is left out. Is it suspended? \"dmsetup info -c\" shows it.",
			 path);
	else
		complain("%s could not be given to dm_remap_reassembly: %s.", path,
			 strerror(-error));
	return EXIT_OPERATION;
}

int gather_main_of(const struct half *spare)
{
	char path[BLOCKDEV_PATH_SIZE];
	struct blockdev main;

	return gather_find_main(spare, &main, path) ? gather_give(path) : EXIT_CLEAN;
}

static bool is_copy_of(const struct known_set *set, const char *number)
{
	char copy[BLOCKDEV_NUMBER_SIZE];
	const char *text = set->copies;

	while (reassembly_next_copy(&text, copy))
		if (!strcmp(copy, number))
			return true;
	return false;
}

/* Whether the module already knows this device as part of the set. */
static bool is_of(const struct known_set *set, const struct half *half)
{
	return !strcmp(set->spare, half->dev.number) || is_copy_of(set, half->dev.number) ||
	       (set->state == KNOWN_CONFLICT && !strcmp(set->main, half->dev.number));
}

/* Offer devices to the module again that it knows as halves but that no longer are. */
static int refresh(const struct halves *halves)
{
	struct known_set *sets;
	int nr = reassembly_sets(&sets), status = EXIT_CLEAN, i;
	const struct half *half;

	if (nr < 0)
		return EXIT_OPERATION;
	for (half = halves->half; half < halves->half + halves->nr; half++)
		for (i = 0; i < nr && half->role == HALF_NONE && !half->damaged; i++)
			if (is_of(&sets[i], half)) {
				status = exit_worst(status, gather_give(half->dev.path));
				break;
			}
	free(sets);
	return status;
}

/*
 * Whether the label shows the module which device is the main. One of another size must be given by
 * its main_id as well.
 */
static bool is_found_by_label(const struct halves *halves, const struct half *spare)
{
	const struct half *main = identity_labelled(halves, spare);

	return main && main->dev.sectors == spare->main_sectors;
}

int gather_all(const struct halves *halves, bool (*wanted)(const struct half *half))
{
	int status = refresh(halves);
	const struct half *half;

	for (half = halves->half; half < halves->half + halves->nr; half++)
		if ((half->damaged || half->role != HALF_NONE) && (!wanted || wanted(half)))
			status = exit_worst(status, gather_give(half->dev.path));
	for (half = halves->half; half < halves->half + halves->nr; half++)
		if (half->role == HALF_SPARE && (!wanted || wanted(half)) &&
		    !is_found_by_label(halves, half))
			status = exit_worst(status, gather_main_of(half));
	return status;
}
