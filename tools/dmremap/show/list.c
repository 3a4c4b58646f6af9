// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap list: the remaps of a device.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernel/names.h"
#include "kernel/remap-list.h"
#include "lib/message.h"
#include "lib/text-table.h"
#include "show/map.h"

/* So many lines at once are laid out as a table: there may be millions. */
#define LINES_MAX	1000

enum {
	COLUMN_SECTOR,
	COLUMN_SECTORS,
	COLUMN_SPARE,
	COLUMN_STATE,
	COLUMN_LOST,
	COLUMN_UNREAD,
	NR_COLUMNS
};

/* @width: of a sector of the device, which all parts of the table have to have. */
struct listing {
	struct libscols_table *table;
	unsigned int lines;
	unsigned int width;
	bool printed;
};

static void new_table(struct listing *listing)
{
	const struct text_column columns[NR_COLUMNS] = {
		{ "SECTOR", listing->width, SCOLS_FL_RIGHT },
		{ "SECTORS", 7, SCOLS_FL_RIGHT },
		{ "SPARE-SECTOR", 12, SCOLS_FL_RIGHT },
		{ "STATE", 8, 0 },
		{ "LOST", 4, SCOLS_FL_RIGHT },
		{ "UNREAD", 6, SCOLS_FL_RIGHT },
	};

	listing->table = text_table(columns, NR_COLUMNS);
	listing->lines = 0;
}

static void print_table(struct listing *listing)
{
	scols_table_enable_noheadings(listing->table, listing->printed);
	scols_print_table(listing->table);
	scols_unref_table(listing->table);
	listing->table = NULL;
	listing->printed = true;
}

static void begin(void *context, const struct remap_status *status, const char *line)
{
	struct listing *listing = context;

	(void)line;
	listing->width = snprintf(NULL, 0, "%llu", (unsigned long long)status->length);
	if (listing->width < strlen("SECTOR"))
		listing->width = strlen("SECTOR");
	new_table(listing);
}

static void add(void *context, const struct remap *remap, const char *text)
{
	struct listing *listing = context;
	struct libscols_line *line;

	(void)text;
	if (listing->lines == LINES_MAX) {
		print_table(listing);
		new_table(listing);
	}
	listing->lines++;
	line = text_line(listing->table);
	text_number(line, COLUMN_SECTOR, remap->main_sector);
	text_number(line, COLUMN_SECTORS, remap->sectors);
	text_number(line, COLUMN_SPARE, remap->spare_sector);
	text_put(line, COLUMN_STATE, "%s", remap->state);
	text_number(line, COLUMN_LOST, __builtin_popcountll(remap->lost));
	text_number(line, COLUMN_UNREAD, __builtin_popcountll(remap->unread));
}

static int list_text(const char *name)
{
	struct listing listing = {};
	const struct list_visitor visitor = { begin, add, &listing };
	int status = list_device(name, &visitor);

	if (listing.table && (!status || listing.lines))
		print_table(&listing);
	return status;
}

static void json_begin(void *context, const struct remap_status *status, const char *line)
{
	struct map *map = context;

	map->status = *status;
	map_json.begin(map, line);
}

static void json_add(void *context, const struct remap *remap, const char *line)
{
	map_json.remap(context, remap, line);
}

/* The same as that of the map, which is a list. */
static int list_json(const char *name)
{
	struct map map = { .name = name };
	const struct list_visitor visitor = { json_begin, json_add, &map };
	int status = list_device(name, &visitor);

	if (!status)
		map_json.end(&map);
	return status;
}

static int run_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int option, json = 0;
	char name[KERNEL_NAME_SIZE];
	const char *operand;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_list);
		if (option != 'j')
			return command_misused(&command_list);
		json = 1;
	}
	operand = command_operand(&command_list, argc, argv);
	if (!operand || !device_name_take(operand, name))
		return EXIT_USAGE;
	return json ? list_json(name) : list_text(name);
}

const struct command command_list = {
	.name = "list",
	.arguments = "[--json] DEVICE",
	.summary = "list the remaps of a device",
	.help =
	"Prints a line for each block that is remapped or pending: its first sector, its size in\n"
	"sectors, where it is on the spare, its state, how many of its sectors are lost, and how\n"
	"many are unread: only on the main, which did not give them when the block moved. A block\n"
	"with unread sectors is \"split\".\n"
	"Sectors are of 512 bytes and count from the start of the device, or of the spare.\n\n"
	"  -j, --json  print JSON\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 all was shown, 8 it is not there or cannot be read, 16 wrong usage.\n",
	.run = run_list,
};
