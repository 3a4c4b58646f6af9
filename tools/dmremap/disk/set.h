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
	SB_GOOD,	/* in force, or identical to the one in force */
	SB_OLDER,	/* valid, but the other one is newer */
	SB_BAD,		/* not a superblock: zeros, noise, other data */
	SB_UNREADABLE,	/* read error */
	SB_REFUSED,	/* undamaged, but incompatible with this program or device */
};

struct superblock {
	enum sb_state state;
	bool unused;		/* undamaged, but marks the spare as not part of any set */
	uint64_t sector;
	const char *why;		/* the reason, unless it is SB_GOOD */
	struct dm_remap_sb *content;	/* invalid if SB_UNREADABLE */
	struct dm_remap_geometry geo;	/* valid if SB_GOOD or SB_OLDER */
};

struct set {
	const struct device *dev;
	struct superblock sb[NR_SUPERBLOCKS];
	const struct superblock *newest;	/* the one in force; NULL if there is none */
	const struct superblock *unused;	/* marks the spare as not part of any set */
	const char *conflict;	/* why the superblocks contradict each other, or NULL */
	bool writable;		/* it has no unknown feature that forbids writing */
};

/* Read the superblocks.  @set->newest has the result. */
void set_read(struct set *set, const struct device *dev);

/* Read superblock 1 again, assuming another size of the spare, and update @set->newest. */
void set_read_end(struct set *set, uint64_t spare_sectors);

void set_free(struct set *set);

/*
 * Print an error if no superblock is usable. Returns whether one is.
 */
bool set_usable(const struct set *set);

/* The superblock in force; only if set_usable(). */
static inline const struct dm_remap_geometry *set_geometry(const struct set *set)
{
	return &set->newest->geo;
}

const char *sb_state_name(enum sb_state state);

#endif /* _DMREMAP_SET_H */
