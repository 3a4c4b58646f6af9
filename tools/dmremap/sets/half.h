/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Halves of sets, as identified by a superblock or a label.
 */
#ifndef _DMREMAP_HALF_H
#define _DMREMAP_HALF_H

#include <stdbool.h>
#include <stdint.h>

#include <dm-remap/format.h>

#include "kernel/blockdev.h"
#include "lib/encode.h"
#include "lib/uuid.h"

enum half_role {
	HALF_NONE,	/* not a half, as far as can be told */
	HALF_MAIN,	/* it has a label */
	HALF_SPARE,	/* it has a superblock */
};

/**
 * struct half - a half found on a device.
 * @dev: the device.
 * @role: which half it is.
 * @error: a negative error number if it could not be read and so has no role; -ETIMEDOUT if it did
 *	not answer.
 * @trouble: describes the damage to its superblock or label; NULL if there is none.
 * @mend: for a usable spare: the damage to one of its superblocks; NULL if there is none.
 * @unread: the place of a label cannot be read.
 * @damaged: it was a half, but its metadata is unusable, so it has no role.
 * @was: if damaged: which half it was.
 * @bad_pages: for a spare, after halves_read_tables(): number of pages of the table with both bad
 *	and good copies.
 * @lost_pages: likewise: number of pages without a usable copy.
 * @labelled: for a spare: its main had a label.
 * @uuid: of its set.
 * @secret: secret of its set, also from a damaged label; stored only on the disks.
 * @name: name of the set's device, encoded by text_encode(); may be empty.
 * @main_id: for a spare: the recorded identity of its main; may be empty.
 * @generation: for a spare: its generation.
 * @main_sectors: size of the main, as recorded: the device may have another one.
 * @main_start: sector of the main at which the target begins.
 * @target_sectors: size of the target.
 */
struct half {
	struct blockdev dev;
	enum half_role role;
	int error;
	const char *trouble;
	const char *mend;
	bool unread;
	bool damaged;
	enum half_role was;
	uint32_t bad_pages;
	uint32_t lost_pages;
	bool labelled;
	char uuid[UUID_TEXT_SIZE];
	uint8_t secret[DM_REMAP_SECRET_SIZE];
	char name[ENCODED_NAME_SIZE];
	char main_id[DM_REMAP_MAIN_ID_SIZE];
	uint64_t generation;
	uint64_t main_sectors;
	uint64_t main_start;
	uint64_t target_sectors;
};

/**
 * struct halves - the halves found on several devices.
 * @half: in the order of their names, including devices that are not halves.
 * @nr: number of entries.
 */
struct halves {
	struct half *half;
	int nr;
};

/**
 * half_look() - examine a device, without a time limit.
 * @half: filled in.
 * @dev: the device.
 *
 * Prints nothing. Unreadable places are an error only if the device may still be a half.
 */
void half_look(struct half *half, const struct blockdev *dev);

/* Examine the table of a spare, without a time limit. */
void half_look_at_table(struct half *half);

/**
 * half_read() - examine a device, abandoning it if it does not answer.
 * @half: filled in.
 * @dev: the device.
 */
void half_read(struct half *half, const struct blockdev *dev);

/* As half_read(), unless the program has abandoned the device before: its error is -ETIMEDOUT. */
void half_read_again(struct half *half, const struct blockdev *dev);

/**
 * halves_read() - examine several devices in parallel.
 * @halves: filled in; to be freed.
 * @list: the devices.
 * @nr: number of entries.
 *
 * Devices that do not answer are abandoned.
 */
void halves_read(struct halves *halves, const struct blockdev *list, int nr);

/**
 * halves_read_again() - as halves_read(), for a second look.
 *
 * Devices that the program has abandoned before are not read again: their error is -ETIMEDOUT.
 */
void halves_read_again(struct halves *halves, const struct blockdev *list, int nr);

/**
 * halves_read_all() - examine all devices.
 * @halves: filled in; to be freed.
 *
 * Reports devices that cannot be read or do not answer.
 *
 * Return: an exit status.
 */
int halves_read_all(struct halves *halves);

/* As halves_read_all(), but as halves_read_again(). */
int halves_read_all_again(struct halves *halves);

/**
 * halves_read_tables() - examine the tables of spares in parallel.
 * @halves: the halves; active sets are skipped, since their tables change.
 *
 * This is slow; use it only to diagnose a set. Nothing is recorded for a spare that does not
 * answer.
 */
void halves_read_tables(struct halves *halves);

void halves_free(struct halves *halves);

/* The first half of a set, starting the search at @from; NULL if there is none. */
const struct half *halves_find(const struct halves *halves, const struct half *from,
			       enum half_role role, const char *uuid);

/* "main" or "spare". */
const char *half_role_name(enum half_role role);

#endif /* _DMREMAP_HALF_H */
