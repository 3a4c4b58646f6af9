/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sets that the module dm_remap_reassembly publishes in configfs. Only reassembly.c knows these
 * paths.
 */
#ifndef _DMREMAP_REASSEMBLY_H
#define _DMREMAP_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"
#include "lib/encode.h"
#include "lib/uuid.h"
#include "sets/half.h"

/* Longest table line. */
#define REASSEMBLY_TABLE_SIZE	512

/* Room for a few devices; more are left out. */
#define REASSEMBLY_COPIES_SIZE	256

enum known_state {
	KNOWN_WAITING_MAIN,
	KNOWN_WAITING_SPARE,
	KNOWN_COMPLETE,
	KNOWN_ACTIVE,
	KNOWN_CONFLICT,
	KNOWN_DAMAGED,
	NR_KNOWN_STATES
};

/**
 * struct known_set - a set of the module.
 * @uuid: its uuid.
 * @name: its name, in the characters of text_encode(): of a set that this host knows, the recorded
 *	one, since any device with the uuid of the set may have given it another.
 * @medium_name: the name that the module has from one of its halves.
 * @state: which halves are present.
 * @main: "MAJ:MIN", or "" if it is missing.
 * @spare: likewise.
 * @table: its table line, if it is complete or active.
 * @copies: devices that claim to be a half of it but are not used: lines "MAJ:MIN main" or "MAJ:MIN
 *	spare", as many as fit.
 */
struct known_set {
	char uuid[UUID_TEXT_SIZE];
	char name[ENCODED_NAME_SIZE];
	char medium_name[ENCODED_NAME_SIZE];
	enum known_state state;
	char main[BLOCKDEV_NUMBER_SIZE];
	char spare[BLOCKDEV_NUMBER_SIZE];
	char table[REASSEMBLY_TABLE_SIZE];
	char copies[REASSEMBLY_COPIES_SIZE];
};

/* Whether the module is loaded and its configfs directory accessible. */
bool reassembly_there(void);

/**
 * reassembly_begin() - load the module and mount configfs if necessary.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int reassembly_begin(void);

/**
 * reassembly_scan() - let the module scan a device.
 * @path: the device.
 *
 * Return: 0 or a negative error number; -ETIMEDOUT if the device has not answered within
 * device_timeout_ms().
 */
int reassembly_scan(const char *path);

/**
 * reassembly_announce() - tell udev, and the module if it is loaded, that a half has changed.
 * @path: the device.
 *
 * udev's rules have the module scan only halves, so it would not learn that a device is none
 * any more.
 */
void reassembly_announce(const char *path);

/**
 * reassembly_sets() - read the sets of the module.
 * @sets: an array of sets, in order of their uuids; the caller frees it.
 *
 * Prints an error if it cannot be read.
 *
 * Return: how many there are, or -1.
 */
int reassembly_sets(struct known_set **sets);

/**
 * reassembly_read() - read a set of the module.
 * @set: filled in, or left as it is if the module does not know the set.
 * @uuid: which; may be that of @set.
 *
 * A half that has disappeared since the module saw it counts as missing.
 *
 * Return: whether the module knows the set.
 */
bool reassembly_read(struct known_set *set, const char *uuid);

/**
 * reassembly_next_copy() - go through the copies of a set's halves.
 * @text: initially known_set.copies; advanced past the copy.
 * @number: takes "MAJ:MIN" of the copy.
 *
 * Return: whether there is another one.
 */
bool reassembly_next_copy(const char **text, char number[BLOCKDEV_NUMBER_SIZE]);

/* "waiting-main" and so on. */
const char *known_state_name(enum known_state state);

#endif /* _DMREMAP_REASSEMBLY_H */
