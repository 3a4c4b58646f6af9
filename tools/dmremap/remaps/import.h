/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of bad places written by other programs.
 *
 * A list can mean less than it seems to: its numbers may refer to another device, its addresses may
 * have lost upper bits, and its entries may be cable errors. So each format defines the unit and
 * the origin of its numbers, and entries that do not name a bad sector of this disk are counted by
 * reason and reported.
 */
#ifndef _DMREMAP_IMPORT_H
#define _DMREMAP_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/volume.h"
#include "lib/ranges.h"

/* Longest path of a device in a list, including the NUL. */
#define IMPORT_DEVICE_SIZE	256

struct import;

/**
 * struct import_format - a kind of list.
 * @name: its name on the command line.
 * @block_size: --block-size is allowed.
 * @whole_disk: numbers refer to the whole disk, even if the main is a partition.
 * @measured: the program that wrote the list read the device itself, so no entry can be beyond the
 *	end of the device.
 * @stacked: the list may refer to a main that is stacked on other devices.
 * @unit: returns the unit of the numbers in bytes; NULL for 512. It may print how it found the
 *	unit. Returns 0, after printing an error, if the unit is unknown.
 * @parse: add all entries of the text.  Returns 0, or -1, after printing an error.
 */
struct import_format {
	const char *name;
	bool block_size;
	bool whole_disk;
	bool measured;
	bool stacked;
	uint64_t (*unit)(struct import *import);
	int (*parse)(struct import *import);
};

extern const struct import_format import_badblocks;
extern const struct import_format import_ddrescue;
extern const struct import_format import_kernel;
extern const struct import_format import_md;
extern const struct import_format import_nvme_cli;
extern const struct import_format import_plain;
extern const struct import_format import_smartctl;
extern const struct import_format import_zpool;

/**
 * enum import_left - why an entry is left out.
 * @LEFT_NOT_MEDIUM: not a medium error, but that of a cable, say.
 * @LEFT_TEST: a self-test that failed for a reason other than an unreadable sector.
 * @LEFT_OUTDATED: a self-test that failed before a later extended one read the whole disk.
 * @LEFT_CUT: the log stores fewer address bits than the disk needs.
 * @LEFT_EMPTY: an entry of zero sectors.
 * @LEFT_BOOT: from an earlier boot, when another disk may have had the name.
 * @LEFT_ARRAY: the sector is that of an md array.
 * @LEFT_FIXED: btrfs has already rewritten the place.
 * @LEFT_NO_PLACE: an error of btrfs that names no place on a device.
 * @LEFT_DEVICE: btrfs names a device that is neither the set nor its main.
 * @LEFT_VDEV: ZFS names a device unrelated to the set.
 * @LEFT_NO_OFFSET: an event of ZFS that has no offset.
 * @NR_LEFT: number of reasons.
 */
enum import_left {
	LEFT_NOT_MEDIUM,
	LEFT_TEST,
	LEFT_OUTDATED,
	LEFT_CUT,
	LEFT_EMPTY,
	LEFT_BOOT,
	LEFT_ARRAY,
	LEFT_FIXED,
	LEFT_NO_PLACE,
	LEFT_DEVICE,
	LEFT_VDEV,
	LEFT_NO_OFFSET,
	NR_LEFT,
};

/**
 * struct import - a list, and its entries.
 * @path: its source, for messages.
 * @text: all of it.
 * @size: size of @text.
 * @next: the rest of the text.
 * @line: number of the current line.
 * @line_text: the current line.
 * @format: its format.
 * @volume: the device whose bad places it lists.
 * @block_size: the unit given by the user; 0 if not given.
 * @statuses: the mapfile statuses that count as bad.
 * @all_boots: entries of earlier boots are taken too.
 * @base: byte of the disk at which the numbers start.
 * @unit: unit of the numbers in bytes.
 * @entries: the bad places, in bytes of the disk, as they are listed.
 * @left: number of entries left out, by reason.
 * @extended_passed: an extended self-test listed earlier in the same table found nothing.
 * @whole_log: the smartctl option that prints the entries of @left[LEFT_CUT] with full addresses.
 * @device: the device named in the list; "" if there is none.
 * @extent: bytes that the list covers, from the start of its device; 0 if unknown.
 * @capacity: size of the disk according to the list, in bytes; 0 if unknown.
 * @wwn: hexadecimal digits of its world-wide name; "" if unknown.
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
	bool all_boots;
	wide base;
	uint64_t unit;
	struct ranges entries;
	unsigned long left[NR_LEFT];
	bool extended_passed;
	const char *whole_log;
	char device[IMPORT_DEVICE_SIZE];
	wide extent;
	uint64_t capacity;
	char wwn[32];
};

/**
 * import_read() - read a file into memory.
 * @import: has @path; "-" is standard input.
 *
 * Prints an error on failure.
 *
 * Return: 0 or -1.
 */
int import_read(struct import *import);

/* Free the entries and the text. */
void import_free(struct import *import);

/**
 * import_line() - read the next line.
 * @import: the list.
 *
 * Return: the line without blanks at its ends, or NULL at the end of the text.
 */
const char *import_line(struct import *import);

/* Start again at the first line. */
void import_rewind(struct import *import);

/**
 * import_entry() - read the next line that is neither empty nor a comment.
 * @import: the list.
 *
 * Return: as import_line(); empty lines and lines that begin with "#" are skipped.
 */
const char *import_entry(struct import *import);

/**
 * import_wrong() - report an error in the current line.
 * @import: the list.
 * @why: the reason.
 *
 * Return: -1.
 */
int import_wrong(const struct import *import, const char *why);

/**
 * import_add() - add a bad place.
 * @import: the list.
 * @first: number of the first unit.
 * @count: number of units.
 */
void import_add(struct import *import, uint64_t first, uint64_t count);

/* Add a bad place given in bytes of the disk. */
void import_add_bytes(struct import *import, wide start, wide bytes);

/* Parse a number and advance the text: decimal only, or also hexadecimal with 0x. */
bool import_number(const char **text, uint64_t *value);
bool import_any_number(const char **text, uint64_t *value);

/* Skip a word and the blanks after it. Returns whether the text begins with the word. */
bool import_word(const char **text, const char *word);

/**
 * import_guess() - guess the format of a list.
 * @import: the list.
 *
 * Prints an error if it cannot tell.
 *
 * Return: the format, or NULL.
 */
const struct import_format *import_guess(struct import *import);

/**
 * import_parse() - add all entries of a list.
 * @import: has a text and a format.
 *
 * Prints an error on failure.
 *
 * Return: 0, or -1 if the list is malformed, or may have been cut off within a line.
 */
int import_parse(struct import *import);

/**
 * import_check_end() - check that a text has not been cut off within a line.
 * @import: the list.
 *
 * What is left of a number would be read as another number. Prints an error.
 *
 * Return: 0 or -1.
 */
int import_check_end(const struct import *import);

/* Whether a line is the heading of an event of ZFS. */
bool import_is_zpool(const char *line);

/* The format with this name, or NULL, after printing the known names. */
const struct import_format *import_format_named(const char *name);

/**
 * struct import_origin - a device that the numbers of a list may refer to.
 * @what: "main", "disk", "set", "partition"; NULL if it is unrelated to the set.
 * @base: byte of the disk at which it begins.
 * @bytes: its size in bytes.
 */
struct import_origin {
	const char *what;
	wide base;
	wide bytes;
};

/**
 * import_find_origin() - find out how a device is related to a set.
 * @volume: the set.
 * @path: the device.
 * @origin: filled in.
 *
 * Return: whether the device exists.
 */
bool import_find_origin(const struct volume *volume, const char *path,
			struct import_origin *origin);

/* The main, and the disk that it is or is on. */
struct import_origin import_origin_main(const struct volume *volume);
struct import_origin import_origin_disk(const struct volume *volume);

/**
 * import_check_origin() - check that the list can refer to the assumed device.
 * @import: a list that has been parsed.
 * @origin: that device.
 *
 * Compares what the list says about its device. If that contradicts @origin, prints an error and
 * the option that names the right device.
 *
 * Return: whether the list can refer to @origin.
 */
bool import_check_origin(const struct import *import, const struct import_origin *origin);

/* Report how many entries were left out, by reason. */
void import_say_left(const struct import *import);

/* Print the same as a member of the current JSON object. */
void import_left_json(const struct import *import);

/**
 * import_from_disk() - read bad sectors from smartctl and from the kernel's log.
 * @import: gets the entries; otherwise as for a list.
 * @wake: a disk that sleeps may be woken.
 *
 * Reports sources that could not be read.
 *
 * Return: 0, or -1 if neither could be read.
 */
int import_from_disk(struct import *import, bool wake);

#endif /* _DMREMAP_IMPORT_H */
