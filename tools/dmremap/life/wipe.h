/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Empties a spare, which then is not part of any set.
 */
#ifndef _DMREMAP_WIPE_H
#define _DMREMAP_WIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/uuid.h"

/**
 * struct wipe - the content of a spare before it is emptied.
 * @uuid: uuid of its set; "" if it has no usable superblock.
 * @blocks: number of blocks that exist only on it.
 * @bad_pages: number of unreadable pages of its table, whose entries are unknown.
 */
struct wipe {
	char uuid[UUID_TEXT_SIZE];
	uint64_t blocks;
	uint64_t bad_pages;
};

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
