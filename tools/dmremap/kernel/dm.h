/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Creates, finds and removes devices by means of libdevmapper.
 */
#ifndef _DMREMAP_DM_H
#define _DMREMAP_DM_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"
#include "lib/exit.h"

/* Prefix of the device-mapper UUID of a set's device, before the uuid of the set. */
#define DM_UUID_PREFIX		"DMREMAP-"

/* Longest name and UUID of a device, including the NUL. */
#define DM_TEXT_SIZE		129

/**
 * struct dm_piece - one of several targets of a device.
 * @start: its first sector.
 * @sectors: its size.
 * @target: its type.
 * @params: the words of the table line after the type.
 */
struct dm_piece {
	uint64_t start;
	uint64_t sectors;
	const char *target;
	char params[64];
};

/**
 * struct dm_new - a device to create.
 * @name: its name.
 * @uuid: its UUID, with %DM_UUID_PREFIX; NULL for none.
 * @target: the type of its only target, or of the target whose kernel messages matter.
 * @params: the words of the table line after the type.
 * @sectors: its size.
 * @pieces: its targets, if there are several.
 * @nr_pieces: number of @pieces; 0 for a single target.
 * @read_only: it is read-only.
 * @low_links: lowest priority for links in /dev/disk/by-*: udev prefers any other device.
 * @limit_ms: how long to wait for the disks; 0 means no limit.
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
 * struct dm_found - an existing device.
 * @name: its name.
 * @uuid: its UUID; may be empty.
 * @major: its major number.
 * @minor: its minor number.
 * @open_count: number of openers.
 * @live: it has a live table.
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
 * @params: the words of the line after the type.
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
 * dm_trouble_begin() - start to collect libdevmapper's messages.
 *
 * From now on the messages are not printed; dm_trouble_text() returns the first one.
 */
void dm_trouble_begin(void);

/* The first message of libdevmapper since dm_trouble_begin(). */
const char *dm_trouble_text(void);

/**
 * dm_create() - create a device, activate it, and wait until its node exists.
 * @new: the device.
 *
 * On failure the device does not exist, and the kernel's message about it is printed. Nothing is
 * printed if another process created it first.
 *
 * A signal ends the wait for udev; then the program ends here, unless the caller defers that with
 * interrupt_hold(), because something is still to be done for a device that is active.
 *
 * Return: an exit status; %EXIT_UNCORRECTED if another process has created, or is creating, a
 * device with this UUID; -ETIMEDOUT if the limit was reached while the device was still being
 * created.
 */
int dm_create(const struct dm_new *new);

/**
 * dm_remove() - remove a device, and wait until its node is gone.
 * @name: its name.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int dm_remove(const char *name);

/**
 * dm_find() - look for a device.
 * @name: its name; NULL to search by UUID.
 * @uuid: its UUID, with %DM_UUID_PREFIX; NULL to search by name.
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
 * struct dm_segment - a part of a device, and its location on the device below.
 * @start: its first sector.
 * @sectors: its size.
 * @target: the type of its target.
 * @maps: the fields below are valid: each sector maps to one place on a lower device.
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
 * @list: an array of its parts; the caller frees it.
 *
 * Prints nothing on failure. A key in the table is not kept.
 *
 * Return: how many there are, or -1.
 */
int dm_segments(const char *name, struct dm_segment **list);

/**
 * dm_drain() - wait until all I/O in flight on a device has completed.
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
 * Prints nothing on failure.
 *
 * Return: 0 or a negative error number.
 */
int dm_message(const char *name, const char *message);

#endif /* _DMREMAP_DM_H */
