/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of bad places that other programs have made.
 *
 * A list can say less than it seems to: its numbers may be those of another device, its
 * addresses may have lost bits, and its entries may be about cables.  So each format says what
 * its numbers count and from where, and whatever does not name a bad sector of this disk is
 * counted by its reason, and said.
 */
#ifndef _DMREMAP_IMPORT_H
#define _DMREMAP_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/volume.h"
#include "lib/ranges.h"

/* Longest path of a device that a list names, with the zero at its end. */
#define IMPORT_DEVICE_SIZE	256

struct import;

/**
 * struct import_format - a kind of list.
 * @name: its name on the command line.
 * @block_size: --block-size makes sense.
 * @whole_disk: numbers are of the whole disk, even if the main is a partition.
 * @measured: a program that had the device before it made the list, so that nothing in it can
 *	be beyond the end of that.
 * @stacked: the list may have places of a main that is made of other devices.
 * @unit: how many bytes the numbers count; NULL for 512.  It may say where it has that
 *	from.  Returns 0, after printing an error, if it is unknown.
 * @parse: take all entries of the text.  Returns 0, or -1, after printing an error.
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
 * @LEFT_NOT_MEDIUM: an error that no bad sector causes, such as a cable's.
 * @LEFT_TEST: a self-test that failed for another reason than a sector that it could not read.
 * @LEFT_OUTDATED: a self-test that failed before an extended one read the whole disk.
 * @LEFT_CUT: the log has fewer bits for an address than the disk needs.
 * @LEFT_EMPTY: an entry of no sectors.
 * @LEFT_BOOT: of an earlier boot, when the name may have been that of another disk.
 * @LEFT_ARRAY: its place is one in an array of md.
 * @LEFT_FIXED: btrfs has written the place again already.
 * @LEFT_NO_PLACE: it names no place on a device.
 * @LEFT_DEVICE: btrfs names a device that is neither the set nor its main.
 * @LEFT_VDEV: ZFS names a device that has nothing to do with the set.
 * @LEFT_NO_OFFSET: an event of ZFS that names no place on a device.
 * @NR_LEFT: how many reasons there are.
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
 * @path: where it is from, for messages.
 * @text: all of it.
 * @size: bytes of it.
 * @next: the rest of the text.
 * @line: number of the line that was read last.
 * @line_text: the line.
 * @format: its format.
 * @volume: the device whose bad places it lists.
 * @block_size: the unit of the numbers as given by the user; 0 if not given.
 * @statuses: the statuses of a mapfile to take.
 * @all_boots: entries of earlier boots are taken too.
 * @base: the byte of the disk from which the numbers count.
 * @unit: bytes that the numbers count.
 * @entries: the bad places, in bytes of the disk, as they are listed.
 * @left: how many entries are left out, for each reason.
 * @extended_passed: an extended self-test above in the same table found nothing.
 * @whole_log: the option of smartctl that prints the whole addresses of @left[LEFT_CUT].
 * @device: the device named in the list; "" if there is none.
 * @extent: bytes that the list covers, from the start of its device; 0 if it does not say.
 * @capacity: bytes of the disk according to the list; 0 if it does not say.
 * @wwn: hexadecimal digits of its world-wide name; "" if it does not say.
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
 * import_line() - the next line.
 * @import: the list.
 *
 * Return: the line without blanks at its ends, or NULL at the end of the text.
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
 * @why: the reason.
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

/* Take a bad place of which the bytes on the disk are known. */
void import_add_bytes(struct import *import, wide start, wide bytes);

/* Parse a number, and advance the text: decimal; or also with 0x. */
bool import_number(const char **text, uint64_t *value);
bool import_any_number(const char **text, uint64_t *value);

/* Move the text over a word and the blanks behind it.  Returns whether it is there. */
bool import_word(const char **text, const char *word);

/**
 * import_guess() - guess the format of a list.
 * @import: the list.
 *
 * Says so if that cannot be told.
 *
 * Return: the format, or NULL.
 */
const struct import_format *import_guess(struct import *import);

/* Whether a line is the heading of an event of ZFS. */
bool import_is_zpool(const char *line);

/* The format of this name, or NULL, having said which ones there are. */
const struct import_format *import_format_named(const char *name);

/**
 * struct import_origin - a device that the numbers of a list may be of.
 * @what: "main", "disk", "set", "partition"; NULL if it has nothing to do with the set.
 * @base: the byte of the disk with which it begins.
 * @bytes: its size.
 */
struct import_origin {
	const char *what;
	wide base;
	wide bytes;
};

/**
 * import_find_origin() - find the relation of a device to a set.
 * @volume: the set.
 * @path: the device.
 * @origin: filled in.
 *
 * Return: whether there is a device of that name.
 */
bool import_find_origin(const struct volume *volume, const char *path,
			struct import_origin *origin);

/* The main, and the disk that it is or is on. */
struct import_origin import_origin_main(const struct volume *volume);
struct import_origin import_origin_disk(const struct volume *volume);

/**
 * import_check_origin() - whether the list can be of the device that its numbers are taken for.
 * @import: a list that has been parsed.
 * @origin: that device.
 *
 * Compares the list's facts about its device.  Prints an error, and how to name the device
 * is meant.
 *
 * Return: whether it can.
 */
bool import_check_origin(const struct import *import, const struct import_origin *origin);

/* Report the entries that were left out of the list, with reasons. */
void import_say_left(const struct import *import);

/* Print the same as a member of the JSON that is being printed. */
void import_left_json(const struct import *import);

/**
 * import_from_disk() - ask smartctl and the kernel's log.
 * @import: takes their entries; otherwise as for a list.
 * @wake: a disk that sleeps may be woken.
 *
 * Reports sources that could not be read.
 *
 * Return: 0, or -1 if neither could be.
 */
int import_from_disk(struct import *import, bool wake);

#endif /* _DMREMAP_IMPORT_H */
