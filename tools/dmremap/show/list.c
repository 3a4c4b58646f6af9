// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap list: list the remaps of a device.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernel/names.h"
#include "kernel/remap-list.h"
#include "lib/message.h"
#include "show/map.h"

/* @width: width of a sector number. */
struct listing {
	int width;
};

/* Fixed column widths fit any device, so each line can be printed immediately. */
static void begin(void *context, const struct remap_status *status, const char *line)
{
	struct listing *listing = context;

	(void)line;
	listing->width = snprintf(NULL, 0, "%llu", (unsigned long long)status->length);
	if (listing->width < (int)strlen("SECTOR"))
		listing->width = strlen("SECTOR");
	printf("%*s SECTORS SPARE-SECTOR STATE    LOST UNREAD REASON\n", listing->width, "SECTOR");
}

/* Format a right-aligned number. With millions of lines, printf() would take most of the time. */
static char *put_number(char *p, uint64_t value, int width)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = '0' + value % 10;
	while (value /= 10);
	for (; width > n; width--)
		*p++ = ' ';
	while (n)
		*p++ = digits[--n];
	return p;
}

static char *put_word(char *p, const char *word, int width)
{
	for (; *word; width--)
		*p++ = *word++;
	for (; width > 0; width--)
		*p++ = ' ';
	return p;
}

static void add(void *context, const struct remap *remap, const char *text)
{
	const struct listing *listing = context;
	char line[LIST_LINE_SIZE], *p = line;

	(void)text;
	p = put_number(p, remap->main_sector, listing->width);
	p = put_number(p, remap->sectors, 8);
	p = put_number(p, remap->spare_sector, 13);
	*p++ = ' ';
	p = put_word(p, remap->state, 8);
	p = put_number(p, __builtin_popcountll(remap->lost), 5);
	p = put_number(p, __builtin_popcountll(remap->unread), 7);
	*p++ = ' ';
	p = put_word(p, reason_name(remap->reason), 0);
	*p++ = '\n';
	fwrite(line, 1, p - line, stdout);
}

static int list_text(const char *name)
{
	struct listing listing = {};
	const struct list_visitor visitor = { begin, add, &listing };

	return list_device(name, &visitor);
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

/* Shared with map, which prints the same list. */
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
	"many are unread: only on the main, which could not read them when the block moved. A block\n"
	"with unread sectors is \"split\". The last column is why it left the main: it failed a\n"
	"\"read\", or a \"write\"; was \"slow\" to read (errors/slow_ms); lost a write\n"
	"(\"lost-write\"); a \"scrub\" could not read it; or it was moved or marked by hand\n"
	"(\"manual\").\n"
	"Sectors are of 512 bytes and count from the start of the device, or of the spare.\n\n"
	"  -j, --json  print JSON\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 all was shown, 8 it is not there or cannot be read, 16 wrong usage.\n",
	.run = run_list,
};
