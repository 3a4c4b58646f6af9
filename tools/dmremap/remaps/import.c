// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap import: remap what another program says is bad.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "remaps/change.h"
#include "remaps/import.h"
#include "remaps/plan.h"
#include "remaps/report.h"
#include "remaps/size.h"

/* What was asked for. */
struct import_request {
	const char *name;
	struct volume volume;
	const struct import_format *format;
	bool whole_disk;
	bool dry_run;
	bool json;
};

static int misused(const char *why, const char *what)
{
	complain(why, what);
	return command_misused(&command_import);
}

/* What the user says of the list must make sense for one of this kind. */
static int check_options(const struct import *import)
{
	if (import->block_size && !import->format->block_size)
		return misused("--block-size is not for %s: what its numbers count is always the same.",
			       import->format->name);
	if (strcmp(import->statuses, "-") && import->format != &import_ddrescue)
		return misused("--include is for mapfiles of ddrescue, not for %s.",
			       import->format->name);
	return EXIT_CLEAN;
}

/* Sectors of the disk below devices that are stacked can be anywhere. */
static int check_disk(struct import_request *request, const struct import *import)
{
	const struct volume *volume = import->volume;

	request->whole_disk |= import->format->whole_disk;
	if (!request->whole_disk)
		return EXIT_CLEAN;
	if (volume->stacked) {
		complain("The main of %s, %s, is made of other devices: where a sector of a disk is on it cannot be told. Look for bad blocks on the main itself, with badblocks or ddrescue, and import those.",
			 volume->name, volume->main.number);
		return EXIT_OPERATION;
	}
	if (volume->partition)
		complain("The numbers are sectors of the whole disk: the main of %s is a partition that begins at sector %llu of it.",
			 volume->name,
			 (unsigned long long)volume->partition_start);
	return EXIT_CLEAN;
}

static int parse(struct import_request *request, struct import *import)
{
	int status;

	if (import_read(import))
		return EXIT_OPERATION;
	if (!request->format)
		request->format = import_guess(import);
	import->format = request->format;
	if (!import->format)
		return EXIT_OPERATION;
	status = check_options(import);
	if (!status)
		status = check_disk(request, import);
	if (status)
		return status;
	import->unit = import->format->unit ? import->format->unit(import) : SECTOR_SIZE;
	if (!import->unit || import->format->parse(import))
		return EXIT_OPERATION;
	return EXIT_CLEAN;
}

/* What was left out must not look as if it had been taken. */
static void say_left_out(const struct import *import, const struct plan *plan, bool whole_disk)
{
	const struct volume *volume = import->volume;
	uint64_t start = volume->main_start + (whole_disk ? volume->partition_start : 0);

	if (plan->outside || plan->partly)
		complain("%lu of %zu entries are outside of %s, which is sectors %llu to %llu of the %s, and %lu are so in part: that is left out.",
			 plan->outside, import->entries.nr,
			 volume->name, (unsigned long long)start,
			 (unsigned long long)(start + volume->sectors - 1),
			 whole_disk ? "disk" : "main", plan->partly);
	if (import->entries.nr && plan->outside == import->entries.nr)
		complain("That is all of them: is it the list of another disk, or one with another block size?");
	if (import->passed_over)
		complain("%lu entries tell of errors that do not make a sector of this disk bad, as those of a cable or of another namespace, and are left out.",
			 import->passed_over);
}

static void print_text(const struct import_request *request, const struct import *import,
		       const struct plan *plan, const struct change *change)
{
	if (request->dry_run)
		report_ranges(plan->volume, &plan->blocks);
	printf("%s%s: %zu entries (%s), %llu blocks %s, %llu remapped already, %llu listed again.\n",
	       request->dry_run ? "# " : "", plan->volume->name, import->entries.nr,
	       import->format->name,
	       (unsigned long long)(request->dry_run ? ranges_total(&plan->blocks) : change->done),
	       request->dry_run ? "to be remapped" : "remapped",
	       (unsigned long long)plan->already, (unsigned long long)plan->again);
}

static void print_json(const struct import *import, const struct plan *plan,
		       const struct change *change)
{
	json_out_begin();
	json_out_member("device", json_object_new_string(plan->volume->name));
	json_out_member("format", json_object_new_string(import->format->name));
	report_number_json("entries", import->entries.nr);
	report_number_json("outside", plan->outside);
	report_number_json("partly_outside", plan->partly);
	report_number_json("passed_over", import->passed_over);
	report_number_json("without_address", import->no_address);
	report_number_json("listed_again", plan->again);
	report_number_json("already_remapped", plan->already);
	report_number_json("blocks", ranges_total(&plan->blocks));
	report_number_json("added", change->done);
	report_ranges_json(plan->volume, &plan->blocks);
	json_out_end();
}

static int carry_out(const struct import_request *request, const struct import *import)
{
	struct change change = { .volume = import->volume };
	struct plan plan;
	int status;

	plan_make(&plan, import->volume, &import->entries, request->whole_disk);
	say_left_out(import, &plan, request->whole_disk);
	status = plan_leave_remapped(&plan);
	if (!status) {
		change.blocks = &plan.blocks;
		if (!request->dry_run)
			status = change_run(&change);
		if (request->json)
			print_json(import, &plan, &change);
		else
			print_text(request, import, &plan, &change);
	}
	plan_free(&plan);
	return status;
}

static int import_file(struct import_request *request, struct import *import)
{
	int status;

	status = volume_find(&request->volume, request->name);
	if (status)
		return status;
	import->volume = &request->volume;
	status = parse(request, import);
	if (!status)
		status = carry_out(request, import);
	import_free(import);
	return status;
}

static bool statuses_valid(const char *statuses)
{
	if (*statuses && strspn(statuses, "?*/-") == strlen(statuses))
		return true;
	complain("--include takes statuses of a mapfile: some of \"-\", \"/\", \"*\" and \"?\".");
	return false;
}

static int run_import(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "block-size", required_argument, NULL, 'b' },
		{ "whole-disk", no_argument, NULL, 'w' },
		{ "include", required_argument, NULL, 'i' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct import import = { .statuses = "-" };
	struct import_request request = {};
	int option;

	while ((option = getopt_long(argc, argv, "f:b:wi:njh", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			request.format = import_format_named(optarg);
			if (!request.format)
				return command_misused(&command_import);
			break;
		case 'b':
			if (!block_size_valid(optarg, &import.block_size))
				return command_misused(&command_import);
			break;
		case 'i':
			if (!statuses_valid(optarg))
				return command_misused(&command_import);
			import.statuses = optarg;
			break;
		case 'h':
			return command_help(&command_import);
		case 'w':
		case 'n':
		case 'j':
			request.whole_disk |= option == 'w';
			request.dry_run |= option == 'n';
			request.json |= option == 'j';
			break;
		default:
			return command_misused(&command_import);
		}
	}
	if (optind != argc - 2)
		return misused("Say which device, and which %s; \"-\" is standard input.", "file");
	request.name = argv[optind];
	import.path = argv[optind + 1];
	return import_file(&request, &import);
}

const struct command command_import = {
	.name = "import",
	.arguments = "[OPTION]... DEVICE {FILE | -}",
	.summary = "remap what another program has listed as bad",
	.help =
	"Takes the output of badblocks, a mapfile of ddrescue, logs that smartctl has printed (self-\n"
	"tests, errors, pending defects; text or JSON), bad blocks of md (sysfs or mdadm), or a list\n"
	"of lines START [COUNT] in sectors of 512 bytes. Numbers are those of the raw main; those of\n"
	"smartctl are of its disk, if it is a partition. The whole of each physical sector is\n"
	"remapped. All is read and checked before the first block is.\n\n"
	"  -f, --format F        badblocks, ddrescue, md, plain or smartctl; else it is found out\n"
	"  -b, --block-size N    bytes that the numbers count: with badblocks its -b, 1024 if not\n"
	"                        given; with smartctl a logical sector\n"
	"  -w, --whole-disk      the numbers are of the disk that the main is a partition of\n"
	"  -i, --include S       statuses of a mapfile to remap, as -/*?; the default is -\n"
	"  -n, --dry-run         print the ranges that would be, as START COUNT, and change nothing\n"
	"  -j, --json            print JSON\n"
	"  -h, --help            print this\n\n"
	"Exit status: 0 all was done, 4 some of it was done, 8 nothing was done, 16 wrong usage.\n",
	.run = run_import,
};
