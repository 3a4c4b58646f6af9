// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap delete: end a set. Its blocks are moved back to the main; the first block goes last
 * because it overwrites the label. Then the device is removed, and finally the metadata on the
 * spare. If the command is interrupted it can be given again.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/dm.h"
#include "kernel/users.h"
#include "kernel/volume.h"
#include "lib/plural.h"
#include "life/wipe.h"
#include "lib/ask.h"
#include "lib/message.h"
#include "remaps/change.h"
#include "sets/active.h"
#include "sets/names.h"
#include "sets/reassembly.h"
#include "sets/remember.h"

/* The options. */
struct ending {
	bool give_up;
	bool yes;
};

/* Return: an exit status; change_run() reports blocks that cannot be written to the main. */
static int move_ranges(const struct volume *volume, const struct ranges *blocks)
{
	struct change change = { .volume = volume, .kind = CHANGE_REMOVE, .blocks = blocks };

	return blocks->nr ? change_run(&change) : EXIT_CLEAN;
}

/* Count the blocks on the spare, and find out whether the first block is among them. */
static int count(const struct volume *volume, uint64_t *left, bool *first)
{
	struct ranges listed = {};
	int status = volume_remaps(volume, &listed, NULL, NULL);

	*left = ranges_total(&listed);
	*first = listed.nr && !listed.range[0].start;
	ranges_free(&listed);
	return status;
}

static void move_first(const struct volume *volume)
{
	struct ranges first = {};

	ranges_add(&first, 0, 1);
	move_ranges(volume, &first);
	ranges_free(&first);
}

/*
 * The first block goes last because it overwrites the label: without the label nothing shows that
 * some blocks of the main are still on the spare. If other blocks cannot be moved back the first
 * block stays too, and is not counted in @left.
 */
static int move_back(const struct volume *volume, uint64_t *left)
{
	struct ranges rest = {}, first = {};
	int status = volume_remaps(volume, &rest, &rest, NULL);
	bool has_first = false;

	ranges_add(&first, 0, 1);
	if (!status) {
		ranges_subtract(&rest, &first);
		move_ranges(volume, &rest);
		status = count(volume, left, &has_first);
	}
	if (!status && *left == 1 && has_first) {
		move_first(volume);
		status = count(volume, left, &has_first);
	} else if (!status && has_first) {
		--*left;
	}
	ranges_free(&rest);
	ranges_free(&first);
	return status;
}

static bool may_lose(const struct ending *ending, const char *name, uint64_t left)
{
	char question[256];

	if (!ending->give_up) {
		complain("%s is not deleted: %llu block%s cannot go back to the main and would be lost. Copy the data to another disk first; \"dmremap delete --give-up %s\" loses them.",
			 name, LLU(left), left == 1 ? "" : "s", name);
		return false;
	}
	snprintf(question, sizeof(question), "Lose %llu block%s of %s for good?", LLU(left),
		 left == 1 ? "" : "s", name);
	return ending->yes || ask(question);
}

/*
 * Make the host forget the set before the spare is emptied. In the reverse order, an interruption
 * would make each boot wait for a set that has no spare. A spare whose set no host knows does no
 * harm, and can be emptied later by its name.
 */
static int end_spare(const char *name, const char *path, const char *uuid)
{
	int status;

	forget_set(uuid);
	status = wipe_spare(path);
	if (status) {
		complain("%s is not in use any more, but its spare %s still has the metadata of the set. Give the command again, as \"dmremap delete %s\".",
			 name, path, path);
		return EXIT_UNCORRECTED;
	}
	reassembly_announce(path);
	return EXIT_CLEAN;
}

static bool find_spare(const struct volume *volume, struct blockdev *spare)
{
	char text[KERNEL_TEXT_SIZE];

	return !kernel_read(TREE_CONFIG, volume->name, "spare/device", text) &&
	       blockdev_by_number(spare, text);
}

static void say_deleted(const struct volume *volume, const struct blockdev *spare)
{
	const char *main = volume->main.path;
	char instead[PATH_MAX + 128];

	printf("%s is deleted. %s is an ordinary disk, to be used by its own name, and %s is empty.\n",
	       volume->name, main, spare->path);
	snprintf(instead, sizeof(instead),
		 "the UUID of what is on %s (\"blkid %s\" shows it)", main, main);
	name_tell_old(volume->name, instead);
}

static int end_active(const struct volume *volume, const struct ending *ending)
{
	struct blockdev dev = {}, spare;
	char users[USERS_SIZE];
	uint64_t left = 0;
	int status;

	text_copy(dev.number, volume->number, sizeof(dev.number));
	if (users_describe(&dev, users)) {
		complain("%s is in use: %s.", volume->name, users);
		return EXIT_OPERATION;
	}
	/* otherwise the messages below would say that blocks cannot go back and would be lost */
	if (!ending->give_up && volume_check_writable(volume))
		return EXIT_OPERATION;
	if (!find_spare(volume, &spare)) {
		complain("%s: sysfs does not have the name of its spare.", volume->name);
		return EXIT_OPERATION;
	}
	status = move_back(volume, &left);
	if (status || (left && !may_lose(ending, volume->name, left)))
		return EXIT_OPERATION;
	/* moving the first block back replaces the label */
	if (left)
		move_first(volume);
	status = dm_remove(volume->name);
	if (status)
		return status;
	if (*volume->uuid)
		status = end_spare(volume->name, spare.path, volume->uuid);
	reassembly_announce(volume->main.path);
	if (!status)
		say_deleted(volume, &spare);
	return status;
}

/* Empty a spare whose set is not active. */
static int end_inactive(const char *path, const struct ending *ending)
{
	struct wipe wipe;
	char question[256];
	int status = wipe_look(&wipe, path);

	if (status)
		return status;
	if ((wipe.blocks || wipe.bad_pages) && !ending->give_up) {
		complain("%s is not emptied: %llu block%s of a disk %s on it and nowhere else%s. \"dmremap assemble\" and then \"dmremap delete NAME\" move them back; \"dmremap delete --give-up %s\" loses them.",
			 path, LLU(wipe.blocks), plural(wipe.blocks), is(wipe.blocks),
			 wipe.bad_pages ? ", and parts of its table cannot be read" : "", path);
		return EXIT_OPERATION;
	}
	snprintf(question, sizeof(question), "Empty %.128s, and lose the %llu block%s on it?", path,
		 LLU(wipe.blocks), plural(wipe.blocks));
	if ((wipe.blocks || wipe.bad_pages) && !ending->yes && !ask(question))
		return EXIT_OPERATION;
	status = end_spare(path, path, wipe.uuid);
	if (!status)
		printf("%s is empty, and the spare of no set.\n", path);
	return status;
}

static int end(const char *what, const struct ending *ending)
{
	struct volume volume;
	struct active active;
	int status;

	if (active_find(&active, what) || !strchr(what, '/')) {
		status = volume_find(&volume, what);
		return status ?: end_active(&volume, ending);
	}
	return end_inactive(what, ending);
}

static int run_delete(int argc, char **argv)
{
	static const struct option options[] = {
		{ "give-up", no_argument, NULL, 'g' },
		{ "yes", no_argument, NULL, 'y' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct ending ending = {};
	const char *what;
	int option;

	while ((option = getopt_long(argc, argv, "gyh", options, NULL)) != -1) {
		if (option != 'g' && option != 'y')
			return option == 'h' ? command_help(&command_delete) :
					       command_misused(&command_delete);
		ending.give_up |= option == 'g';
		ending.yes |= option == 'y';
	}
	what = command_operand(&command_delete, argc, argv);
	return what ? end(what, &ending) : EXIT_USAGE;
}

const struct command command_delete = {
	.name = "delete",
	.arguments = "[--give-up [--yes]] {NAME | SPARE}",
	.summary = "end a set: its blocks go back, and the spare is emptied",
	.help =
	"Moves all blocks of an active set, which must not be in use, back to its main, unseals\n"
	"it, removes the device, and clears both superblocks and all copies of the table on the\n"
	"spare. If the main does not take a block, the set stays. A spare whose set is not\n"
	"active is named by its device, and emptied if no block of a disk is on it.\n\n"
	"  -g, --give-up  lose the blocks that cannot go back, after a question\n"
	"  -y, --yes      do not ask\n"
	"  -h, --help     print this\n\n"
	"Exit status: 0 deleted, 4 the spare could not be cleared, 8 the set is still there,\n"
	"16 wrong usage.\n",
	.run = run_delete,
};
