// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap import: mark or remap the bad sectors that another program has listed.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "lib/ask.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "remaps/change.h"
#include "remaps/import.h"
#include "remaps/plan.h"
#include "remaps/report.h"
#include "remaps/size.h"

/*
 * The request. @of: the device that the numbers of the list refer to; NULL if not given.
 */
struct import_request {
	const char *name;
	struct volume volume;
	const struct import_format *format;
	const char *of;
	bool whole_disk;
	bool from_disk;
	bool wake;
	bool copy;
	bool give_up;
	bool yes;
	bool dry_run;
	bool json;
};

static int misused(const char *why, const char *what)
{
	complain(why, what);
	return command_misused(&command_import);
}

/* The options must make sense for a list of this format. */
static int check_options(const struct import *import)
{
	if (import->block_size && !import->format->block_size)
		return misused("--block-size does not apply to %s: the unit of its numbers is fixed.",
			       import->format->name);
	if (strcmp(import->statuses, "-") && import->format != &import_ddrescue)
		return misused("--include applies to mapfiles of ddrescue, not to %s.",
			       import->format->name);
	return EXIT_CLEAN;
}

/* On a stacked main, sectors of the disks below can be anywhere. */
static int check_stacked(const struct import *import, const struct import_origin *origin)
{
	const struct volume *volume = import->volume;

	if (!volume->stacked || strcmp(origin->what, "disk") || import->format->stacked)
		return EXIT_CLEAN;
	complain("The main of %s, %s, is made of other devices, so a sector of a disk cannot be located on it. Look for bad blocks on the main itself, with badblocks or ddrescue, and import those.",
		 volume->name, volume->main.path);
	return EXIT_OPERATION;
}

/* Find the device that the numbers of the list refer to. */
static int find_origin(const struct import_request *request, const struct import *import,
		       struct import_origin *origin)
{
	const struct volume *volume = import->volume;

	if (request->whole_disk || (!request->of && import->format->whole_disk)) {
		*origin = import_origin_disk(volume);
		if (volume->partition)
			complain("The numbers are sectors of the whole disk: the main of %s is a partition that begins at sector %llu of it.",
				 volume->name, LLU(volume->partition_start));
	} else if (!request->of) {
		*origin = import_origin_main(volume);
	} else if (!import_find_origin(volume, request->of, origin)) {
		complain("%s: there is no such device.", request->of);
		return EXIT_OPERATION;
	}
	if (origin->what)
		return check_stacked(import, origin);
	complain("%s is neither the main of %s, nor its disk, nor a partition of that.",
		 request->of, volume->name);
	return EXIT_OPERATION;
}

static int parse_list(struct import_request *request, struct import *import,
		      const struct import_origin *origin)
{
	if (import_parse(import))
		return EXIT_OPERATION;
	if (!request->of && !import_check_origin(import, origin))
		return EXIT_OPERATION;
	return EXIT_CLEAN;
}

static int read_list(struct import_request *request, struct import *import,
		     struct import_origin *origin)
{
	int status;

	if (import_read(import))
		return EXIT_OPERATION;
	import->format = request->format ?: import_guess(import);
	if (!import->format)
		return EXIT_OPERATION;
	status = check_options(import);
	if (!status)
		status = find_origin(request, import, origin);
	if (status)
		return status;
	import->base = origin->base;
	return parse_list(request, import, origin);
}

/* What the disk itself reports refers to the whole disk, so there is no origin to guess. */
static int ask_disk(struct import_request *request, struct import *import,
		    struct import_origin *origin)
{
	import->format = &import_smartctl;
	*origin = import_origin_disk(import->volume);
	if (check_stacked(import, origin))
		return EXIT_OPERATION;
	return import_from_disk(import, request->wake) ? EXIT_OPERATION : EXIT_CLEAN;
}

/* The user must see that entries outside the device were not taken. */
static void say_outside(const struct import *import, const struct plan *plan,
			const struct import_origin *origin)
{
	const struct volume *volume = import->volume;
	wide start = (wide)volume->partition_start + volume->main_start;

	start -= origin->base / SECTOR_SIZE;
	if (plan->outside || plan->partly)
		complain("%lu of %zu entr%s %s outside of %s, which is sectors %llu to %llu of the %s, and %lu %s so in part: that is left out.",
			 plan->outside, import->entries.nr,
			 import->entries.nr == 1 ? "y" : "ies", is(plan->outside),
			 volume->name, LLU(start), LLU(start + volume->sectors - 1),
			 origin->what, plan->partly,
			 is(plan->partly));
	if (import->entries.nr && plan->outside == import->entries.nr)
		complain("No entry is inside: is this the list of another disk, or of another block size?");
}

/* The participle of the change, also for a dry run. */
static const char *doing(const struct import_request *request)
{
	if (request->dry_run)
		return request->give_up ? "to be given up" :
		       request->copy ? "to be remapped" : "to be marked";
	return request->give_up ? "given up" : request->copy ? "remapped" : "marked";
}

static const char *format_name(const struct import_request *request, const struct import *import)
{
	return request->from_disk ? "smartctl and kernel" : import->format->name;
}

/* @pending: blocks that remain pending after copying, because they could not be read. */
static void print_text(const struct import_request *request, const struct import *import,
		       const struct plan *plan, const struct change *change, uint64_t pending)
{
	uint64_t blocks = request->dry_run ? ranges_total(&plan->blocks) : change->done - pending;

	if (request->dry_run)
		report_ranges(plan->volume, &plan->blocks);
	printf("%s%s: %zu entr%s (%s), %llu block%s %s, ",
	       request->dry_run ? "# " : "", plan->volume->name, import->entries.nr,
	       import->entries.nr == 1 ? "y" : "ies", format_name(request, import), LLU(blocks),
	       plural(blocks), doing(request));
	if (pending)
		printf("%llu pending, since the main does not give %s, ", LLU(pending),
		       pending == 1 ? "it" : "them");
	printf("%llu remapped already, ", LLU(plan->already));
	if (plan->already_pending)
		printf("%llu pending already, ", LLU(plan->already_pending));
	printf("%llu listed again.\n", LLU(plan->again));
}

static void print_json(const struct import_request *request, const struct import *import,
		       const struct plan *plan, const struct change *change, uint64_t pending)
{
	json_out_begin();
	json_out_member("device", json_object_new_string(plan->volume->name));
	json_out_member("format", json_object_new_string(format_name(request, import)));
	json_out_member("action", json_object_new_string(request->give_up ? "forget" :
							 request->copy ? "add" : "mark"));
	report_number_json("entries", import->entries.nr);
	report_number_json("outside", plan->outside);
	report_number_json("partly_outside", plan->partly);
	import_left_json(import);
	report_number_json("listed_again", plan->again);
	report_number_json("already_remapped", plan->already);
	report_number_json("already_pending", plan->already_pending);
	report_number_json("blocks", ranges_total(&plan->blocks));
	report_number_json("done", change->done);
	report_number_json("still_pending", pending);
	report_ranges_json(plan->volume, &plan->blocks);
	json_out_end();
}

static bool sure(const struct import_request *request, const struct plan *plan)
{
	uint64_t blocks = ranges_total(&plan->blocks);

	if (request->yes || !blocks)
		return true;
	if (ask("%llu block%s of %s: what cannot be read from the main now is lost for good. Give up?",
		LLU(blocks), blocks == 1 ? "" : "s", plan->volume->name))
		return true;
	puts("Nothing has been changed.");
	return false;
}

/* A block must be pending before it can be given up. */
static int change_blocks(const struct import_request *request, struct change *change)
{
	int status;

	if (request->copy)
		change->kind = CHANGE_ADD;
	status = change_run(change);
	if (status || !request->give_up)
		return status;
	change->kind = CHANGE_FORGET;
	return change_run(change);
}

static int carry_out(const struct import_request *request, const struct import *import,
		     const struct import_origin *origin)
{
	struct change change = { .volume = import->volume, .kind = CHANGE_MARK };
	uint64_t pending = 0;
	struct plan plan;
	int status, lock = request->dry_run ? -1 : volume_lock(import->volume);

	plan_make(&plan, import->volume, &import->entries);
	import_say_left(import);
	say_outside(import, &plan, origin);
	/*
	 * Marking a pending block changes nothing, but copying it retries the read. In a split
	 * block, only the sectors still on the main can be given up.
	 */
	status = plan_leave_remapped(&plan, !request->copy && !request->give_up,
				     !request->give_up);
	if (!status && request->give_up && !request->dry_run && !sure(request, &plan)) {
		status = EXIT_UNCORRECTED;
	} else if (!status) {
		change.blocks = &plan.blocks;
		if (!request->dry_run)
			status = change_blocks(request, &change);
		if (request->copy && change.done)
			status = exit_worst(status, plan_still_pending(&plan, &pending));
		if (request->json)
			print_json(request, import, &plan, &change, pending);
		else
			print_text(request, import, &plan, &change, pending);
	}
	plan_free(&plan);
	if (lock >= 0)
		close(lock);
	return status;
}

static int import_list(struct import_request *request, struct import *import)
{
	struct import_origin origin;
	int status;

	status = volume_find(&request->volume, request->name);
	if (status)
		return status;
	import->volume = &request->volume;
	status = request->from_disk ? ask_disk(request, import, &origin) :
				      read_list(request, import, &origin);
	if (!status)
		status = carry_out(request, import, &origin);
	import_free(import);
	return status;
}

static bool statuses_valid(const char *statuses)
{
	if (*statuses && strspn(statuses, "?*/-") == strlen(statuses))
		return true;
	complain("--include takes statuses of a mapfile, which are \"-\", \"/\", \"*\" and \"?\".");
	return false;
}

enum {
	OPTION_OF = 256,
	OPTION_COPY,
	OPTION_GIVE_UP,
	OPTION_ALL_BOOTS,
	OPTION_FROM_DISK,
	OPTION_WAKE,
};

/* Options with an argument. */
static bool take_value(struct import_request *request, struct import *import, int option)
{
	switch (option) {
	case 'f':
		request->format = import_format_named(optarg);
		return request->format;
	case 'b':
		return block_size_valid(optarg, &import->block_size);
	case 'i':
		import->statuses = optarg;
		return statuses_valid(optarg);
	case OPTION_OF:
		request->of = optarg;
		return true;
	}
	return false;
}

static bool take_flag(struct import_request *request, struct import *import, int option)
{
	const struct {
		int option;
		bool *flag;
	} flags[] = {
		{ 'w', &request->whole_disk },
		{ 'n', &request->dry_run },
		{ 'y', &request->yes },
		{ 'j', &request->json },
		{ OPTION_COPY, &request->copy },
		{ OPTION_GIVE_UP, &request->give_up },
		{ OPTION_ALL_BOOTS, &import->all_boots },
		{ OPTION_FROM_DISK, &request->from_disk },
		{ OPTION_WAKE, &request->wake },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].option == option) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

/* Reject options that exclude each other. */
static int check_request(const struct import_request *request)
{
	if (request->copy && request->give_up)
		return misused("--copy and --give-up do not go together.%s", "");
	if (request->of && request->whole_disk)
		return misused("--whole-disk says which device the list is of, and so does --of %s.",
			       request->of);
	if (request->from_disk && (request->of || request->whole_disk || request->format))
		return misused("--from-disk knows what it reads: %s is for lists.",
			       request->format ? "--format" : "--of");
	if (request->json && request->give_up && !request->yes && !request->dry_run)
		return misused("--json asks no questions: give %s.", "--yes or --dry-run");
	return EXIT_CLEAN;
}

static int run_import(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "block-size", required_argument, NULL, 'b' },
		{ "of", required_argument, NULL, OPTION_OF },
		{ "whole-disk", no_argument, NULL, 'w' },
		{ "include", required_argument, NULL, 'i' },
		{ "all-boots", no_argument, NULL, OPTION_ALL_BOOTS },
		{ "from-disk", no_argument, NULL, OPTION_FROM_DISK },
		{ "wake", no_argument, NULL, OPTION_WAKE },
		{ "copy", no_argument, NULL, OPTION_COPY },
		{ "give-up", no_argument, NULL, OPTION_GIVE_UP },
		{ "yes", no_argument, NULL, 'y' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct import import = { .statuses = "-" };
	struct import_request request = {};
	int option, status;

	while ((option = getopt_long(argc, argv, "f:b:wi:ynjh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_import);
		if (!take_flag(&request, &import, option) &&
		    !take_value(&request, &import, option))
			return command_misused(&command_import);
	}
	status = check_request(&request);
	if (status)
		return status;
	if (optind != argc - (request.from_disk ? 1 : 2))
		return misused("Give the device and the %s; \"-\" is standard input.", "file");
	request.name = argv[optind];
	import.path = argv[optind + 1];
	return import_list(&request, &import);
}

const struct command command_import = {
	.name = "import",
	.arguments = "[OPTION]... DEVICE {FILE | - | --from-disk}",
	.summary = "mark what another program has listed as bad",
	.help =
	"Takes the output of badblocks, a mapfile of ddrescue, logs that smartctl has printed (self-\n"
	"tests, errors, pending defects; text or JSON), the error log of nvme-cli, the kernel's log\n"
	"(dmesg, journalctl -k, including errors of btrfs), \"zpool events -v\", bad blocks of md\n"
	"(sysfs or mdadm), or a list of lines START [COUNT] in sectors of 512 bytes. Numbers are those\n"
	"of the raw main; those of smartctl, nvme-cli and the kernel are of its disk, if it is a\n"
	"partition, and those of zpool of the devices that it names. The whole list is checked before\n"
	"anything is changed.\n\n"
	"The blocks are marked as bad: nothing is read, a read of one asks the main, and the next\n"
	"write of one goes to the spare.\n\n"
	"  -f, --format F        badblocks, ddrescue, kernel, md, nvme-cli, plain, smartctl or\n"
	"                        zpool; detected if not given\n"
	"  -b, --block-size N    unit of the numbers in bytes: for badblocks its -b, default 1024;\n"
	"                        for smartctl and nvme-cli the logical sector size\n"
	"      --of DEV          the numbers are of DEV: the main, its disk, a partition of that, or\n"
	"                        the device itself\n"
	"  -w, --whole-disk      the numbers are of the disk that the main is a partition of\n"
	"  -i, --include S       statuses of a mapfile to take, as -/*?; the default is -\n"
	"      --all-boots       take errors of earlier boots from the kernel's log as well\n"
	"      --from-disk       ask smartctl and the kernel's log instead of reading a list\n"
	"      --wake            with --from-disk: wake a disk that sleeps\n"
	"      --copy            copy the blocks to the spare at once, as \"dmremap add\" does\n"
	"      --give-up         declare unreadable sectors of them lost, after a question\n"
	"  -y, --yes             do not ask\n"
	"  -n, --dry-run         print the ranges that would be, as START COUNT, and change nothing\n"
	"  -j, --json            print JSON\n"
	"  -h, --help            print this\n\n"
	"Exit status: 0 all was done, 4 some of it was done, 8 nothing was done, 16 wrong usage.\n",
	.run = run_import,
};
