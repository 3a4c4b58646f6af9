/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A spare that is emptied: it is not a half of any set afterwards.
 */
#ifndef _DMREMAP_WIPE_H
#define _DMREMAP_WIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/uuid.h"

/**
 * struct wipe - the content of a spare before the wipe.
 * @uuid: of its set; "" if it has no superblock that can be used.
 * @blocks: how many blocks are kept on it and nowhere else.
 * @bad_pages: number of unreadable pages of its table, whose entries are unknown.
 */
struct wipe {
	char uuid[UUID_TEXT_SIZE];
	uint64_t blocks;
	uint64_t bad_pages;
};

/**
 * wipe_look() - find what would be lost.
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
 * The first write, of superblock 0, ends the set: it says that the spare is empty.  Then the
 * other superblock, all copies of the table, and signatures in data that has moved there are
 * cleared, and at last superblock 0.  An interrupted wipe can be repeated.  Prints an error on
 * failure.
 *
 * Return: an exit status.
 */
int wipe_spare(const char *path);

#endif /* _DMREMAP_WIPE_H */
