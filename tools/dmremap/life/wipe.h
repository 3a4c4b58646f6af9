/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Empties a spare, which then is not part of any set.
 */
#ifndef _DMREMAP_WIPE_H
#define _DMREMAP_WIPE_H

#include <stdbool.h>
#include <stdint.h>

#include <dm-remap/format.h>

#include "lib/uuid.h"

/**
 * struct wipe - the content of a spare before it is emptied.
 * @uuid: uuid of its set; "" if it has no usable superblock.
 * @secret: secret of its set.
 * @in_force: it is neither an incomplete copy of another spare, nor has another one taken its
 *	place.
 * @blocks: number of blocks that exist only on it.
 * @bad_pages: number of unreadable pages of its table, whose entries are unknown.
 * @outdated: its superblocks are older than the table, so there may be blocks that are not counted.
 */
struct wipe {
	char uuid[UUID_TEXT_SIZE];
	uint8_t secret[DM_REMAP_SECRET_SIZE];
	bool in_force;
	uint64_t blocks;
	uint64_t bad_pages;
	bool outdated;
};

/* Tell what to do with a spare that was not there when its set ended. */
void wipe_tell_later(void);

/**
 * wipe_look() - find out what would be lost.
 * @wipe: filled in.
 * @path: the spare, or an image of it.
 *
 * Prints an error on failure, or if it is not a spare.
 *
 * Return: an exit status.
 */
int wipe_look(struct wipe *wipe, const char *path);

/**
 * wipe_spare() - empty a spare that nothing uses.
 * @path: the spare, or an image of it.
 *
 * The first write, to superblock 0, ends the set by marking the spare as empty. Then the other
 * superblock, all copies of the table, and signatures in moved data are cleared, and finally
 * superblock 0. The wipe can be repeated if it was interrupted. Prints an error on failure.
 *
 * Return: an exit status.
 */
int wipe_spare(const char *path);

#endif /* _DMREMAP_WIPE_H */
