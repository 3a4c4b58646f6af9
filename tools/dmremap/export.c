// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap export: the remapped places of the main, for other programs.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "size.h"
#include "util.h"
#include "volume.h"

/* As badblocks and e2fsck have it for a file system with blocks of this size. */
#define BADBLOCKS_DEFAULT	1024

/* @ranges: of bytes of the main, in order, and not next to each other. */
struct export {
	const struct volume *volume;
	struct ranges ranges;
	uint64_t unit;
};

static void print_badblocks(const struct export *export)
{
	const struct range *range = export->ranges.range;
	wide block, next = 0;
	bool rounded = false;
	size_t i;

	for (i = 0; i < export->ranges.nr; i++, range++) {
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
		complain("Blocks of %llu bytes do not begin and end where the remaps do, and say more than those. With --block-size 512 they would not.",
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

	printf("# Mapfile. Created by dmremap of %s: - is remapped\n"
	       "# current_pos  current_status  current_pass\n"
	       "0x%08llX     +               1\n"
	       "#      pos        size  status\n", export->volume->name,
	       (unsigned long long)end);
	for (i = 0; i < export->ranges.nr; i++) {
		print_block(at, export->ranges.range[i].start, '+');
		print_block(export->ranges.range[i].start, export->ranges.range[i].end, '-');
		at = export->ranges.range[i].end;
	}
	print_block(at, end, '+');
}

static void print_sectors(const struct export *export)
{
	const struct range *range = export->ranges.range;
	size_t i;

	for (i = 0; i < export->ranges.nr; i++, range++)
		printf("%llu %llu\n", (unsigned long long)(range->start / SECTOR_SIZE),
		       (unsigned long long)((range->end - range->start) / SECTOR_SIZE));
}

static void print_plain(const struct export *export)
{
	printf("# Remapped sectors of the main of %s: START COUNT\n", export->volume->name);
	print_sectors(export);
}

static const struct form {
	const char *name;
	void (*print)(const struct export *export);
} forms[] = {
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

static int export_device(const char *name, const struct form *form, uint64_t unit)
{
	struct export export = { .unit = unit ?: BADBLOCKS_DEFAULT };
	struct ranges blocks = {};
	struct volume volume;
	wide start;
	size_t i;
	int status;

	status = volume_find(&volume, name);
	if (!status)
		status = volume_remaps(&volume, &blocks, NULL);
	if (!status) {
		export.volume = &volume;
		start = (wide)volume.main_start * SECTOR_SIZE;
		for (i = 0; i < blocks.nr; i++)
			ranges_add(&export.ranges, start + blocks.range[i].start * volume.block,
				   start + blocks.range[i].end * volume.block);
		form->print(&export);
	}
	ranges_free(&blocks);
	ranges_free(&export.ranges);
	return status;
}

static int run_export(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "block-size", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	const struct form *form = NULL;
	const char *name;
	uint64_t unit = 0;
	int option;

	while ((option = getopt_long(argc, argv, "f:b:h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_export);
		if (option == 'f')
			form = find_form(optarg);
		if ((option != 'f' && option != 'b') || (option == 'f' && !form) ||
		    (option == 'b' && !block_size_valid(optarg, &unit)))
			return command_misused(&command_export);
	}
	if (!form)
		form = find_form("plain");
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
	.arguments = "[--format F] [--block-size N] DEVICE",
	.summary = "print the remapped places of the main for other programs",
	.help =
	"Prints what \"dmremap import\" takes, with numbers of the raw main. Pending blocks are not\n"
	"among it.\n\n"
	"  -f, --format F      badblocks, ddrescue (a mapfile of the whole main), md (as in\n"
	"                      bad_blocks of sysfs), or plain, the default: START COUNT in sectors\n"
	"  -b, --block-size N  bytes of a block of badblocks; 1024 if not given\n"
	"  -h, --help          print this\n\n"
	"Exit status: 0 all was printed, 8 it is not there or cannot be read, 16 wrong usage.\n",
	.run = run_export,
};
