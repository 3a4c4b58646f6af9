// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap rename: rename a device, which may be in use.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/dm-rename.h"
#include "kernel/dm.h"
#include "kernel/names.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "sets/active.h"
#include "sets/names.h"
#include "sets/registry.h"
#include "sets/remember.h"

/* The kernel writes the name to the spare when the device is resumed. */
static int keep_name(const struct active *active, const char *name)
{
	remember_name(active->uuid, name);
	if (active->without_spare || !active->live)
		return EXIT_CLEAN;
	if (!dm_drain(name) && !dm_message(name, "sync"))
		return EXIT_CLEAN;
	complain("The spare of %s still has the name %s. \"dmremap assemble --name %s\" changes it when the set is activated next.",
		 name, active->name, shell_word(name));
	return EXIT_UNCORRECTED;
}

static int rename_to(const char *given, const char *new_name)
{
	char number[BLOCKDEV_NUMBER_SIZE], instead[ENCODED_NAME_SIZE + sizeof("/dev/mapper/")];
	struct registered other;
	struct active active;
	struct blockdev dev;
	int status;

	if (!active_find(&active, given)) {
		complain("There is no active set %s. \"dmremap status\" lists them; an inactive one gets its name by \"dmremap assemble --name %s\".",
			 given, shell_word(new_name));
		return EXIT_OPERATION;
	}
	if (active_name_taken(new_name, number)) {
		complain("There is a device %s already: %s.", new_name,
			 blockdev_name(&dev, number));
		return EXIT_OPERATION;
	}
	if (registry_find_name(&other, new_name, active.uuid)) {
		complain("%s is the name of set %s, which this host knows, so the two would conflict. Take another name, or give that set one: \"dmremap assemble --name OTHER %s\". If it is gone for good: \"rm /etc/dm-remap/sets.d/%s\".",
			 new_name, other.uuid, other.uuid, other.uuid);
		return EXIT_OPERATION;
	}
	status = dm_rename(active.name, new_name);
	if (status)
		return status;
	printf("%s is called %s now, and /dev/mapper/%s in /etc/fstab.\n", active.name, new_name,
	       new_name);
	snprintf(instead, sizeof(instead), "/dev/mapper/%s", new_name);
	name_tell_old(active.name, instead);
	return keep_name(&active, new_name);
}

static int run_rename(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	char name[KERNEL_NAME_SIZE];
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		return option == 'h' ? command_help(&command_rename) :
				       command_misused(&command_rename);
	if (optind != argc - 2) {
		complain("Give the set and its new name.");
		return command_misused(&command_rename);
	}
	if (!device_name_new(argv[optind + 1], name))
		return EXIT_USAGE;
	return rename_to(argv[optind], name);
}

const struct command command_rename = {
	.name = "rename",
	.arguments = "NAME NEW",
	.summary = "give an active set another name",
	.help =
	"The device may be in use. The spare keeps the new name, under which the set is\n"
	"assembled from then on. Lines of /etc/fstab, /etc/crypttab and the kernel's command line\n"
	"that have the old name are yours to change; the command names the files.\n\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 renamed, 4 renamed, but the spare has the old name, 8 not,\n"
	"16 wrong usage.\n",
	.run = run_rename,
};
