// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap export: list the remapped and pending ranges of the main for other programs.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/remap-list.h"
#include "kernel/volume.h"
#include "lib/exit.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/ranges.h"
#include "lib/util.h"
#include "remaps/size.h"

/* The block size that badblocks assumes by default. */
#define BADBLOCKS_DEFAULT	1024

/**
 * struct export - an export in progress. Ranges are printed as the kernel lists them, since there
 * may be millions.
 * @volume: the device.
 * @form: the output format.
 * @unit: block size for badblocks, in bytes.
 * @range: bytes of the main to print next; empty at first.
 * @pending: the range is pending.
 * @reason: why the range left the main.
 * @next: badblocks: the first block not printed yet.
 * @rounded: badblocks: ranges were enlarged to whole blocks.
 * @at: ddrescue: end of the part printed so far.
 */
struct export {
	const struct volume *volume;
	const struct form *form;
	uint64_t unit;
	struct range range;
	bool pending;
	unsigned int reason;
	wide next;
	bool rounded;
	wide at;
};

/**
 * struct form - a format.
 * @name: its name.
 * @by_state: blocks of different states or reasons are printed as separate ranges.
 * @begin: print the header, or NULL.
 * @print: print @range of the export.
 * @end: print the trailer, or NULL.
 */
struct form {
	const char *name;
	bool by_state;
	void (*begin)(struct export *export);
	void (*print)(struct export *export);
	void (*end)(struct export *export);
};

static void print_badblocks(struct export *export)
{
	const struct range *range = &export->range;
	wide block = range->start / export->unit;

	export->rounded |= range->start % export->unit || range->end % export->unit;
	/* may equal the last block of the previous range */
	if (block < export->next)
		block = export->next;
	for (; block * export->unit < range->end; block++)
		printf("%llu\n", LLU(block));
	export->next = block;
}

static void end_badblocks(struct export *export)
{
	if (export->rounded)
		complain("Blocks of %llu bytes are not aligned with the blocks of the device, so some ranges were enlarged. --block-size 512 avoids that.",
			 LLU(export->unit));
}

static void print_block(wide start, wide end, char status)
{
	if (start < end)
		printf("0x%08llX  0x%08llX  %c\n", LLU(start), LLU(end - start), status);
}

static wide main_end(const struct export *export)
{
	return (wide)export->volume->main.sectors * SECTOR_SIZE;
}

/* Covers the whole main, like the mapfile of a complete copy. */
static void begin_ddrescue(struct export *export)
{
	printf("# Mapfile. Created by dmremap of %s: - is remapped or pending\n"
	       "# current_pos  current_status  current_pass\n"
	       "0x%08llX     +               1\n"
	       "#      pos        size  status\n", export->volume->name,
	       LLU(main_end(export)));
}

static void print_ddrescue(struct export *export)
{
	print_block(export->at, export->range.start, '+');
	print_block(export->range.start, export->range.end, '-');
	export->at = export->range.end;
}

static void end_ddrescue(struct export *export)
{
	print_block(export->at, main_end(export), '+');
}

static uint64_t first(const struct range *range)
{
	return range->start / SECTOR_SIZE;
}

static uint64_t count(const struct range *range)
{
	return (range->end - range->start) / SECTOR_SIZE;
}

static void print_sectors(struct export *export)
{
	printf("%llu %llu\n", LLU(first(&export->range)), LLU(count(&export->range)));
}

static void begin_plain(struct export *export)
{
	printf("# Remapped and pending sectors of the main of %s: START COUNT\n",
	       export->volume->name);
}

static void begin_json(struct export *export)
{
	const struct volume *volume = export->volume;

	json_out_begin();
	json_out_member("device", json_object_new_string(volume->name));
	json_out_member("uuid", *volume->uuid ? json_object_new_string(volume->uuid) : NULL);
	json_out_member("main", json_object_new_string(volume->main.path));
	json_out_member("unit", json_object_new_int(SECTOR_SIZE));
	json_out_array("ranges");
}

static void print_json(struct export *export)
{
	struct json_object *object = json_object_new_object();

	json_add_number(object, "start", first(&export->range));
	json_add_number(object, "count", count(&export->range));
	json_add_string(object, "state", export->pending ? "pending" : "remapped");
	json_add_string(object, "reason", reason_name(export->reason));
	json_out_element(object);
}

static void end_json(struct export *export)
{
	(void)export;
	json_out_array_end();
	json_out_end();
}

static const struct form json_form = { "JSON", true, begin_json, print_json, end_json };

static const struct form forms[] = {
	{ "badblocks", false, NULL, print_badblocks, end_badblocks },
	{ "ddrescue", false, begin_ddrescue, print_ddrescue, end_ddrescue },
	{ "md", false, NULL, print_sectors, NULL },
	{ "plain", false, begin_plain, print_sectors, NULL },
};

static const struct form *find_form(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(forms[i].name, name))
			return &forms[i];
	complain("Unknown format \"%s\". The formats are badblocks, ddrescue, md and plain.",
		 name);
	return NULL;
}

static void begin(void *context, const struct remap_status *status, const char *line)
{
	struct export *export = context;

	(void)status;
	(void)line;
	if (export->form->begin)
		export->form->begin(export);
}

static void print_range(struct export *export)
{
	if (export->range.start < export->range.end)
		export->form->print(export);
}

/* The kernel lists blocks in order. */
static void add(void *context, const struct remap *remap, const char *line)
{
	struct export *export = context;
	wide start = ((wide)export->volume->main_start + remap->main_sector) * SECTOR_SIZE;
	wide end = start + (wide)remap->sectors * SECTOR_SIZE;
	bool pending = !strcmp(remap->state, "pending");
	bool same = pending == export->pending && remap->reason == export->reason;

	(void)line;
	if (start == export->range.end && (same || !export->form->by_state)) {
		export->range.end = end;
		return;
	}
	print_range(export);
	export->range = (struct range) { start, end };
	export->pending = pending;
	export->reason = remap->reason;
}

static int export_device(const char *name, const struct form *form, uint64_t unit)
{
	struct volume volume;
	struct export export = {
		.volume = &volume, .form = form, .unit = unit ?: BADBLOCKS_DEFAULT,
	};
	const struct list_visitor visitor = { begin, add, &export };
	int status = volume_find(&volume, name);

	if (!status)
		status = list_device(name, &visitor);
	if (status)
		return status;
	print_range(&export);
	if (form->end)
		form->end(&export);
	return EXIT_CLEAN;
}

static int run_export(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "block-size", required_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	const struct form *form = NULL;
	const char *name;
	uint64_t unit = 0;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "f:b:jh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_export);
		if (option == 'f')
			form = find_form(optarg);
		json |= option == 'j';
		if (!strchr("fbj", option) || (option == 'f' && !form) ||
		    (option == 'b' && !block_size_valid(optarg, &unit)))
			return command_misused(&command_export);
	}
	if (json && form) {
		complain("--json and --format do not go together.");
		return command_misused(&command_export);
	}
	if (!form)
		form = json ? &json_form : find_form("plain");
	if (unit && form->print != print_badblocks) {
		complain("--block-size is only for badblocks: the unit of %s is fixed.",
			 form->name);
		return command_misused(&command_export);
	}
	name = command_operand(&command_export, argc, argv);
	return name ? export_device(name, form, unit) : EXIT_USAGE;
}

const struct command command_export = {
	.name = "export",
	.arguments = "[--format F [--block-size N] | --json] DEVICE",
	.summary = "print the bad places of the main for other programs",
	.help =
	"Prints the remapped and the pending ranges, as sectors of the raw main, in a form that\n"
	"\"dmremap import\" reads. Only JSON tells the two apart, and gives the reason of each.\n\n"
	"  -f, --format F      badblocks, ddrescue (a mapfile of the whole main), md (as in\n"
	"                      bad_blocks of sysfs), or plain, the default: START COUNT in sectors\n"
	"  -b, --block-size N  block size for badblocks in bytes; default 1024\n"
	"  -j, --json          print JSON\n"
	"  -h, --help          print this\n\n"
	"Exit status: 0 everything was printed, 8 the device does not exist or cannot be read,\n"
	"16 wrong usage.\n",
	.run = run_export,
};
