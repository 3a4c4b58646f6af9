// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "kernel/blockdev.h"
#include "lib/text-table.h"
#include "lib/util.h"
#include "show/human.h"
#include "show/stats.h"

#define BAR	40

static void add_word(struct libscols_table *table, const char *name, const char *value)
{
	struct libscols_line *line = text_line(table);

	text_put(line, 0, "%s", name);
	text_put(line, 1, "%s", value);
}

/* Show the path, since users do not know device numbers. */
static void add_device(struct libscols_table *table, const char *name, const char *number)
{
	char value[BLOCKDEV_PATH_SIZE + BLOCKDEV_NUMBER_SIZE + 4];
	struct blockdev dev;

	if (blockdev_by_number(&dev, number))
		snprintf(value, sizeof(value), "%s (%s)", dev.path, number);
	else
		text_copy(value, number, sizeof(value));
	add_word(table, name, value);
}

static void add_number(struct libscols_table *table, const char *name, uint64_t value)
{
	struct libscols_line *line = text_line(table);

	text_put(line, 0, "%s", name);
	text_number(line, 1, value);
}

static void print_values(const struct sample *sample)
{
	static const struct text_column columns[] = { { "NAME", 0, 0 }, { "VALUE", 0, 0 } };
	struct libscols_table *table = text_table(columns, 2);
	int i;

	scols_table_enable_noheadings(table, 1);
	add_word(table, "name", sample->name);
	add_word(table, "state", sample->state);
	add_word(table, "uuid", sample->uuid);
	add_device(table, "main", sample->main);
	add_device(table, "spare/device", sample->spare);
	add_word(table, "metadata/state", sample->store);
	for (i = 0; i < NR_NUMBERS; i++)
		if (sample_has(sample, i))
			add_number(table, number_paths[i], sample->number[i]);
	for (i = 0; sample->counted && i < NR_STATS; i++)
		add_number(table, stat_names[i], sample->stat[i]);
	scols_print_table(table);
	scols_unref_table(table);
}

static uint64_t highest(const struct histogram *histogram)
{
	uint64_t count = 0;
	unsigned int i;

	for (i = 0; i < histogram->nr; i++)
		if (histogram->line[i].count > count)
			count = histogram->line[i].count;
	return count;
}

/* Every nonzero count gets a bar. */
static unsigned int bar_length(uint64_t count, uint64_t most)
{
	unsigned int length = most ? (double)count / most * BAR + 0.5 : 0;

	return count && !length ? 1 : length;
}

static void print_histogram(const char *name, const struct histogram *histogram)
{
	static const struct text_column columns[] = {
		{ "UP_TO", 10, SCOLS_FL_RIGHT }, { "COUNT", 10, SCOLS_FL_RIGHT }, { "", 0, 0 },
	};
	struct libscols_table *table = text_table(columns, 3);
	uint64_t most = highest(histogram);
	struct libscols_line *line;
	char bound[HUMAN_SIZE], bar[BAR + 1];
	unsigned int i;

	memset(bar, '#', BAR);
	bar[BAR] = 0;
	for (i = 0; i < histogram->nr; i++) {
		line = text_line(table);
		text_put(line, 0, "%s", human_ns(bound, histogram->line[i].bound));
		text_number(line, 1, histogram->line[i].count);
		text_put(line, 2, "%.*s", bar_length(histogram->line[i].count, most), bar);
	}
	printf("\n%s%s\n", name, histogram->nr ? "" : ": empty");
	if (histogram->nr)
		scols_print_table(table);
	scols_unref_table(table);
}

void stats_text(const struct sample *sample)
{
	static bool again;
	int i;

	if (again)
		putchar('\n');
	again = true;
	print_values(sample);
	for (i = 0; sample->counted && i < NR_HISTOGRAMS; i++)
		print_histogram(histogram_names[i], &sample->histogram[i]);
}
