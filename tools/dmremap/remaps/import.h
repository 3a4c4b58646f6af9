/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of bad places that other programs have made.
 */
#ifndef _DMREMAP_IMPORT_H
#define _DMREMAP_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/volume.h"
#include "lib/ranges.h"

struct import;

/**
 * struct import_format - a kind of list.
 * @name: what the user calls it.
 * @block_size: --block-size makes sense.
 * @whole_disk: numbers are of the whole disk, even if the main is a partition.
 * @unit: how many bytes the numbers count; NULL for 512.  It may say where it has that
 *	from.  Returns 0, having said what is wrong, if it cannot be known.
 * @parse: take all that is in the text.  Returns 0, or -1, having said what is wrong.
 */
struct import_format {
	const char *name;
	bool block_size;
	bool whole_disk;
	uint64_t (*unit)(struct import *import);
	int (*parse)(struct import *import);
};

extern const struct import_format import_badblocks;
extern const struct import_format import_ddrescue;
extern const struct import_format import_md;
extern const struct import_format import_plain;
extern const struct import_format import_smartctl;

/**
 * struct import - a list, and what is in it.
 * @path: where it is from, for messages.
 * @text: all of it.
 * @size: bytes of it.
 * @next: what is to be read next.
 * @line: number of the line that was read last.
 * @line_text: the line.
 * @format: what it is.
 * @volume: what it is a list of bad places of.
 * @block_size: what the user says that the numbers count; 0 if that was not said.
 * @statuses: which statuses of a mapfile are to be taken.
 * @unit: bytes that the numbers count.
 * @entries: the bad places, in bytes, as they are listed.
 * @passed_over: entries that name a place but do not say that it is bad.
 * @no_address: entries whose place does not fit where it is listed.
 */
struct import {
	const char *path;
	char *text;
	size_t size;
	char *next;
	unsigned long line;
	char *line_text;
	const struct import_format *format;
	const struct volume *volume;
	uint64_t block_size;
	const char *statuses;
	uint64_t unit;
	struct ranges entries;
	unsigned long passed_over;
	unsigned long no_address;
};

/**
 * import_read() - read a file into memory.
 * @import: has @path; "-" is standard input.
 *
 * Says what is wrong if it cannot.
 *
 * Return: 0 or -1.
 */
int import_read(struct import *import);

/* Drop what is in memory. */
void import_free(struct import *import);

/**
 * import_line() - the next line.
 * @import: the list.
 *
 * Return: the line without what is blank at its ends, or NULL if there is no more.
 */
const char *import_line(struct import *import);

/* Read it again from the start. */
void import_rewind(struct import *import);

/**
 * import_entry() - the next line that has something in it.
 * @import: the list.
 *
 * Return: as import_line(), but without empty lines and those that begin with "#".
 */
const char *import_entry(struct import *import);

/**
 * import_wrong() - complain of the line.
 * @import: the list.
 * @why: what it is not.
 *
 * Return: -1.
 */
int import_wrong(const struct import *import, const char *why);

/**
 * import_add() - take a bad place.
 * @import: the list.
 * @first: number of the first unit.
 * @count: how many units.
 */
void import_add(struct import *import, uint64_t first, uint64_t count);

/* Numbers, moving the text to what follows: decimal; or also with 0x. */
bool import_number(const char **text, uint64_t *value);
bool import_any_number(const char **text, uint64_t *value);

/* Move the text over a word and the blanks behind it.  Returns whether it is there. */
bool import_word(const char **text, const char *word);

/**
 * import_guess() - find out what it is.
 * @import: the list.
 *
 * Says so if that cannot be told.
 *
 * Return: the format, or NULL.
 */
const struct import_format *import_guess(struct import *import);

/* The format of this name, or NULL, having said which ones there are. */
const struct import_format *import_format_named(const char *name);

#endif /* _DMREMAP_IMPORT_H */
