// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap stop: remove devices.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "active.h"
#include "assemble.h"
#include "command.h"
#include "dm.h"
#include "message.h"
#include "users.h"

static int stop(const struct active *active, bool dry_run)
{
	struct blockdev dev = {};
	char users[USERS_SIZE];

	text_copy(dev.number, active->number, sizeof(dev.number));
	if (users_describe(&dev, users)) {
		complain("%s is in use: %s.", active->name, users);
		return EXIT_OPERATION;
	}
	if (!dry_run)
		return dm_remove(active->name);
	printf("Would remove %s.\n", active->name);
	return EXIT_CLEAN;
}

static int complain_none(const char *what)
{
	char name[HALF_TEXT_SIZE] = "", number[BLOCKDEV_NUMBER_SIZE];
	struct known_set set;

	if (strlen(what) < DM_REMAP_NAME_SIZE)
		text_encode(name, what);
	if (active_name_taken(name, number))
		complain("%s is not a dm-remap device. \"dmsetup remove\" removes others.", what);
	else if (reassembly_there() && assemble_find(&set, what) > 0)
		complain("%s is not active.", what);
	else
		complain("There is no dm-remap device %s. \"dmremap status\" lists them.", what);
	return EXIT_OPERATION;
}

static int stop_named(char **names, bool dry_run)
{
	int status = EXIT_CLEAN;
	struct active active;

	for (; *names; names++)
		status = exit_worst(status, active_find(&active, *names) ?
				    stop(&active, dry_run) : complain_none(*names));
	return status;
}

static bool has_user(const struct active *active)
{
	char user[BLOCKDEV_PATH_SIZE];
	struct blockdev dev = {};

	text_copy(dev.number, active->number, sizeof(dev.number));
	return blockdev_user(&dev, user);
}

/* Those that nothing is on, again and again: what was below them is next. */
static int stop_all(bool dry_run)
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
			status = exit_worst(status, stop(&list[i], dry_run));
			*list[i].name = 0;
			left--;
		}
	} while (left && left < before);
	/* something stays on these: stop() says what */
	for (i = 0; i < nr; i++)
		if (*list[i].name)
			status = exit_worst(status, stop(&list[i], dry_run));
	free(list);
	return status;
}

static int run_stop(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool all = false, dry_run = false;
	int option;

	while ((option = getopt_long(argc, argv, "anh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_stop);
		if (option != 'a' && option != 'n')
			return command_misused(&command_stop);
		all |= option == 'a';
		dry_run |= option == 'n';
	}
	if (all ? optind < argc : optind == argc) {
		complain(all ? "Either --all or names." : "Say what to stop, or --all.");
		return command_misused(&command_stop);
	}
	return all ? stop_all(dry_run) : stop_named(argv + optind, dry_run);
}

const struct command command_stop = {
	.name = "stop",
	.arguments = "[--dry-run] {NAME|UUID... | --all}",
	.summary = "remove devices; their sets stay",
	.help =
	"Removes devices of dm-remap. What was remapped in persistent sets is kept, and\n"
	"\"dmremap assemble\" brings it back; the remaps of transient ones are lost. A device in\n"
	"use is not removed; it says who uses it.\n\n"
	"  -a, --all      all devices of dm-remap, those on top of others first\n"
	"  -n, --dry-run  only say what would be removed\n"
	"  -h, --help     print this\n\n"
	"Exit status: 0 they are removed, 8 one is not there or in use, 16 wrong usage.\n",
	.run = run_stop,
};
