// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap add, dmremap remove: remaps by hand.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "kernel/kernel.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/plural.h"
#include "remaps/change.h"
#include "remaps/range-text.h"
#include "remaps/report.h"

/*
 * @skip: blocks already in the desired state are not an error.
 * @pending: number of blocks to remove that are merely pending.
 */
struct change_request {
	const struct command *command;
	bool remove;
	bool skip;
	bool dry_run;
	bool json;
	uint64_t pending;
};

static int take_ranges(const struct change_request *request, const struct volume *volume,
		       char **words, struct ranges *blocks)
{
	wide asked = 0;
	int status;

	for (; *words; words++) {
		status = range_add(volume, *words, blocks);
		if (status == EXIT_USAGE)
			return command_misused(request->command);
		if (status)
			return status;
	}
	asked = ranges_total(blocks);
	ranges_merge(blocks);
	if (asked == ranges_total(blocks) || request->skip)
		return EXIT_CLEAN;
	complain("%s: a block is named twice. Nothing has been changed; with --skip it counts once.",
		 volume->name);
	return EXIT_OPERATION;
}

static void first_of(const struct volume *volume, const struct ranges *blocks, const char *what)
{
	complain("%s: the block at sector %llu is %s. Nothing has been changed; --skip leaves such blocks out.",
		 volume->name,
		 (unsigned long long)blocks->range[0].start * volume_block_sectors(volume), what);
}

/*
 * The kernel checks each write, but does not check all pieces before it starts on the first one.
 */
static int check_state(struct change_request *request, const struct volume *volume,
		       struct ranges *blocks)
{
	struct ranges listed = {}, wrong = {}, left = {}, pending = {};
	int status;
	size_t i;

	/* pending blocks can be both remapped and removed */
	status = volume_remaps(volume, &listed, request->remove ? &pending : NULL, NULL);
	for (i = 0; i < blocks->nr; i++)
		ranges_add(&left, blocks->range[i].start, blocks->range[i].end);
	request->pending = ranges_subtract(&left, &pending);
	ranges_subtract(&left, &listed);
	for (i = 0; i < pending.nr; i++)
		ranges_add(&listed, pending.range[i].start, pending.range[i].end);
	ranges_merge(&listed);
	for (i = 0; i < blocks->nr; i++)
		ranges_add(&wrong, blocks->range[i].start, blocks->range[i].end);
	ranges_subtract(&wrong, request->remove ? &listed : &left);
	if (!status && wrong.nr && !request->skip) {
		first_of(volume, &wrong, request->remove ? "not remapped" : "remapped already");
		status = EXIT_OPERATION;
	}
	ranges_subtract(blocks, &wrong);
	ranges_free(&listed);
	ranges_free(&pending);
	ranges_free(&left);
	ranges_free(&wrong);
	return status;
}

/* Reject oversized requests before any block is moved. */
static int check_room(const struct volume *volume, const struct ranges *blocks)
{
	uint64_t total = ranges_total(blocks), room, pending;
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	if (volume_free(volume, &room))
		return EXIT_OPERATION;
	if (kernel_read(TREE_CONFIG, volume->name, "remaps/pending", text) ||
	    !number_take(&p, &pending)) {
		complain("%s cannot be read.",
			 kernel_path(TREE_CONFIG, volume->name, "remaps/pending"));
		return EXIT_OPERATION;
	}
	if (total <= room + pending)
		return EXIT_CLEAN;
	complain("%s: %llu block%s %s to be remapped, and %llu %s free on the spare. Nothing has been changed.",
		 volume->name, LLU(total), plural(total), is(total), LLU(room), is(room));
	return EXIT_OPERATION;
}

/* A pending block has no data on the spare: removing it copies nothing. */
static void print_removed(const struct change_request *request, const struct change *change)
{
	const char *s = change->done == 1 ? "" : "s", *are = change->done == 1 ? "is" : "are";

	if (request->pending >= change->done)
		printf("%s: %llu block%s %s no longer pending; no data of %s was on the spare.\n",
		       change->volume->name, LLU(change->done), s, are,
		       change->done == 1 ? "it" : "them");
	else if (request->pending)
		printf("%s: %llu block%s %s back on the main, %llu of them had only been pending.\n",
		       change->volume->name, LLU(change->done), s, are, LLU(request->pending));
	else
		printf("%s: %llu block%s %s back on the main.\n", change->volume->name,
		       LLU(change->done), s, are);
}

static void print(const struct change_request *request, const struct change *change)
{
	const struct volume *volume = change->volume;

	if (request->json) {
		json_out_begin();
		json_out_member("device", json_object_new_string(volume->name));
		report_number_json("blocks", ranges_total(change->blocks));
		report_number_json(request->remove ? "removed" : "added", change->done);
		report_ranges_json(volume, change->blocks);
		json_out_end();
	} else if (request->dry_run) {
		report_ranges(volume, change->blocks);
	} else if (change->done && request->remove) {
		print_removed(request, change);
	} else if (change->done) {
		printf("%s: %llu block%s remapped.\n", volume->name, LLU(change->done),
		       change->done == 1 ? " was" : "s were");
	} else {
		printf("%s: nothing to do.\n", volume->name);
	}
}

static int run_on(struct change_request *request, const char *name, char **words)
{
	struct ranges blocks = {};
	struct volume volume;
	struct change change = {
		.volume = &volume,
		.kind = request->remove ? CHANGE_REMOVE : CHANGE_ADD,
		.blocks = &blocks,
	};
	int status, lock = -1;

	status = volume_find(&volume, name);
	if (!status && !request->dry_run)
		lock = volume_lock(&volume);
	if (!status)
		status = take_ranges(request, &volume, words, &blocks);
	if (!status)
		status = check_state(request, &volume, &blocks);
	if (!status && !request->remove)
		status = check_room(&volume, &blocks);
	if (!status) {
		if (!request->dry_run)
			status = change_run(&change);
		if (request->json || !status)
			print(request, &change);
	}
	if (lock >= 0)
		close(lock);
	ranges_free(&blocks);
	return status;
}

static int run_either(struct change_request *request, int argc, char **argv)
{
	static const struct option options[] = {
		{ "skip", no_argument, NULL, 's' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int option;

	while ((option = getopt_long(argc, argv, "snjh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(request->command);
		if (option != 's' && option != 'n' && option != 'j')
			return command_misused(request->command);
		request->skip |= option == 's';
		request->dry_run |= option == 'n';
		request->json |= option == 'j';
	}
	if (argc - optind < 2) {
		complain("Give the device and the sectors.");
		return command_misused(request->command);
	}
	return run_on(request, argv[optind], argv + optind + 1);
}

static int run_add(int argc, char **argv)
{
	struct change_request request = { .command = &command_add };

	return run_either(&request, argc, argv);
}

static int run_remove(int argc, char **argv)
{
	struct change_request request = { .command = &command_remove, .remove = true };

	return run_either(&request, argc, argv);
}

#define ARGUMENTS "[--skip] [--dry-run] [--json] DEVICE START[+COUNT]..."
#define RANGES \
	"Numbers are sectors of 512 bytes from the start of the device; COUNT is 1 if it is left\n" \
	"out. A range is rounded outwards to whole blocks.\n\n"
#define STATUS \
	"  -n, --dry-run  print the ranges that would be, as START COUNT, and change nothing\n" \
	"  -j, --json     print JSON\n" \
	"  -h, --help     print this\n\n" \
	"A signal ends it between two pieces of a long range; it says how far it has come.\n\n" \
	"Exit status: 0 all was done, 4 some of it was done, 8 nothing was done, 16 wrong usage.\n"

const struct command command_add = {
	.name = "add",
	.arguments = ARGUMENTS,
	.summary = "remap blocks by hand, with their data",
	.help =
	"Copies blocks to the spare, where they are from then on, also after a reboot if the set is\n"
	"persistent. I/O goes on. " RANGES
	"  -s, --skip     leave out blocks that are remapped already\n"
	STATUS,
	.run = run_add,
};

const struct command command_remove = {
	.name = "remove",
	.arguments = ARGUMENTS,
	.summary = "undo remaps, with their data",
	.help =
	"Copies blocks back to the main. One that the main does not take, or whose data is lost,\n"
	"stays on the spare. I/O goes on. " RANGES
	"  -s, --skip     leave out blocks that are not remapped\n"
	STATUS,
	.run = run_remove,
};
