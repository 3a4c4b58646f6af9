// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap stop: remove devices.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernel/dm.h"
#include "kernel/names.h"
#include "kernel/users.h"
#include "lib/encode.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/assemble.h"
#include "sets/set-json.h"
#include "sets/stopped.h"

/* The options. */
struct removal {
	bool all;
	bool dry_run;
	bool json;
};

static void show_json(const struct active *active, const char *users, bool removed)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "name", active->name);
	json_add_text(object, "uuid", active->uuid);
	json_add_text(object, "in_use", users);
	json_add_flag(object, "removed", removed);
	json_out_element(object);
}

static int stop(const struct active *active, const struct removal *removal)
{
	struct blockdev dev = {};
	char users[USERS_SIZE] = "";
	int status = EXIT_CLEAN;

	text_copy(dev.number, active->number, sizeof(dev.number));
	if (users_describe(&dev, users)) {
		complain("%s is in use: %s.", active->name, users);
		status = EXIT_OPERATION;
	} else if (!removal->dry_run) {
		status = dm_remove(active->name);
		if (!status && *active->uuid)
			stopped_note(active->uuid);
	} else if (!removal->json) {
		printf("Would remove %s.\n", active->name);
	}
	if (removal->json)
		show_json(active, users, !status && !removal->dry_run);
	return status;
}

static int complain_none(const char *what)
{
	char name[ENCODED_NAME_SIZE], number[BLOCKDEV_NUMBER_SIZE];
	struct known_set set;

	device_name_encoded(what, name);
	if (active_name_taken(name, number))
		complain("%s is not a dm-remap device. \"dmsetup remove\" removes others.", what);
	else if (reassembly_there() && assemble_find(&set, what) > 0)
		complain("%s is not active.", what);
	else
		complain("There is no dm-remap device %s. \"dmremap status\" lists them.", what);
	return EXIT_OPERATION;
}

static int stop_named(char **names, const struct removal *removal)
{
	int status = EXIT_CLEAN;
	struct active active;

	for (; *names; names++)
		status = exit_worst(status, active_find(&active, *names) ?
				    stop(&active, removal) : complain_none(*names));
	return status;
}

static bool has_user(const struct active *active)
{
	char user[BLOCKDEV_PATH_SIZE];
	struct blockdev dev = {};

	text_copy(dev.number, active->number, sizeof(dev.number));
	return blockdev_user(&dev, user);
}

/* Repeatedly stop the devices without upper devices, until no more can be stopped. */
static int stop_all(const struct removal *removal)
{
	int nr, left, before, status = EXIT_CLEAN, i;
	struct active *list;

	nr = actives_list(&list);
	left = nr;
	do {
		before = left;
		for (i = 0; i < nr; i++) {
			if (!*list[i].name || has_user(&list[i]))
				continue;
			status = exit_worst(status, stop(&list[i], removal));
			*list[i].name = 0;
			left--;
		}
	} while (left && left < before);
	/* these are still in use: stop() reports by what */
	for (i = 0; i < nr; i++)
		if (*list[i].name)
			status = exit_worst(status, stop(&list[i], removal));
	free(list);
	return status;
}

static int run_stop(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct removal removal = {};
	int option, status;

	while ((option = getopt_long(argc, argv, "anjh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_stop);
		if (option != 'a' && option != 'n' && option != 'j')
			return command_misused(&command_stop);
		removal.all |= option == 'a';
		removal.dry_run |= option == 'n';
		removal.json |= option == 'j';
	}
	if (removal.all ? optind < argc : optind == argc) {
		complain(removal.all ? "Give either --all or names." : "Give the sets to stop, or --all.");
		return command_misused(&command_stop);
	}
	if (removal.json) {
		json_out_begin();
		json_out_array("devices");
	}
	status = removal.all ? stop_all(&removal) : stop_named(argv + optind, &removal);
	if (removal.json) {
		json_out_array_end();
		json_out_end();
	}
	return status;
}

const struct command command_stop = {
	.name = "stop",
	.arguments = "[--dry-run] [--json] {NAME|UUID... | --all}",
	.summary = "remove devices; their sets stay",
	.help =
	"Removes dm-remap devices. The remaps of persistent sets are kept, and\n"
	"\"dmremap assemble\" brings a set back; the remaps of transient sets are lost. A device in\n"
	"use is not removed; the command reports its users.\n\n"
	"  -a, --all      all devices of dm-remap, those on top of others first\n"
	"  -n, --dry-run  only say what would be removed\n"
	"  -j, --json     print JSON\n"
	"  -h, --help     print this\n\n"
	"Exit status: 0 removed, 8 a device does not exist or is in use, 16 wrong usage.\n",
	.run = run_stop,
};
