/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one way in which check, dump and repair come to the metadata of a spare.
 */
#ifndef _DMREMAP_OPEN_H
#define _DMREMAP_OPEN_H

#include <stdbool.h>

#include "disk/set.h"

/**
 * spare_open_and() - read a spare's superblocks and act on them.
 * @path: the spare, or an image of it.
 * @write: open it for writing; it must not be in use then.
 * @act: what to do, if a superblock is usable; returns an exit status.
 * @context: for @act.
 *
 * Complains if the spare cannot be opened, or no superblock is usable.
 *
 * Return: an exit status.
 */
int spare_open_and(const char *path, bool write,
		   int (*act)(const struct set *set, const void *context), const void *context);

#endif /* _DMREMAP_OPEN_H */
