// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap clone-uuid: give a copy of a set its own identity, so that both can be used.
 *
 * The superblocks are written first, and also keep the former identity until the label has the new
 * one, so that the command can be repeated if it was interrupted. The checksums of the pages of the
 * table depend on the seed, which does not change.
 */
#include <endian.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "command.h"
#include "disk/main-id.h"
#include "disk/set.h"
#include "kernel/names.h"
#include "lib/encode.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "lib/uuid.h"
#include "sets/reassembly.h"
#include "sets/registry.h"
#include "sets/remember.h"
#include "spare/examine.h"

/**
 * struct clone - the copied set and its new identity.
 * @main: the copy of the main, opened exclusively.
 * @spare: the copy of the spare, opened exclusively.
 * @set: the set as found on @spare.
 * @sb: the new superblock.
 * @first: the first page of @main.
 * @labelled: @first contains a label.
 * @name: the new name of the set, or NULL.
 */
struct clone {
	struct device main;
	struct device spare;
	struct set set;
	struct dm_remap_sb *sb;
	struct dm_remap_label *first;
	bool labelled;
	const char *name;
};

static bool same_identity(const __u8 *uuid, const __u8 *secret, const struct dm_remap_label *label)
{
	return !memcmp(uuid, label->uuid, sizeof(label->uuid)) &&
	       !memcmp(secret, label->secret, sizeof(label->secret));
}

/* Whether the label still has the former identity because an earlier run was interrupted. */
static bool is_half_done(const struct clone *clone)
{
	const struct dm_remap_sb_replacement *r = &clone->sb->replacement;

	return clone->labelled &&
	       same_identity(r->previous_uuid, r->previous_secret, clone->first);
}

static int check_main(struct clone *clone)
{
	struct dm_remap_label *label = clone->first;
	const char *why;

	if (device_read(&clone->main, 0, label, 1)) {
		complain("The first page of %s cannot be read.", clone->main.path);
		return EXIT_OPERATION;
	}
	clone->labelled = !memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	why = clone->labelled ? dm_remap_label_check(label, clone->main.sectors) : NULL;
	if (!why && clone->labelled && !is_half_done(clone) &&
	    !same_identity(clone->sb->uuid, clone->sb->secret, label))
		why = "it belongs to another set";
	if (why)
		complain("%s has a label that does not match %s: %s.", clone->main.path,
			 clone->spare.path, why);
	else if (clone->main.sectors != le64toh(clone->sb->main_sectors))
		complain("%s has another size than the main of the set on %s.",
			 clone->main.path, clone->spare.path);
	else
		return EXIT_CLEAN;
	return EXIT_OPERATION;
}

static int take_random(void *bytes, size_t size)
{
	if (getrandom(bytes, size, 0) == (ssize_t)size)
		return EXIT_CLEAN;
	complain("The kernel provides no random numbers.");
	return EXIT_OPERATION;
}

/* Drop records about the disks, which do not apply to the copies. */
static void take_ids(struct clone *clone)
{
	char id[DM_REMAP_MAIN_ID_SIZE];

	main_id_choose(clone->main.path, id);
	memset(clone->sb->id_types, 0, sizeof(clone->sb->id_types));
	memset(clone->sb->ids, 0, sizeof(clone->sb->ids));
	if (*id)
		dm_remap_sb_set_id(clone->sb, DM_REMAP_ID_MAIN, id);
}

static void take_name(struct clone *clone)
{
	char *name = (char *)clone->sb->name;
	size_t size = sizeof(clone->sb->name), used = strnlen(name, size - 1);
	static const char suffix[] = "-copy";

	if (clone->name)
		snprintf(name, size, "%s", clone->name);
	else if (used && used + sizeof(suffix) <= size)
		memcpy(name + used, suffix, sizeof(suffix));
}

static int new_identity(struct clone *clone)
{
	struct dm_remap_sb *sb = clone->sb;

	if (clone->labelled) {
		memcpy(sb->replacement.previous_uuid, sb->uuid, sizeof(sb->uuid));
		memcpy(sb->replacement.previous_secret, sb->secret, sizeof(sb->secret));
	}
	uuid_make(sb->uuid);
	dm_remap_sb_end_intent(sb);
	take_ids(clone);
	take_name(clone);
	return take_random(sb->secret, sizeof(sb->secret));
}

static int say(const struct device *dev, int error)
{
	if (!error)
		return EXIT_CLEAN;
	complain("%s cannot be written: %s. Give the command again.", dev->path, strerror(-error));
	return EXIT_OPERATION;
}

static int write_super(struct clone *clone, unsigned int nr)
{
	uint64_t sector = dm_remap_sb_sector(le64toh(clone->sb->spare_sectors), nr);

	dm_remap_sb_seal(clone->sb, sector);
	return say(&clone->spare, device_write(&clone->spare, sector, clone->sb));
}

/* Superblock 0 is about to be the only one, so first it has to be in force, as the former set's. */
static int bring_up_first(struct clone *clone)
{
	if (clone->set.sb[0].state == SB_GOOD)
		return EXIT_CLEAN;
	return write_super(clone, 0);
}

/* Superblocks of two different sets would count as damage, so clear superblock 1 first. */
static int write_supers(struct clone *clone, bool cleared)
{
	uint64_t last = dm_remap_sb_sector(le64toh(clone->sb->spare_sectors), 1);
	int status = EXIT_CLEAN;

	clone->sb->sequence = htole64(le64toh(clone->sb->sequence) + 1);
	if (cleared)
		status = say(&clone->spare, device_clear(&clone->spare, last, 1));
	status = status ?: write_super(clone, 0);
	return status ?: write_super(clone, 1);
}

static int write_label(struct clone *clone)
{
	memcpy(clone->first->uuid, clone->sb->uuid, sizeof(clone->sb->uuid));
	memcpy(clone->first->secret, clone->sb->secret, sizeof(clone->sb->secret));
	memcpy(clone->first->name, clone->sb->name, sizeof(clone->first->name));
	dm_remap_label_seal(clone->first);
	return say(&clone->main, device_write(&clone->main, 0, clone->first));
}

static int write_all(struct clone *clone)
{
	struct dm_remap_sb_replacement *r = &clone->sb->replacement;
	int status = EXIT_CLEAN;

	if (!is_half_done(clone)) {
		status = bring_up_first(clone);
		status = status ?: new_identity(clone);
		status = status ?: write_supers(clone, true);
	}
	if (status || !clone->labelled)
		return status;
	status = write_label(clone);
	memset(r->previous_uuid, 0, sizeof(r->previous_uuid));
	memset(r->previous_secret, 0, sizeof(r->previous_secret));
	return status ?: write_supers(clone, false);
}

/*
 * The new superblocks would hide that the former ones do not count all of the table, as their
 * sequence number is higher.
 */
static bool may_be_cloned(const struct set *set)
{
	return !set->conflict && set->writable && !superblocks_are_outdated(set);
}

static int do_clone(struct clone *clone)
{
	int status;

	set_read(&clone->set, &clone->spare);
	if (!set_usable(&clone->set) || !may_be_cloned(&clone->set)) {
		complain("%s: \"dmremap check\" says what is wrong with it.", clone->spare.path);
		set_free(&clone->set);
		return EXIT_OPERATION;
	}
	clone->sb = device_buffer(1);
	clone->first = device_buffer(1);
	*clone->sb = *clone->set.newest->content;
	status = check_main(clone);
	status = status ?: write_all(clone);
	set_free(&clone->set);
	return status;
}

static void tell(const struct clone *clone)
{
	char uuid[UUID_TEXT_SIZE], name[ENCODED_NAME_SIZE];

	uuid_to_text(clone->sb->uuid, uuid);
	text_encode(name, (const char *)clone->sb->name);
	remember_set(uuid, (const char *)clone->sb->name, clone->main.path, clone->spare.path);
	reassembly_announce(clone->main.path);
	reassembly_announce(clone->spare.path);
	printf("%s and %s are set %s now, called %s. \"dmremap assemble %s %s\" activates it.\n",
	       clone->main.path, clone->spare.path, uuid, name, shell_word(clone->main.path),
	       shell_word(clone->spare.path));
}

static int run(struct clone *clone, const char *main, const char *spare)
{
	int status;

	if (device_open(&clone->main, main, true))
		return EXIT_OPERATION;
	if (device_open(&clone->spare, spare, true)) {
		device_close(&clone->main);
		return EXIT_OPERATION;
	}
	status = do_clone(clone);
	device_close(&clone->spare);
	device_close(&clone->main);
	if (!status)
		tell(clone);
	free(clone->sb);
	free(clone->first);
	return status;
}

/*
 * Whether another known set has the name. An interrupted command may have recorded these same disks
 * with the new uuid.
 */
static bool is_anothers(const char *name, const char *main)
{
	struct registered other;

	if (!registry_find_name(&other, name, "") || registry_is_main(&other, main))
		return false;
	complain("%s is the name of set %s, which this host knows. Take another name.", name,
		 other.uuid);
	return true;
}

static int run_clone_uuid(int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'N' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	char name[KERNEL_NAME_SIZE];
	struct clone clone = {};
	int option;

	while ((option = getopt_long(argc, argv, "N:h", options, NULL)) != -1) {
		if (option != 'N')
			return option == 'h' ? command_help(&command_clone_uuid) :
					       command_misused(&command_clone_uuid);
		if (!device_name_new(optarg, name))
			return EXIT_USAGE;
		clone.name = name;
	}
	if (optind != argc - 2) {
		complain("Give the main and the spare of the copy.");
		return command_misused(&command_clone_uuid);
	}
	if (clone.name && is_anothers(clone.name, argv[optind]))
		return EXIT_OPERATION;
	return run(&clone, argv[optind], argv[optind + 1]);
}

const struct command command_clone_uuid = {
	.name = "clone-uuid",
	.arguments = "[--name NAME] MAIN SPARE",
	.summary = "give a copy of a set its own identity",
	.help =
	"For MAIN and SPARE that are copies of the two disks of a set, by dd or a snapshot, and\n"
	"not in use: gives them a uuid and a secret of their own, and a name, so that the set and\n"
	"its copy can be used at the same time. If it is interrupted, give the command again.\n\n"
	"  -N, --name NAME  what the set is to be called; else its name and \"-copy\"\n"
	"  -h, --help       print this\n\n"
	"Exit status: 0 done, 8 not, 16 wrong usage.\n",
	.run = run_clone_uuid,
};
