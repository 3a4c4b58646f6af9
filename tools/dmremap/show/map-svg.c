// SPDX-License-Identifier: GPL-2.0
/*
 * The map as an SVG picture. The style sheet has one set of colours for light and one for dark; a
 * cell without remaps shows only the background.
 */
#include <stdio.h>

#include "lib/plural.h"
#include "show/human.h"
#include "show/map.h"

#define COLUMNS		64
#define ROWS		24
#define CELL		14
#define LEFT		120
#define TOP		64
#define MARGIN		20
#define LEGEND		56
#define WIDTH		(LEFT + COLUMNS * CELL + MARGIN)

static const char style[] =
	"<style>\n"
	"text { font: 13px sans-serif; fill: #1f2328; }\n"
	".h { font-size: 16px; font-weight: bold; }\n"
	".s { font-size: 12px; fill: #59636e; }\n"
	".n { font: 12px monospace; fill: #59636e; text-anchor: end; }\n"
	".g { fill: #ffffff; }\n"
	".e { fill: #eaeef2; }\n"
	".r0 { fill: #f3c969; }\n"
	".r1 { fill: #e59e1b; }\n"
	".r2 { fill: #b86e00; }\n"
	".r3 { fill: #6f3f00; }\n"
	".u { fill: #0969da; }\n"
	".p { fill: #8250df; }\n"
	".d { fill: #1b7c83; }\n"
	".l { fill: #d1242f; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"text { fill: #f0f6fc; }\n"
	".s, .n { fill: #9198a1; }\n"
	".g { fill: #0d1117; }\n"
	".e { fill: #21262d; }\n"
	".r0 { fill: #6b4a0d; }\n"
	".r1 { fill: #a8690a; }\n"
	".r2 { fill: #e39a1f; }\n"
	".r3 { fill: #ffd88a; }\n"
	".u { fill: #58a6ff; }\n"
	".p { fill: #b48cff; }\n"
	".d { fill: #56d4dd; }\n"
	".l { fill: #ff5a52; }\n"
	"}\n"
	"</style>\n";

static const struct {
	const char *class;
	const char *name;
} kinds[] = {
	[HEAT_SPLIT] = { "u", "split" },
	[HEAT_PENDING] = { "p", "pending" },
	[HEAT_DOUBT] = { "d", "in doubt" },
	[HEAT_LOST] = { "l", "data lost" },
};

static void begin(struct map *map, const char *line)
{
	(void)line;
	heat_init(&map->heat, map->status.length, COLUMNS * ROWS);
}

static unsigned int nr_rows(const struct heat *heat)
{
	return (heat->nr + COLUMNS - 1) / COLUMNS;
}

/* Replace bytes that are not allowed in XML by question marks. */
static void put_escaped(const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", stdout);
		else if (*text == '&')
			fputs("&amp;", stdout);
		else
			putchar(*text >= ' ' && *text < 127 ? *text : '?');
	}
}

static void print_head(const struct map *map, unsigned int height)
{
	char title[512], size[HUMAN_SIZE];

	map_title(map, title, sizeof(title));
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" height=\"%u\" viewBox=\"0 0 %d %u\">\n",
	       WIDTH, height, WIDTH, height);
	fputs("<title>", stdout);
	put_escaped(title);
	fputs("</title>\n", stdout);
	fputs(style, stdout);
	printf("<rect class=\"g\" width=\"%d\" height=\"%u\"/>\n", WIDTH, height);
	printf("<text class=\"h\" x=\"%d\" y=\"28\">", MARGIN);
	put_escaped(title);
	printf("</text>\n<text class=\"s\" x=\"%d\" y=\"48\">A row begins at the sector that is left of it; a cell is %llu sector%s, %s.</text>\n",
	       MARGIN, (unsigned long long)map->heat.cell_sectors, plural(map->heat.cell_sectors),
	       human_bytes(size, map->heat.cell_sectors * 512.0));
}

/* Print the first sector of a row, and the background of its cells. */
static void print_row(const struct heat *heat, unsigned int row)
{
	unsigned int cells = heat->nr - row * COLUMNS, i;

	printf("<text class=\"n\" x=\"%d\" y=\"%u\">%llu</text>\n", LEFT - 8,
	       TOP + row * CELL + 11,
	       (unsigned long long)(row * COLUMNS * heat->cell_sectors));
	fputs("<path class=\"e\" d=\"", stdout);
	for (i = 0; i < cells && i < COLUMNS; i++)
		printf("M%u %uh%dv%dh-%dz", LEFT + i * CELL, TOP + row * CELL, CELL - 1, CELL - 1,
		       CELL - 1);
	puts("\"/>");
}

static void print_count(uint64_t count, const char *what, const char *state)
{
	if (count)
		printf(", %llu %s%s %s", (unsigned long long)count, what, plural(count), state);
}

static void print_cell(const struct heat *heat, unsigned int nr)
{
	const struct heat_cell *cell = &heat->cells[nr];
	enum heat_kind kind = heat_kind(cell);
	char shade[] = "r0";

	if (kind == HEAT_NONE)
		return;
	if (kind == HEAT_REMAPPED)
		shade[1] += heat_level(heat, cell);
	printf("<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\"><title>Sectors %llu to %llu",
	       kind == HEAT_REMAPPED ? shade : kinds[kind].class, LEFT + nr % COLUMNS * CELL,
	       TOP + nr / COLUMNS * CELL, CELL - 1, CELL - 1,
	       (unsigned long long)(nr * heat->cell_sectors),
	       (unsigned long long)(heat_end(heat, nr) - 1));
	print_count(cell->count[HEAT_REMAPPED], "block", "remapped");
	print_count(cell->count[HEAT_SPLIT], "block", "split");
	print_count(cell->count[HEAT_PENDING], "block", "pending");
	print_count(cell->count[HEAT_DOUBT], "block", "in doubt");
	print_count(cell->count[HEAT_LOST], "sector", "lost");
	puts("</title></rect>");
}

static void print_key(unsigned int *x, unsigned int y, const char *class, const char *name)
{
	printf("<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\"/><text x=\"%u\" y=\"%u\">%s</text>\n",
	       class, *x, y, CELL - 1, CELL - 1, *x + 20, y + 11, name);
	*x += 110;
}

static void print_legend(const struct heat *heat, unsigned int y)
{
	char shade[] = "r0", name[64], range[48];
	unsigned int x = LEFT, i;

	print_key(&x, y, "e", "nothing");
	for (i = 0; i < heat->levels; i++) {
		snprintf(name, sizeof(name), "%s%s",
			 heat_level_name(heat, i, range, sizeof(range)),
			 i == heat->levels - 1 ? " remapped" : "");
		shade[1] = '0' + i;
		print_key(&x, y, shade, name);
	}
	if (heat->levels)
		x += 60;
	for (i = HEAT_SPLIT; i < NR_HEAT_KINDS; i++)
		print_key(&x, y, kinds[i].class, kinds[i].name);
}

static void end(struct map *map)
{
	unsigned int bottom = TOP + nr_rows(&map->heat) * CELL, i;

	print_head(map, bottom + LEGEND);
	for (i = 0; i < nr_rows(&map->heat); i++)
		print_row(&map->heat, i);
	for (i = 0; i < map->heat.nr; i++)
		print_cell(&map->heat, i);
	print_legend(&map->heat, bottom + MARGIN);
	puts("</svg>");
}

const struct map_form map_svg = {
	.begin = begin,
	.remap = map_count,
	.end = end,
};
