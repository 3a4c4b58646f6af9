// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap replace-spare: give an active set another spare.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/dm-switch.h"
#include "kernel/kernel.h"
#include "lib/plural.h"
#include "lib/shell-word.h"
#include "life/spare-copy.h"
#include "life/wipe.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "sets/create.h"
#include "sets/reassembly.h"
#include "sets/remember.h"

/*
 * Maximum number of passes while the set is in use; each pass copies the writes made during the
 * previous one.
 */
#define MAX_PASSES	8

/* If I/O would be suspended for less than this, no further pass is needed. */
#define SHORT_NS	20000000

/* The main and its start, the spare, the rest. */
#define PARAMS_SIZE	(CREATE_PARAMS_SIZE + 64)

struct spare_switch {
	struct volume volume;
	struct blockdev old;
	const char *new;
	bool force;
	bool give_up;
	char params[PARAMS_SIZE];
	struct spare_copy copy;
};

/* Replace the spare, which is the third word, in the table. */
static bool make_params(struct spare_switch *r)
{
	struct dm_table table;
	struct blockdev new;
	int before, after;

	if (dm_table(r->volume.name, &table) <= 0 ||
	    sscanf(table.params, "%*s %*s %n%*s%n", &before, &after) < 0 ||
	    blockdev_by_path(&new, r->new))
		return false;
	snprintf(r->params, PARAMS_SIZE, "%.*s%s%s", before, table.params, new.number,
		 table.params + after);
	return true;
}

static int check(const struct spare_switch *r)
{
	struct create create = {
		.spare = r->new,
		.force = r->force,
		.block_size = r->volume.block,
		.sectors = r->volume.sectors,
	};
	uint64_t sector;
	int status;

	snprintf(create.name, sizeof(create.name), "%s", r->volume.name);
	if (!kernel_block_number(r->volume.number, "queue/logical_block_size", &sector))
		sector = SECTOR_SIZE;
	create.set_sector = sector;
	status = create_check_spare(&create);
	if (!status && (create.signatures.nr || create.dirty))
		status = create_wipe(&create);
	create_free(&create);
	return status;
}

static int say_unreadable(const struct spare_switch *r, uint64_t sectors)
{
	complain("%s keeps its spare: %llu sector%s cannot be read on %s, and %s nowhere else. Try again later, or give them up with --give-up: then reads of them fail until they are written.",
		 r->volume.name, LLU(sectors), plural(sectors), r->old.path, is(sectors));
	return EXIT_OPERATION;
}

static int say_why(const struct spare_switch *r)
{
	complain("%s keeps its spare: %s.", r->volume.name, r->copy.why);
	return EXIT_OPERATION;
}

/* Copy while the set is in use, until little is left. @ns takes the duration of the last pass. */
static int copy_online(struct spare_switch *r, uint64_t *ns)
{
	uint64_t began, sectors;
	int status, pass;

	for (pass = 0; pass < MAX_PASSES; pass++) {
		began = clock_ns();
		status = spare_copy_pass(&r->copy, true);
		if (status)
			return say_why(r);
		*ns = clock_ns() - began;
		if (*ns < SHORT_NS)
			break;
	}
	sectors = spare_copy_unreadable(&r->copy);
	return sectors && !r->give_up ? say_unreadable(r, sectors) : EXIT_CLEAN;
}

/*
 * Complete the copy while I/O is suspended, and close the new spare, which the kernel opens
 * exclusively.
 */
static int copy_paused(void *context)
{
	struct spare_switch *r = context;
	int status = spare_copy_pass(&r->copy, false);

	if (!status && spare_copy_unreadable(&r->copy) && !r->give_up) {
		r->copy.why = "sectors that were just written cannot be read on the old one";
		status = EXIT_OPERATION;
	}
	/*
	 * as late as possible, since the table repeats the identity of the main from the
	 * superblocks
	 */
	if (!status && !make_params(r)) {
		r->copy.why = "its table cannot be read";
		status = EXIT_OPERATION;
	}
	status = status ?: spare_copy_complete(&r->copy);
	device_close(&r->copy.new);
	return status;
}

static int record(const struct spare_switch *r)
{
	int status = remember_next(r->volume.uuid, NULL, r->new);

	if (status)
		complain("%s keeps its spare: a boot would not find it with another one.",
			 r->volume.name);
	return status;
}

static int put_in_force(struct spare_switch *r, uint64_t estimate)
{
	struct dm_switch sw = {
		.name = r->volume.name,
		.target = "remap",
		.sectors = r->volume.sectors,
		.paused = copy_paused,
		.params = r->params,
		.context = r,
	};
	int status;

	printf("%s: %llu block%s %s copied. I/O waits now, for about %llu ms.\n", r->volume.name,
	       LLU(r->copy.nr), plural(r->copy.nr), is(r->copy.nr),
	       LLU(estimate / 1000000 + 1));
	fflush(stdout);
	/* a look at the set during the copy may have settled the record */
	status = record(r);
	status = status ?: dm_switch(&sw);
	if (status && r->copy.why)
		return say_why(r);
	if (!status)
		printf("%s: %s is the spare now. I/O waited for %llu ms.\n", r->volume.name,
		       r->new, LLU(sw.paused_ns / 1000000 + 1));
	return status;
}

static int copy(struct spare_switch *r)
{
	uint64_t ns = 0;
	int status;

	remember_warn(r->volume.name, r->volume.main.path, r->new);

	if (device_open(&r->copy.old, r->old.path, false))
		return EXIT_OPERATION;
	if (device_open(&r->copy.new, r->new, true)) {
		device_close(&r->copy.old);
		return EXIT_OPERATION;
	}
	r->copy.volume = &r->volume;
	r->copy.give_up = r->give_up;
	status = spare_copy_begin(&r->copy);
	status = status ?: copy_online(r, &ns);
	status = status ?: put_in_force(r, ns);
	spare_copy_end(&r->copy);
	if (r->copy.new.fd >= 0)
		device_close(&r->copy.new);
	device_close(&r->copy.old);
	return status;
}

/*
 * Whenever this is interrupted, the next boot must accept the spare that is in force. The first
 * step is to record that, before anything on the new spare is destroyed.
 */
static int copy_recorded(struct spare_switch *r)
{
	int status = record(r);

	if (status)
		return status;
	status = check(r);
	status = status ?: copy(r);
	if (status)
		remember_settled(r->volume.uuid, r->volume.name);
	return status;
}

/* Empty the old spare, in which the kernel has recorded the replacement if it could. */
static int clean_up(const struct spare_switch *r)
{
	remember_settled(r->volume.uuid, r->volume.name);
	reassembly_announce(r->new);
	if (!wipe_spare(r->old.path)) {
		reassembly_announce(r->old.path);
		printf("%s is empty.\n", r->old.path);
		return EXIT_CLEAN;
	}
	complain("%s is no longer needed, but still has its metadata. If it can be written again: \"dmremap delete --give-up %s\".",
		 r->old.path, shell_word(r->old.path));
	return EXIT_UNCORRECTED;
}

/* The kernel lets a spare take over only if its superblocks are made from those of the old one. */
static int say_gone(const struct volume *volume, const char *number)
{
	complain("%s keeps its spare, %s, which has left the system: no other one can take over without it. Connect it again: \"dmremap status %s\" says how to go on. If it is gone for good, \"dmremap delete --give-up %s\" ends the set, and \"dmremap create\" makes a new one; \"dmremap replace --leave %s NEWDISK\" moves to another disk.",
		 volume->name, number, shell_word(volume->name), shell_word(volume->name),
		 shell_word(volume->name));
	return EXIT_OPERATION;
}

static int replace(const char *name, struct spare_switch *r)
{
	int status = volume_find(&r->volume, name);
	bool gone;

	if (status)
		return status;
	if (!volume_spare(&r->volume, &r->old, &gone) || !*r->volume.uuid) {
		complain("%s: the kernel does not show its spare.", r->volume.name);
		return EXIT_OPERATION;
	}
	if (gone)
		return say_gone(&r->volume, r->old.number);
	status = volume_check_writable(&r->volume);
	/* if the new spare is in force, the host must have recorded it to find it at boot */
	interrupt_hold();
	status = status ?: copy_recorded(r);
	status = status ?: clean_up(r);
	interrupt_release();
	return status;
}

static int run_replace_spare(int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "give-up", no_argument, NULL, 'g' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct spare_switch r = {};
	int option;

	while ((option = getopt_long(argc, argv, "fgh", options, NULL)) != -1) {
		if (option != 'f' && option != 'g')
			return option == 'h' ? command_help(&command_replace_spare) :
					       command_misused(&command_replace_spare);
		r.force |= option == 'f';
		r.give_up |= option == 'g';
	}
	if (optind != argc - 2) {
		complain("Give the set and its new spare.");
		return command_misused(&command_replace_spare);
	}
	r.new = argv[optind + 1];
	return replace(argv[optind], &r);
}

const struct command command_replace_spare = {
	.name = "replace-spare",
	.arguments = "[--force] [--give-up] NAME NEW",
	.summary = "give an active set another spare",
	.help =
	"Copies what is on the spare of a set, which may be in use, to NEW, a device of any size\n"
	"that holds it. I/O waits only for the last pass, which copies what was written during\n"
	"the one before; how long is said before and after. Then NEW is the spare, and the old\n"
	"one is emptied. Bad blocks of the old spare are left behind. Whenever this\n"
	"is interrupted, one of the two spares is valid, and the set has all its data.\n\n"
	"  -f, --force    destroy what is on NEW\n"
	"  -g, --give-up  give up sectors that cannot be read from the old spare\n"
	"  -h, --help     print this\n\n"
	"Exit status: 0 replaced, 4 replaced, but the old spare could not be emptied, 8 the set\n"
	"keeps its spare, 16 wrong usage.\n",
	.run = run_replace_spare,
};
