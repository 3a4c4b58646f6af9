/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Human-readable tables, by libsmartcols; the program ends if there is no
 * memory for one.
 */
#ifndef _DMREMAP_TEXT_TABLE_H
#define _DMREMAP_TEXT_TABLE_H

#include <libsmartcols.h>
#include <stdint.h>

#include "lib/util.h"

/**
 * struct text_column - a column.
 * @name: its heading.
 * @width: least width.
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
 * Return: the table, to be dropped with scols_unref_table().
 */
struct libscols_table *text_table(const struct text_column *columns, unsigned int nr);

/**
 * text_line() - add a line to a table.
 * @table: the table.
 *
 * Return: the line, which is the table's.
 */
struct libscols_line *text_line(struct libscols_table *table);

/**
 * text_put() - fill a cell.
 * @line: line of the cell.
 * @column: its column.
 * @format: what to put there.
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
