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
#include "disk/device.h"
#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "kernel/names.h"
#include "kernel/users.h"
#include "kernel/volume.h"
#include "lib/plural.h"
#include "lib/shell-word.h"
#include "life/wipe.h"
#include "lib/ask.h"
#include "lib/message.h"
#include "remaps/change.h"
#include "sets/active.h"
#include "sets/assemble.h"
#include "sets/half.h"
#include "sets/names.h"
#include "sets/reassembly.h"
#include "sets/registry.h"
#include "sets/remember.h"
#include "sets/secret.h"

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

static void say_lost(const char *name, bool gone, uint64_t left)
{
	if (gone)
		complain("%s is not deleted: its spare has left the system, with %llu block%s that the main does not have. Connect it again: \"dmremap status %s\" says how to go on. If it is gone for good, \"dmremap export --format ddrescue %s >FILE\" lists these blocks, and \"dmremap delete --give-up %s\" loses them.",
			 name, LLU(left), plural(left), shell_word(name), shell_word(name),
			 shell_word(name));
	else
		complain("%s is not deleted: %llu block%s cannot go back to the main and would be lost. Copy the data to another disk first; \"dmremap delete --give-up %s\" loses them.",
			 name, LLU(left), plural(left), shell_word(name));
}

static bool may_lose(const struct ending *ending, const char *name, bool gone, uint64_t left)
{
	if (!ending->give_up) {
		say_lost(name, gone, left);
		return false;
	}
	return ending->yes ||
	       ask("Lose %llu block%s of %s for good?", LLU(left), left == 1 ? "" : "s", name);
}

/*
 * @uuid: the set that ends with the spare, or NULL.
 *
 * Make the host forget the set before the spare is emptied. In the reverse order, an interruption
 * would make each boot wait for a set that has no spare. A spare whose set no host knows does no
 * harm, and can be emptied later by its name.
 */
static int end_spare(const char *name, const char *path, const char *uuid)
{
	int status;

	if (uuid)
		forget_set(uuid);
	status = wipe_spare(path);
	if (status) {
		complain("%s is not in use any more, but its spare %s still has the metadata of the set. Give the command again, as \"dmremap delete %s\".",
			 name, path, shell_word(path));
		return EXIT_UNCORRECTED;
	}
	reassembly_announce(path);
	return EXIT_CLEAN;
}

/* The main of a sealed set keeps its label, by which "dmremap salvage" finds its copies. */
static void say_without_spare(const struct volume *volume, uint64_t left)
{
	const char *main = volume->main.path;
	struct half half;

	half_look(&half, &volume->main);
	if (half.role == HALF_MAIN)
		complain("%s is deleted, without its spare. %s is sealed: \"dmremap salvage %s\" shows what it has.",
			 volume->name, main, shell_word(main));
	else if (left)
		complain("%s is deleted, without its spare. %s is an ordinary disk, with older data where blocks had moved: check its file system.",
			 volume->name, main);
	else
		complain("%s is deleted, without its spare. %s is an ordinary disk, to be used by its own name.",
			 volume->name, main);
	if (*volume->uuid)
		wipe_tell_later();
}

static void say_deleted(const struct volume *volume, const struct blockdev *spare)
{
	const char *main = volume->main.path;
	char instead[PATH_MAX + 128];

	printf("%s is deleted. %s is an ordinary disk, to be used by its own name, and %s is empty.\n",
	       volume->name, main, spare->path);
	snprintf(instead, sizeof(instead),
		 "the UUID of what is on %s (\"blkid %s\" shows it)", main, shell_word(main));
	name_tell_old(volume->name, instead);
}

/* The main has what never moved, and nothing can be moved back. */
static int end_without_spare(const struct volume *volume, const struct ending *ending)
{
	uint64_t left = 0;
	bool first;
	int status = count(volume, &left, &first);

	if (status || (left && !may_lose(ending, volume->name, true, left)))
		return EXIT_OPERATION;
	status = dm_remove(volume->name);
	if (status)
		return status;
	if (*volume->uuid)
		forget_set(volume->uuid);
	reassembly_announce(volume->main.path);
	say_without_spare(volume, left);
	return EXIT_UNCORRECTED;
}

static int end_active(const struct volume *volume, const struct ending *ending)
{
	struct blockdev dev = {}, spare = {};
	bool gone;
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
	if (!volume_spare(volume, &spare, &gone)) {
		complain("%s: sysfs does not have the name of its spare.", volume->name);
		return EXIT_OPERATION;
	}
	if (gone)
		return end_without_spare(volume, ending);
	status = move_back(volume, &left);
	if (status || (left && !may_lose(ending, volume->name, false, left)))
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

static const char *what_else(const struct wipe *wipe)
{
	if (wipe->bad_pages)
		return ", and parts of its table cannot be read";
	return wipe->outdated ? ", and its superblocks are older than its table" : "";
}

/**
 * struct user - the active set that has the uuid of a spare.
 * @name: of its device; "" if there is none with a spare.
 * @spare: "MAJ:MIN" of its spare; "" if unknown.
 */
struct user {
	char name[ENCODED_NAME_SIZE];
	char spare[KERNEL_TEXT_SIZE];
};

static void find_user(struct user *user, const char *uuid)
{
	struct active active;

	*user = (struct user) {};
	if (!active_find(&active, uuid) || !active.live || active.without_spare)
		return;
	text_copy(user->name, active.name, sizeof(user->name));
	if (kernel_read(TREE_CONFIG, active.name, "spare/device", user->spare))
		*user->spare = 0;
}

/* A spare that has left the system may be there again, under another number. */
static bool is_used(const struct user *user, const struct wipe *wipe, const char *path)
{
	char number[BLOCKDEV_NUMBER_SIZE];

	if (!*user->name)
		return false;
	if (!*user->spare || (blockdev_number(path, number) && !strcmp(number, user->spare)))
		return true;
	return wipe->in_force && blockdev_gone(user->spare);
}

/* Whether the set ends with this spare: another device may have taken its place, or be a copy. */
static bool is_last(const struct user *user, const struct wipe *wipe, const char *path)
{
	struct registered known;

	if (*user->name || !wipe->in_force)
		return false;
	return !registry_find(&known, wipe->uuid) ||
	       (registry_is_spare(&known, path) && secret_matches(known.secret_hash, wipe->secret));
}

static bool may_empty(const struct user *user, const struct wipe *wipe, const char *path,
		      const struct ending *ending)
{
	struct blockdev spare;

	if (!wipe->blocks && !wipe->bad_pages && !wipe->outdated)
		return true;
	if (!ending->give_up && *user->name)
		complain("%s is not emptied: %llu block%s of %s %s on it%s. The set is active with %s. If they are not needed: \"dmremap delete --give-up %s\".",
			 path, LLU(wipe->blocks), plural(wipe->blocks), user->name,
			 is(wipe->blocks), what_else(wipe), blockdev_name(&spare, user->spare),
			 shell_word(path));
	else if (!ending->give_up)
		complain("%s is not emptied: %llu block%s of a disk %s on it and nowhere else%s. \"dmremap assemble\" and then \"dmremap delete NAME\" move them back; \"dmremap delete --give-up %s\" loses them.",
			 path, LLU(wipe->blocks), plural(wipe->blocks), is(wipe->blocks),
			 what_else(wipe), shell_word(path));
	return ending->give_up &&
	       (ending->yes || ask("Empty %s, and lose the %llu block%s on it?", path,
				   LLU(wipe->blocks), plural(wipe->blocks)));
}

/* Otherwise the host would forget the set of a spare that is not emptied. */
static bool is_free(const char *path)
{
	struct device dev;

	if (device_open(&dev, path, true))
		return false;
	device_close(&dev);
	return true;
}

/* Empty a spare that no active set uses. */
static int end_inactive(const char *path, const struct ending *ending)
{
	struct wipe wipe;
	struct user user;
	int status = wipe_look(&wipe, path);

	if (status)
		return status;
	find_user(&user, wipe.uuid);
	if (is_used(&user, &wipe, path)) {
		complain("%s is the spare of %s, which is active: \"dmremap delete %s\" ends the set.",
			 path, user.name, shell_word(user.name));
		return EXIT_OPERATION;
	}
	if (!may_empty(&user, &wipe, path, ending) || !is_free(path))
		return EXIT_OPERATION;
	status = end_spare(path, path, is_last(&user, &wipe, path) ? wipe.uuid : NULL);
	if (status)
		return status;
	printf("%s is empty, and the spare of no set.\n", path);
	if (!*user.name && wipe.in_force)
		remember_tell(wipe.uuid);
	return EXIT_CLEAN;
}

static bool main_is_gone(const char *name)
{
	char text[KERNEL_TEXT_SIZE] = "", spare[KERNEL_TEXT_SIZE] = "";
	struct blockdev dev;

	kernel_read(TREE_CONFIG, name, "main", text);
	if (!blockdev_gone(text))
		return false;
	kernel_read(TREE_CONFIG, name, "spare/device", spare);
	complain("%s is not deleted: its main has left the system, and what had moved cannot go back there. Connect it again: \"dmremap status %s\" says how to go on. If it is gone for good: \"dmremap stop %s\", and then \"dmremap delete --give-up %s\" empties the spare.",
		 name, shell_word(name), shell_word(name),
		 shell_word(blockdev_by_number(&dev, spare) ? dev.path : "SPARE"));
	return true;
}

/* Such a set has to be activated for its end, unless its main is gone. */
static bool is_stopped(const char *what)
{
	struct registered known;
	char name[ENCODED_NAME_SIZE];
	struct known_set set;

	device_name_encoded(what, name);
	if (!registry_find(&known, what) && !registry_find_name(&known, name, "") &&
	    !(reassembly_there() && assemble_find(&set, what) > 0))
		return false;
	complain("%s is not active: \"dmremap assemble %s\" first, so that its blocks can go back. If its main is gone for good: \"dmremap delete --give-up SPARE\".",
		 what, shell_word(what));
	return true;
}

static int end(const char *what, const struct ending *ending)
{
	struct volume volume;
	struct active active;
	int status;

	if (active_find(&active, what)) {
		if (main_is_gone(active.name))
			return EXIT_OPERATION;
	} else if (strchr(what, '/')) {
		return end_inactive(what, ending);
	} else if (is_stopped(what)) {
		return EXIT_OPERATION;
	}
	status = volume_find(&volume, what);
	return status ?: end_active(&volume, ending);
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
