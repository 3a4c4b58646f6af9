/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints human-readable tables with libsmartcols; ends the program if memory is short.
 */
#ifndef _DMREMAP_TEXT_TABLE_H
#define _DMREMAP_TEXT_TABLE_H

#include <libsmartcols.h>
#include <stdint.h>

#include "lib/util.h"

/**
 * struct text_column - a column.
 * @name: its heading.
 * @width: minimum width.
 * @flags: %SCOLS_FL_RIGHT and so on.
 */
struct text_column {
	const char *name;
	unsigned int width;
	int flags;
};

/**
 * text_table() - make a table.
 * @columns: its columns.
 * @nr: number of entries.
 *
 * Return: the table; free it with scols_unref_table().
 */
struct libscols_table *text_table(const struct text_column *columns, unsigned int nr);

/**
 * text_line() - add a line to a table.
 * @table: the table.
 *
 * Return: the line, owned by the table.
 */
struct libscols_line *text_line(struct libscols_table *table);

/**
 * text_put() - fill a cell.
 * @line: line of the cell.
 * @column: its column.
 * @format: its content.
 */
void __printf(3, 4)
text_put(struct libscols_line *line, unsigned int column, const char *format, ...);

/**
 * text_number() - fill a cell with a number.
 * @line: line of the cell.
 * @column: its column.
 * @value: the number.
 */
void text_number(struct libscols_line *line, unsigned int column, uint64_t value);

#endif /* _DMREMAP_TEXT_TABLE_H */
