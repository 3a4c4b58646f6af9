/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set as the two superblocks of its spare describe it.
 */
#ifndef _DMREMAP_SET_H
#define _DMREMAP_SET_H

#include <dm-remap/format.h>

#include "disk/device.h"

#define NR_SUPERBLOCKS	2

enum sb_state {
	SB_GOOD,	/* counts, or is the same as the one that does */
	SB_OLDER,	/* valid, but the other one is newer */
	SB_BAD,		/* not a superblock: zeros, noise, something else's data */
	SB_UNREADABLE,	/* the device gives an error */
	SB_REFUSED,	/* undamaged, but not for this program or this device */
};

struct superblock {
	enum sb_state state;
	bool unused;		/* undamaged, and says that the spare belongs to no set now */
	uint64_t sector;
	const char *why;		/* a sentence, unless it is SB_GOOD */
	struct dm_remap_sb *content;	/* not to be used when it is SB_UNREADABLE */
	struct dm_remap_geometry geo;	/* if it is SB_GOOD or SB_OLDER */
};

struct set {
	const struct device *dev;
	struct superblock sb[NR_SUPERBLOCKS];
	const struct superblock *newest;	/* the one in force; NULL if there is none */
	const struct superblock *unused;	/* one of a spare without a set */
	const char *conflict;	/* why they cannot be of one set; NULL if they can */
	bool writable;		/* it has no feature that forbids to write it */
};

/* Read the superblocks.  @set->newest has the result. */
void set_read(struct set *set, const struct device *dev);

/* Read superblock 1 again, as that of a spare of another size; @set->newest follows. */
void set_read_end(struct set *set, uint64_t spare_sectors);

void set_free(struct set *set);

/*
 * Print an error if there is no superblock that can
 * be used.  Returns whether there is one.
 */
bool set_usable(const struct set *set);

/* What counts, if set_usable(). */
static inline const struct dm_remap_geometry *set_geometry(const struct set *set)
{
	return &set->newest->geo;
}

const char *sb_state_name(enum sb_state state);

#endif /* _DMREMAP_SET_H */
