// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap create and dmremap format: make a set. create leaves it active, format does not.
 *
 * The kernel formats the spare when the set is activated for the first time.
 */
#include <getopt.h>
#include <stdio.h>

#include "command.h"
#include "kernel/announce.h"
#include "kernel/dm.h"
#include "kernel/load.h"
#include "kernel/names.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/shell-word.h"
#include "lib/uuid.h"
#include "sets/create.h"
#include "sets/create-tail.h"
#include "sets/registry.h"
#include "sets/remember.h"

static int activate(const struct create *create, bool read_only)
{
	char params[CREATE_PARAMS_SIZE], uuid[sizeof(DM_UUID_PREFIX) + UUID_TEXT_SIZE];
	const struct dm_new new = {
		.name = create->name,
		.uuid = uuid,
		.target = "remap",
		.params = params,
		.sectors = create->sectors,
		.read_only = read_only,
	};

	snprintf(uuid, sizeof(uuid), DM_UUID_PREFIX "%s", create->uuid);
	create_params(create, read_only, params);
	return dm_create(&new);
}

/* The kernel would load it on demand, but with a less helpful error on failure. */
static int load(const struct create *create)
{
	int status = load_module("dm_remap");

	return status || create->transient ? status : load_module("dm_remap_metadata");
}

static bool name_free(const struct create *create)
{
	struct dm_found found;
	int there = dm_find(create->name, NULL, &found);

	if (there > 0)
		complain("There is a device %s already. Take another name.", create->name);
	return !there;
}

/* Only a warning, since the disks of the other set may be gone for good. */
static void warn_of_namesake(const struct create *create)
{
	struct registered other;

	if (registry_find_name(&other, create->name, create->uuid))
		complain("This host also knows set %s as %s, and does not activate both of them. If that one is gone for good: \"rm /etc/dm-remap/sets.d/%s\"; otherwise \"dmremap rename %s OTHER\".",
			 other.uuid, create->name, other.uuid, shell_word(create->name));
}

/*
 * A read-only set cannot format its spare.
 *
 * The host records the set as soon as it is on the spare, whether or not the device can be removed
 * then.
 */
static int make(const struct create *create, bool format)
{
	bool twice = create->read_only && !create->transient;
	int status = activate(create, create->read_only && !twice);

	if (!status && !create->transient) {
		remember_set(create->uuid, create->name, create->main, create->spare);
		warn_of_namesake(create);
	}
	if (!status && (format || twice))
		status = dm_remove(create->name);
	if (!status && twice && !format)
		status = activate(create, true);
	/* the kernel has written to the spare, which udev does not notice */
	if (!status && !create->transient)
		announce_change(create->spare);
	return status;
}

static int run(struct create *create, const struct create_choices *choices)
{
	int status = choices->dry_run ? EXIT_CLEAN : load(create);

	if (!status && *create->name && !name_free(create))
		status = EXIT_OPERATION;
	if (!status)
		status = create_check(create);
	if (!status && !choices->dry_run && create->force &&
	    (create->signatures.nr || create->dirty))
		status = create_wipe(create);
	/* a signal must not leave a set that is active and that the host does not know */
	interrupt_hold();
	if (!status && !choices->dry_run)
		status = make(create, choices->format);
	if (!status)
		create_show(create, choices);
	interrupt_release();
	create_free(create);
	return status;
}

static bool take_block_size(struct create *create, const char *text)
{
	const char *end = text;
	uint64_t value;

	if (number_take(&end, &value) && !*end && value >= 512 && value <= 32768 &&
	    !(value & (value - 1))) {
		create->block_size = value;
		return true;
	}
	complain("The block size must be a power of two from 512 to 32768, not \"%s\".", text);
	return false;
}

enum { OPTION_MAIN_ID = 256, OPTION_NAME, OPTION_NO_AUTO, OPTION_TAIL, OPTION_TRANSIENT };

static bool take_option(struct create *create, struct create_choices *choices, int option)
{
	switch (option) {
	case 'b':
		return take_block_size(create, optarg);
	case 'f':
		create->force = true;
		return true;
	case 'n':
		choices->dry_run = true;
		return true;
	case 'j':
		choices->json = true;
		return true;
	case OPTION_MAIN_ID:
		create->main_id = optarg;
		return true;
	case OPTION_NAME:
		return device_name_new(optarg, create->name);
	case OPTION_NO_AUTO:
		create->no_auto_remap = true;
		return true;
	case 'r':
		create->read_only = true;
		return true;
	case OPTION_TRANSIENT:
		create->transient = true;
		return true;
	}
	return false;
}

/* Make a set on a single disk. */
static int run_tail(struct create *create, struct tail *tail, const struct create_choices *choices,
		    const char *disk)
{
	int status;

	if (choices->dry_run || create->read_only || create->transient || create->force ||
	    create->main_id) {
		complain("--tail writes a partition table to an empty disk: --dry-run, --main-id, --read-only, --transient and --force do not go with --tail.");
		return EXIT_USAGE;
	}
	status = load(create);
	if (!status && !name_free(create))
		status = EXIT_OPERATION;
	status = status ?: tail_partition(tail, disk);
	if (status)
		return status;
	create->main = tail->main;
	create->spare = tail->spare;
	status = run(create, choices);
	if (status)
		complain("%s is partitioned now. To go on: \"dmremap create %s %s %s\".", disk,
			 shell_word(create->name), shell_word(tail->main), shell_word(tail->spare));
	return status;
}

static int run_create(int argc, char **argv)
{
	static const struct option options[] = {
		{ "block-size", required_argument, NULL, 'b' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "main-id", required_argument, NULL, OPTION_MAIN_ID },
		{ "no-auto-remap", no_argument, NULL, OPTION_NO_AUTO },
		{ "read-only", no_argument, NULL, 'r' },
		{ "tail", required_argument, NULL, OPTION_TAIL },
		{ "transient", no_argument, NULL, OPTION_TRANSIENT },
		{}
	};
	struct create_choices choices = {};
	struct create create = {};
	struct tail tail = {};
	int option;

	while ((option = getopt_long(argc, argv, "b:nfhjr", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_create);
		if (option == OPTION_TAIL ? !tail_take(&tail, optarg) :
					    !take_option(&create, &choices, option))
			return command_misused(&command_create);
	}
	if (argc - optind != (tail.sectors ? 2 : 3)) {
		complain("Give a name for the device, its main and its spare; with --tail, the name and a disk.");
		return command_misused(&command_create);
	}
	if (!device_name_new(argv[optind], create.name))
		return EXIT_USAGE;
	if (tail.sectors)
		return run_tail(&create, &tail, &choices, argv[optind + 1]);
	create.main = argv[optind + 1];
	create.spare = argv[optind + 2];
	return run(&create, &choices);
}

static int run_format(int argc, char **argv)
{
	static const struct option options[] = {
		{ "block-size", required_argument, NULL, 'b' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "main-id", required_argument, NULL, OPTION_MAIN_ID },
		{ "name", required_argument, NULL, OPTION_NAME },
		{}
	};
	struct create_choices choices = { .format = true };
	struct create create = {};
	int option;

	while ((option = getopt_long(argc, argv, "b:nfhj", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_format);
		if (!take_option(&create, &choices, option))
			return command_misused(&command_format);
	}
	if (argc - optind != 2) {
		complain("Give the main and the spare.");
		return command_misused(&command_format);
	}
	create.main = argv[optind];
	create.spare = argv[optind + 1];
	return run(&create, &choices);
}

#define COMMON_HELP \
	"  -b, --block-size N   block size in bytes, 512 to 32768; default 4096, or what the disks need\n" \
	"  -f, --force          destroy what is on SPARE\n" \
	"      --main-id S      the identity to record for MAIN; '' for none\n"

const struct command command_create = {
	.name = "create",
	.arguments = "[OPTION]... NAME MAIN SPARE\n"
		     "       dmremap create --tail SIZE [OPTION]... NAME DISK",
	.summary = "make a set of two disks, and activate it",
	.help =
	"Makes a device NAME with the content of MAIN, which is not changed, and moves blocks\n"
	"that become bad to SPARE, whose content is erased. The name of the set and the identity\n"
	"of its main are kept on the spare; this host records the set, and activates it at\n"
	"boot.\n\n"
	COMMON_HELP
	"      --tail SIZE      divide DISK, which is empty, into two partitions: a main, and at the\n"
	"                       end a spare of SIZE; K, M, G and T are taken. The set does not\n"
	"                       survive the disk\n"
	"      --transient      keep remaps in memory only: they are lost with the device\n"
	"      --no-auto-remap  disable automatic remapping\n"
	"  -r, --read-only      write nothing to either disk\n"
	"  -n, --dry-run        say what would be done, and do nothing\n"
	"  -j, --json           print JSON\n"
	"  -h, --help           print this\n\n"
	"Exit status: 0 it is there, 8 it could not be made, 16 wrong usage.\n",
	.run = run_create,
};

const struct command command_format = {
	.name = "format",
	.arguments = "[OPTION]... MAIN SPARE",
	.summary = "make a set of two disks, and leave it inactive",
	.help =
	"Does what \"dmremap create\" does, and takes the device down again.\n\n"
	COMMON_HELP
	"      --name NAME      the name of the device when it is assembled\n"
	"  -n, --dry-run        say what would be done, and do nothing\n"
	"  -j, --json           print JSON\n"
	"  -h, --help           print this\n\n"
	"Exit status: 0 it is there, 8 it could not be made, 16 wrong usage.\n",
	.run = run_format,
};
