/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices made, found and removed by libdevmapper.
 */
#ifndef _DMREMAP_DM_H
#define _DMREMAP_DM_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"
#include "lib/exit.h"

/* The prefix of the device-mapper UUID of a set's device; the set's uuid follows. */
#define DM_UUID_PREFIX		"DMREMAP-"

/* Longest name and UUID of a device, with the zero at the end. */
#define DM_TEXT_SIZE		129

/**
 * struct dm_piece - one of several targets of a device.
 * @start: its first sector.
 * @sectors: its size.
 * @target: its type.
 * @params: the words of the table line behind the type.
 */
struct dm_piece {
	uint64_t start;
	uint64_t sectors;
	const char *target;
	char params[64];
};

/**
 * struct dm_new - a device to be made.
 * @name: its name.
 * @uuid: its UUID, with %DM_UUID_PREFIX; NULL for none.
 * @target: the type of its only target, or the one that the kernel log will name.
 * @params: the words of the table line behind the type.
 * @sectors: its size.
 * @pieces: its targets, if it has several.
 * @nr_pieces: how many; 0 for one target.
 * @read_only: it is read-only.
 * @low_links: for a name in /dev/disk/by-* udev prefers any other device that has it.
 * @limit_ms: how long to wait for the disks; 0 is for good.
 */
struct dm_new {
	const char *name;
	const char *uuid;
	const char *target;
	const char *params;
	uint64_t sectors;
	const struct dm_piece *pieces;
	unsigned int nr_pieces;
	bool read_only;
	bool low_links;
	int limit_ms;
};

/**
 * struct dm_found - a device that is there.
 * @name: its name.
 * @uuid: its UUID; may be empty.
 * @major: with @minor its number.
 * @minor: see there.
 * @open_count: how many have it open.
 * @live: it has a table in force.
 */
struct dm_found {
	char name[DM_TEXT_SIZE];
	char uuid[DM_TEXT_SIZE];
	unsigned int major;
	unsigned int minor;
	unsigned int open_count;
	bool live;
};

/**
 * struct dm_table - the table of a device with one target.
 * @target: its type.
 * @params: the words of the line behind the type.
 * @sectors: its size.
 * @number: "MAJ:MIN" of the device.
 * @suspended: its I/O waits.
 */
struct dm_table {
	char target[64];
	char params[512];
	uint64_t sectors;
	char number[BLOCKDEV_NUMBER_SIZE];
	bool suspended;
};

/**
 * dm_trouble_begin() - begin something in which libdevmapper may complain.
 *
 * From now on dm_trouble_text() gets its messages; they are not printed.
 */
void dm_trouble_begin(void);

/* The first that libdevmapper had to complain of since then. */
const char *dm_trouble_text(void);

/**
 * dm_create() - make a device, activate it, and wait until its node is there.
 * @new: the new name.
 *
 * On failure there is no such device, and the kernel's message about it
 * is printed.  Nothing is printed if somebody else was faster.
 *
 * Return: an exit status; %EXIT_UNCORRECTED if there is a device with this UUID, which
 * somebody else has made or is making; -ETIMEDOUT if the limit was over first: the device
 * is still being made.
 */
int dm_create(const struct dm_new *new);

/**
 * dm_remove() - remove a device and wait until its node has gone.
 * @name: its name.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int dm_remove(const char *name);

/**
 * dm_find() - look for a device.
 * @name: its name, or NULL to look for
 * @uuid: its UUID, with %DM_UUID_PREFIX.
 * @found: takes the device.
 *
 * Return: 1 if there is one, 0 if not, -1, after printing an error, if that cannot be determined.
 */
int dm_find(const char *name, const char *uuid, struct dm_found *found);

/**
 * dm_table() - read the table of a device.
 * @name: its name.
 * @table: its first target.
 *
 * Return: 1, 0 if there is no such device, -1, after printing an error, if it cannot
 * be read.
 */
int dm_table(const char *name, struct dm_table *table);

/**
 * struct dm_segment - a part of a device, and where it is on the device below.
 * @start: its first sector.
 * @sectors: its size.
 * @target: the type of its target.
 * @maps: the fields below are valid: each sector has one place on a lower device.
 * @lower: "MAJ:MIN" of the device below.
 * @lower_start: the sector there.
 */
struct dm_segment {
	uint64_t start;
	uint64_t sectors;
	char target[32];
	bool maps;
	char lower[BLOCKDEV_NUMBER_SIZE];
	uint64_t lower_start;
};

/**
 * dm_segments() - read the table of any device.
 * @name: its name.
 * @list: an array of its parts, to be freed.
 *
 * Says nothing if it cannot.  A key in a table is not kept.
 *
 * Return: how many there are, or -1.
 */
int dm_segments(const char *name, struct dm_segment **list);

/**
 * dm_drain() - wait until all I/O that a device was sent has been answered.
 * @name: its name.
 *
 * Suspends the device and resumes it.  A filesystem on it is not frozen.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int dm_drain(const char *name);

/**
 * dm_message() - send a message to a device.
 * @name: its name.
 * @message: the message.
 *
 * Says nothing if it fails.
 *
 * Return: 0 or a negative error number.
 */
int dm_message(const char *name, const char *message);

#endif /* _DMREMAP_DM_H */
