// SPDX-License-Identifier: GPL-2.0
/*
 * Mapfiles of GNU ddrescue: "# comment" lines, a line with the current state, and lines
 * "position size status" in bytes, in order.
 */
#include <stdio.h>
#include <string.h>

#include "lib/message.h"
#include "lib/plural.h"
#include "remaps/import.h"

static uint64_t bytes(struct import *import)
{
	(void)import;
	return 1;
}

/* "position status [pass]" */
static bool current_state(const char *p)
{
	uint64_t position, pass;

	return import_any_number(&p, &position) && *p && strchr("?*/-FG+", *p) &&
	       (!p[1] || p[1] == ' ' || p[1] == '\t') &&
	       (p++, p += strspn(p, " \t"), !*p || (import_number(&p, &pass) && !*p));
}

static bool block_line(const char *p, uint64_t *position, uint64_t *size, char *status)
{
	if (!import_any_number(&p, position) || !import_any_number(&p, size) || !*size || !*p ||
	    !strchr("?*/-+", *p) || p[1])
		return false;
	*status = *p;
	return true;
}

/*
 * "# Command line: ddrescue [OPTION]... INFILE OUTFILE [MAPFILE]": the first operand in /dev is the
 * device that was read.
 */
static void take_command(struct import *import, const char *line)
{
	static const char begin[] = "# Command line:";
	const char *dev;

	if (strncmp(line, begin, strlen(begin)))
		return;
	dev = strstr(line, " /dev/");
	if (dev)
		snprintf(import->device, sizeof(import->device), "%.*s",
			 (int)strcspn(dev + 1, " "), dev + 1);
}

/* Like import_entry(), but also parses the comments. */
static const char *next_entry(struct import *import)
{
	const char *line;

	while ((line = import_line(import)) && (!*line || *line == '#'))
		take_command(import, line);
	return line;
}

/* Areas that ddrescue has not tried yet may be bad as well. */
static void say_left(const struct import *import, wide left)
{
	if (left)
		complain("%llu sector%s of the mapfile %s neither rescued nor known to be bad, and left out. Let ddrescue finish, or give --include.",
			 LLU(left / SECTOR_SIZE), plural(left / SECTOR_SIZE),
			 is(left / SECTOR_SIZE));
	(void)import;
}

static int parse_ddrescue(struct import *import)
{
	uint64_t position, size;
	wide end = 0, left = 0;
	const char *p;
	char status;

	p = next_entry(import);
	if (!p) {
		complain("%s is empty: a mapfile has at least a status line.", import->path);
		return -1;
	}
	if (!current_state(p))
		return import_wrong(import, "is not \"POSITION STATUS [PASS]\", the status line at the start of a mapfile");
	while ((p = next_entry(import))) {
		if (!block_line(p, &position, &size, &status))
			return import_wrong(import, "is not \"POSITION SIZE STATUS\"");
		if (position < end)
			return import_wrong(import, "begins before the end of the line above");
		end = (wide)position + size;
		/* if ddrescue did not know the size, the untried rest has no end */
		if (status != '?' || end < INT64_MAX)
			import->extent = end;
		if (strchr(import->statuses, status))
			import_add(import, position, size);
		else if (status != '+' && status != '-')
			left += size;
	}
	say_left(import, left);
	return 0;
}

const struct import_format import_ddrescue = {
	.name = "ddrescue",
	.unit = bytes,
	.parse = parse_ddrescue,
};
