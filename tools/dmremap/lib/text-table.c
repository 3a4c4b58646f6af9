// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/encode.h"
#include "lib/message.h"
#include "lib/text-table.h"

struct libscols_table *text_table(const struct text_column *columns, unsigned int nr)
{
	struct libscols_table *table = scols_new_table();
	struct libscols_column *column;
	unsigned int i;

	if (!table)
		no_memory();
	for (i = 0; i < nr; i++) {
		column = scols_table_new_column(table, columns[i].name, columns[i].width,
						columns[i].flags);
		if (!column)
			no_memory();
	}
	/*
	 * Names are encoded by device-mapper, with "\x20" for a space. If the safe characters were
	 * declared to libsmartcols, it would compute a wrong width for the backslash.
	 */
	scols_table_enable_noencoding(table, 1);
	return table;
}

struct libscols_line *text_line(struct libscols_table *table)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		no_memory();
	return line;
}

void text_put(struct libscols_line *line, unsigned int column, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		no_memory();
	va_end(args);
	/* libsmartcols never ends with letters that the locale does not have */
	text_clean(text);
	if (scols_line_refer_data(line, column, text))
		no_memory();
}

void text_number(struct libscols_line *line, unsigned int column, uint64_t value)
{
	text_put(line, column, "%llu", (unsigned long long)value);
}
