// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <libsmartcols.h>
#include <stdio.h>

#include "lib/text-table.h"
#include "spare/dump.h"
#include "spare/fields.h"

#define FIXED_RIGHT	(SCOLS_FL_RIGHT | SCOLS_FL_STRICTWIDTH)

/* The table of entries, printed page by page. */
static struct libscols_table *entries;

static void print_and_drop(struct libscols_table *table)
{
	if (!scols_table_is_empty(table)) {
		scols_print_table(table);
		putchar('\n');
	}
	scols_unref_table(table);
}

static void add_pair(void *context, const struct field *field)
{
	struct libscols_line *line = text_line(context);

	text_put(line, 0, "%s", field->name);
	text_put(line, 1, "%s", field->text);
}

static struct libscols_table *new_pairs(void)
{
	static const struct text_column columns[] = { { "NAME", 0, 0 }, { "VALUE", 0, 0 } };
	struct libscols_table *table = text_table(columns, 2);

	scols_table_enable_noheadings(table, 1);
	return table;
}

static void print_superblocks(const struct set *set)
{
	static const struct text_column columns[] = {
		{ "SUPERBLOCK", 0, SCOLS_FL_RIGHT }, { "SECTOR", 0, SCOLS_FL_RIGHT },
		{ "STATE", 0, 0 }, { "SEQUENCE", 0, SCOLS_FL_RIGHT },
	};
	struct libscols_table *table = text_table(columns, 4);
	const struct superblock *sb;
	struct libscols_line *line;
	unsigned int i;

	for (i = 0; i < NR_SUPERBLOCKS; i++) {
		sb = &set->sb[i];
		line = text_line(table);
		text_number(line, 0, i);
		text_number(line, 1, sb->sector);
		text_put(line, 2, "%s", sb_state_name(sb->state));
		if (sb->state == SB_GOOD || sb->state == SB_OLDER)
			text_number(line, 3, le64toh(sb->content->sequence));
	}
	print_and_drop(table);
}

static void print_replicas(const struct set *set, const struct summary *summary)
{
	static const struct text_column columns[] = {
		{ "REPLICA", 0, SCOLS_FL_RIGHT }, { "SECTOR", 0, SCOLS_FL_RIGHT },
		{ "GOOD", 0, SCOLS_FL_RIGHT }, { "OLDER", 0, SCOLS_FL_RIGHT },
		{ "BAD", 0, SCOLS_FL_RIGHT }, { "UNREADABLE", 0, SCOLS_FL_RIGHT },
	};
	const struct dm_remap_geometry *geo = set_geometry(set);
	struct libscols_table *table = text_table(columns, 6);
	struct libscols_line *line;
	uint32_t i, state;

	for (i = 0; i < geo->replicas; i++) {
		line = text_line(table);
		text_number(line, 0, i);
		text_number(line, 1, geo->replica_start[i]);
		for (state = 0; state < NR_COPY_STATES; state++)
			text_number(line, 2 + state, summary->copies[i][state]);
	}
	print_and_drop(table);
}

struct cells {
	struct libscols_line *line;
	unsigned int column;
};

static void add_cell(void *context, const struct field *field)
{
	struct cells *cells = context;

	text_put(cells->line, cells->column++, "%s", field->text);
}

static void print_resizes(const struct set *set)
{
	static const struct text_column columns[] = {
		{ "RESIZED_AT_NS", 0, SCOLS_FL_RIGHT }, { "OLD", 0, SCOLS_FL_RIGHT },
		{ "NEW", 0, SCOLS_FL_RIGHT }, { "ENTRIES", 0, SCOLS_FL_RIGHT },
		{ "DURATION_NS", 0, SCOLS_FL_RIGHT },
	};
	struct libscols_table *table = text_table(columns, 5);
	uint32_t i;

	for (i = le32toh(set->newest->content->nr_history); i--;) {
		struct cells cells = { .line = text_line(table) };

		fields_of_resize(set, i, add_cell, &cells);
	}
	print_and_drop(table);
}

static void begin(const struct set *set, const struct summary *summary)
{
	/* each page is laid out separately, so fix the widths of the columns */
	static const struct text_column columns[] = {
		{ "SLOT", 10, FIXED_RIGHT }, { "STATE", 7, SCOLS_FL_STRICTWIDTH },
		{ "MAIN_SECTOR", 14, FIXED_RIGHT }, { "SPARE_SECTOR", 14, FIXED_RIGHT },
		{ "LOST", 18, FIXED_RIGHT },
	};
	struct libscols_table *pairs = new_pairs();

	fields_of_set(set, add_pair, pairs);
	print_and_drop(pairs);
	pairs = new_pairs();
	fields_of_settings(set, add_pair, pairs);
	print_and_drop(pairs);
	print_superblocks(set);
	print_resizes(set);
	print_replicas(set, summary);
	entries = text_table(columns, 5);
}

static void add_entry(const struct set *set, const struct entry *entry)
{
	struct libscols_line *line = text_line(entries);

	text_number(line, 0, entry->slot);
	text_put(line, 1, "%s", entry_state_name(entry->state));
	text_number(line, 3, entry_spare_sector(set, entry));
	if (!entry_has_block(entry))
		return;
	text_number(line, 2, entry_main_sector(set, entry));
	if (entry->lost)
		text_put(line, 4, "0x%llx", (unsigned long long)entry->lost);
}

static void print_page(void)
{
	if (scols_table_is_empty(entries))
		return;
	scols_print_table(entries);
	scols_table_remove_lines(entries);
	scols_table_enable_noheadings(entries, 1);
}

static void end(void)
{
	scols_unref_table(entries);
}

const struct dump_form dump_text = {
	.begin = begin,
	.entry = add_entry,
	.page_end = print_page,
	.end = end,
};
