// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "lib/plural.h"
#include "lib/terminal.h"
#include "show/human.h"
#include "show/map.h"

#define ROWS_DEFAULT	16
#define ROWS_MIN	4
/* Lines besides the rows: the title, the scale, the legend, the prompt, and two empty lines. */
#define ROWS_LEFT	6
#define WIDTH_MIN	8

struct map_look {
	const char *ascii;
	const char *utf8;
	const char *colour;
};

static const struct map_look shades[HEAT_LEVELS] = {
	{ "-", "░", "\033[33m" },
	{ "+", "▒", "\033[33m" },
	{ "*", "▓", "\033[33m" },
	{ "#", "█", "\033[33m" },
};

static const struct map_look looks[] = {
	[HEAT_SPLIT] = { "/", "/", "\033[1;34m" },
	[HEAT_PENDING] = { "?", "?", "\033[1;35m" },
	[HEAT_DOUBT] = { "%", "%", "\033[1;36m" },
	[HEAT_LOST] = { "!", "!", "\033[1;31m" },
	[HEAT_NONE] = { ".", "·", "\033[2m" },
};

static const char * const kind_names[] = {
	[HEAT_SPLIT] = "split",
	[HEAT_PENDING] = "pending",
	[HEAT_DOUBT] = "in doubt",
	[HEAT_LOST] = "data lost",
};

static unsigned int digits(uint64_t value)
{
	unsigned int n = 1;

	while (value /= 10)
		n++;
	return n;
}

/* Number of cells in a row. */
static unsigned int width(uint64_t length)
{
	unsigned int columns, lines, label = digits(length) + 2;

	terminal_size(&columns, &lines);
	return columns < label + WIDTH_MIN ? WIDTH_MIN : columns - label;
}

static unsigned int rows(void)
{
	unsigned int columns, lines;

	terminal_size(&columns, &lines);
	if (!lines || lines > ROWS_DEFAULT + ROWS_LEFT)
		return ROWS_DEFAULT;
	return lines < ROWS_MIN + ROWS_LEFT ? ROWS_MIN : lines - ROWS_LEFT;
}

static void begin(struct map *map, const char *line)
{
	(void)line;
	heat_init(&map->heat, map->status.length, width(map->status.length) * rows());
}

static void put_look(const struct map_look *look)
{
	const char *text = terminal_utf8() ? look->utf8 : look->ascii;

	if (terminal_colours())
		printf("%s%s\033[0m", look->colour, text);
	else
		fputs(text, stdout);
}

static void put_cell(const struct heat *heat, const struct heat_cell *cell)
{
	enum heat_kind kind = heat_kind(cell);

	put_look(kind == HEAT_REMAPPED ? &shades[heat_level(heat, cell)] : &looks[kind]);
}

static void print_rows(const struct heat *heat, unsigned int columns)
{
	unsigned int i;

	for (i = 0; i < heat->nr; i++) {
		if (i % columns == 0)
			printf("%*llu ", digits(heat->length),
			       (unsigned long long)(i * heat->cell_sectors));
		put_cell(heat, &heat->cells[i]);
		if (i % columns == columns - 1 || i == heat->nr - 1)
			putchar('\n');
	}
}

static void print_legend(const struct heat *heat)
{
	char text[48];
	unsigned int i;

	putchar('\n');
	put_look(&looks[HEAT_NONE]);
	fputs(" nothing", stdout);
	for (i = 0; i < heat->levels; i++) {
		fputs("  ", stdout);
		put_look(&shades[i]);
		printf(" %s", heat_level_name(heat, i, text, sizeof(text)));
	}
	if (heat->levels)
		fputs(" remapped", stdout);
	for (i = HEAT_SPLIT; i < NR_HEAT_KINDS; i++) {
		fputs("  ", stdout);
		put_look(&looks[i]);
		printf(" %s", kind_names[i]);
	}
	putchar('\n');
}

static void end(struct map *map)
{
	const struct heat *heat = &map->heat;
	char title[512], size[HUMAN_SIZE];

	map_title(map, title, sizeof(title));
	printf("%s\n", title);
	printf("A row begins at the sector that is left of it; a character is %llu sector%s, %s.\n\n",
	       (unsigned long long)heat->cell_sectors, plural(heat->cell_sectors),
	       human_bytes(size, heat->cell_sectors * 512.0));
	print_rows(heat, width(heat->length));
	print_legend(heat);
}

const struct map_form map_text = {
	.begin = begin,
	.remap = map_count,
	.end = end,
};
