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
	HALF_NONE,	/* nothing of ours, as far as can be seen */
	HALF_MAIN,	/* it has a label */
	HALF_SPARE,	/* it has a superblock */
};

/**
 * struct half - a half found on a device.
 * @dev: the device.
 * @role: which half it is.
 * @error: a negative error number if it could not be read, and so has no role; -ETIMEDOUT
 *	if it did not answer.
 * @trouble: a sentence on the damage to its superblock or label; NULL if there is none.
 * @mend: of a usable spare: the damage to one of its superblocks; NULL if
 *	nothing is.
 * @damaged: it was a half, but its metadata is unusable; it has no role.
 * @was: of a damaged one: which half it was.
 * @bad_pages: of a spare, after halves_read_tables(): pages of the table of which a copy is
 *	bad, and another one is not.
 * @lost_pages: likewise: pages of which no copy can be used.
 * @labelled: of a spare: its main had a label.
 * @uuid: of its set.
 * @secret: of its set, or of a damaged label; known only from reading the spare or the main.
 * @name: of the device above, in the characters of text_encode(); may be empty.
 * @main_id: of a spare: the identity of its main; may be empty.
 * @generation: of a spare.
 * @main_sectors: size of the main.
 * @main_start: sector of the main at which the target begins.
 * @target_sectors: size of the target.
 */
struct half {
	struct blockdev dev;
	enum half_role role;
	int error;
	const char *trouble;
	const char *mend;
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
 * half_look() - look at a device, for as long as it takes.
 * @half: filled in.
 * @dev: the device.
 *
 * Prints nothing.  That places of it cannot be read is an error only if it may be a half
 * all the same.
 */
void half_look(struct half *half, const struct blockdev *dev);

/* Look at the table of a spare, for as long as it takes. */
void half_look_at_table(struct half *half);

/**
 * half_read() - look at a device, which is left behind if it does not answer.
 * @half: filled in.
 * @dev: the device.
 */
void half_read(struct half *half, const struct blockdev *dev);

/**
 * halves_read() - look at devices, all at the same time.
 * @halves: filled in; to be freed.
 * @list: the devices.
 * @nr: number of entries.
 *
 * A device that does not answer is left behind.
 */
void halves_read(struct halves *halves, const struct blockdev *list, int nr);

/**
 * halves_read_all() - look at all devices.
 * @halves: filled in; to be freed.
 *
 * Says which cannot be read, or do not answer.
 *
 * Return: an exit status.
 */
int halves_read_all(struct halves *halves);

/**
 * halves_read_tables() - look at the tables of spares, all at the same time.
 * @halves: the halves; those of active sets, whose tables change, are left out.
 *
 * This is slow, and only for callers that diagnose a set.  Nothing is
 * known of one that does not answer.
 */
void halves_read_tables(struct halves *halves);

void halves_free(struct halves *halves);

/* The first half of a set from @from on, or NULL. */
const struct half *halves_find(const struct halves *halves, const struct half *from,
			       enum half_role role, const char *uuid);

/* "main" or "spare". */
const char *half_role_name(enum half_role role);

#endif /* _DMREMAP_HALF_H */
