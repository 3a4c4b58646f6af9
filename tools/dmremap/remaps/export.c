// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap export: the bad places of the main, for other programs: what is remapped, and
 * what is pending.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/volume.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/util.h"
#include "remaps/size.h"

/* As badblocks and e2fsck have it for a file system with blocks of this size. */
#define BADBLOCKS_DEFAULT	1024

/**
 * struct export - what is to be printed; ranges are of bytes of the main, and merged.
 * @volume: the device.
 * @remapped: what is on the spare.
 * @pending: what is known to be unreadable, and still on the main.
 * @bad: both of them.
 * @unit: bytes of a block of badblocks.
 */
struct export {
	const struct volume *volume;
	struct ranges remapped;
	struct ranges pending;
	struct ranges bad;
	uint64_t unit;
};

static void print_badblocks(const struct export *export)
{
	const struct range *range = export->bad.range;
	wide block, next = 0;
	bool rounded = false;
	size_t i;

	for (i = 0; i < export->bad.nr; i++, range++) {
		rounded |= range->start % export->unit || range->end % export->unit;
		block = range->start / export->unit;
		/* the last one of the range before may be the same */
		if (block < next)
			block = next;
		for (; block * export->unit < range->end; block++)
			printf("%llu\n", (unsigned long long)block);
		next = block;
	}
	if (rounded)
		complain("Blocks of %llu bytes do not begin and end where those of the device do, and say more than those. With --block-size 512 they would not.",
			 (unsigned long long)export->unit);
}

static void print_block(wide start, wide end, char status)
{
	if (start < end)
		printf("0x%08llX  0x%08llX  %c\n", (unsigned long long)start,
		       (unsigned long long)(end - start), status);
}

/* All of the main, as a mapfile of a copy that is complete has it. */
static void print_ddrescue(const struct export *export)
{
	wide end = (wide)export->volume->main.sectors * SECTOR_SIZE, at = 0;
	size_t i;

	printf("# Mapfile. Created by dmremap of %s: - is remapped or pending\n"
	       "# current_pos  current_status  current_pass\n"
	       "0x%08llX     +               1\n"
	       "#      pos        size  status\n", export->volume->name,
	       (unsigned long long)end);
	for (i = 0; i < export->bad.nr; i++) {
		print_block(at, export->bad.range[i].start, '+');
		print_block(export->bad.range[i].start, export->bad.range[i].end, '-');
		at = export->bad.range[i].end;
	}
	print_block(at, end, '+');
}

static uint64_t first(const struct range *range)
{
	return range->start / SECTOR_SIZE;
}

static uint64_t count(const struct range *range)
{
	return (range->end - range->start) / SECTOR_SIZE;
}

static void print_sectors(const struct export *export)
{
	const struct range *range = export->bad.range;
	size_t i;

	for (i = 0; i < export->bad.nr; i++, range++)
		printf("%llu %llu\n", LLU(first(range)), LLU(count(range)));
}

static void print_plain(const struct export *export)
{
	printf("# Remapped and pending sectors of the main of %s: START COUNT\n",
	       export->volume->name);
	print_sectors(export);
}

static void print_json_range(const struct range *range, const char *state)
{
	struct json_object *object = json_object_new_object();

	json_add_number(object, "start", first(range));
	json_add_number(object, "count", count(range));
	json_add_string(object, "state", state);
	json_out_element(object);
}

static void print_json(const struct export *export)
{
	const struct range *remapped = export->remapped.range, *pending = export->pending.range;
	const struct range *last_remapped = remapped + export->remapped.nr;
	const struct range *last_pending = pending + export->pending.nr;
	const struct volume *volume = export->volume;

	json_out_begin();
	json_out_member("device", json_object_new_string(volume->name));
	json_out_member("uuid", *volume->uuid ? json_object_new_string(volume->uuid) : NULL);
	json_out_member("main", json_object_new_string(volume->main.path));
	json_out_member("unit", json_object_new_int(SECTOR_SIZE));
	json_out_array("ranges");
	while (remapped < last_remapped || pending < last_pending) {
		if (pending == last_pending ||
		    (remapped < last_remapped && remapped->start < pending->start))
			print_json_range(remapped++, "remapped");
		else
			print_json_range(pending++, "pending");
	}
	json_out_array_end();
	json_out_end();
}

struct form {
	const char *name;
	void (*print)(const struct export *export);
};

static const struct form json_form = { "JSON", print_json };

static const struct form forms[] = {
	{ "badblocks", print_badblocks },
	{ "ddrescue", print_ddrescue },
	{ "md", print_sectors },
	{ "plain", print_plain },
};

static const struct form *find_form(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(forms[i].name, name))
			return &forms[i];
	complain("There is no format \"%s\" to export. There are badblocks, ddrescue, md and plain.",
		 name);
	return NULL;
}

/* From blocks of the device to bytes of the main. */
static void move_to_main(struct export *export, struct ranges *blocks)
{
	wide start = (wide)export->volume->main_start * SECTOR_SIZE;
	struct range *range = blocks->range, *last = range + blocks->nr;

	for (; range < last; range++) {
		range->start = start + range->start * export->volume->block;
		range->end = start + range->end * export->volume->block;
		ranges_add(&export->bad, range->start, range->end);
	}
}

static int export_device(const char *name, const struct form *form, uint64_t unit)
{
	struct volume volume;
	struct export export = { .volume = &volume, .unit = unit ?: BADBLOCKS_DEFAULT };
	int status = volume_find(&volume, name);

	if (!status)
		status = volume_remaps(&volume, &export.remapped, &export.pending, NULL);
	if (!status) {
		move_to_main(&export, &export.remapped);
		move_to_main(&export, &export.pending);
		ranges_merge(&export.bad);
		form->print(&export);
	}
	ranges_free(&export.remapped);
	ranges_free(&export.pending);
	ranges_free(&export.bad);
	return status;
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
		complain("--block-size is for badblocks: what numbers of %s count is always the same.",
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
	"Prints what is remapped and what is pending, with numbers of the raw main, and as \"dmremap\n"
	"import\" takes it. Only JSON tells the two from each other.\n\n"
	"  -f, --format F      badblocks, ddrescue (a mapfile of the whole main), md (as in\n"
	"                      bad_blocks of sysfs), or plain, the default: START COUNT in sectors\n"
	"  -b, --block-size N  bytes of a block of badblocks; 1024 if not given\n"
	"  -j, --json          print JSON\n"
	"  -h, --help          print this\n\n"
	"Exit status: 0 all was printed, 8 it is not there or cannot be read, 16 wrong usage.\n",
	.run = run_export,
};
