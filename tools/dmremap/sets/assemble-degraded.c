// SPDX-License-Identifier: GPL-2.0
/*
 * Activates a main without its spare, only on request.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/encode.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/assemble.h"

static int complain_spare(const char *what, const char *path)
{
	complain("%s: its spare is present, %s. Assemble it without --degraded.", what, path);
	return EXIT_OPERATION;
}

/* The main has a label: look for the rest of its set on all devices. */
static int check_alone(const struct half *main, const char *what)
{
	const struct half *spare;
	struct active active;
	struct halves halves;
	int status;

	if (active_find(&active, main->uuid)) {
		complain("%s is active already, as %s.", what, active.name);
		return EXIT_OPERATION;
	}
	status = halves_read_all(&halves);
	if (status)
		return status;
	spare = halves_find(&halves, NULL, HALF_SPARE, main->uuid);
	if (spare)
		status = complain_spare(what, spare->dev.path);
	halves_free(&halves);
	return status;
}

static int find_by_path(struct half *main, const char *path)
{
	struct blockdev dev;
	int error = blockdev_by_path(&dev, path);

	if (!error) {
		half_read(main, &dev);
		error = main->error == -EIO ? 0 : main->error;
	}
	if (!error && main->role != HALF_SPARE)
		return EXIT_CLEAN;
	if (error)
		complain("%s cannot be used: %s.", path, strerror(-error));
	else
		complain("%s is a spare. Name the main.", path);
	return EXIT_OPERATION;
}

/* Find the main by the name or uuid in its label. */
static int find_by_label(struct half *main, const char *what)
{
	const struct half *half, *found = NULL;
	char name[ENCODED_NAME_SIZE] = "";
	struct halves halves;
	int nr = 0, status = halves_read_all(&halves);

	if (status)
		return status;
	if (strlen(what) < DM_REMAP_NAME_SIZE)
		text_encode(name, what);
	for (half = halves.half; half < halves.half + halves.nr; half++) {
		if (half->role != HALF_MAIN ||
		    (strcmp(half->name, name) && strcasecmp(half->uuid, what)))
			continue;
		found = half;
		nr++;
	}
	if (nr == 1) {
		*main = *found;
	} else {
		status = EXIT_OPERATION;
		if (nr)
			complain("%d devices have the label of %s. Name the main by its path.", nr,
				 what);
		else
			complain("No device has the label of %s. Name the main by its path, and the device with --name.",
				 what);
	}
	halves_free(&halves);
	return status;
}

int assemble_degraded(const struct request *request, const char *what)
{
	struct activation_result result;
	struct half main;
	int status;

	status = strchr(what, '/') ? find_by_path(&main, what) : find_by_label(&main, what);
	if (!status && main.role == HALF_MAIN)
		status = check_alone(&main, what);
	if (!status && main.role != HALF_MAIN && !request->activation.name) {
		complain("%s has no label with a name in it. Give a name with --name.",
			 what);
		status = EXIT_USAGE;
	}
	if (status)
		return status;
	activate_degraded(&main, &request->activation, &result);
	return assemble_report(request, &result);
}
