/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opens the metadata of a spare for check, dump and repair.
 */
#ifndef _DMREMAP_OPEN_H
#define _DMREMAP_OPEN_H

#include <stdbool.h>

#include "disk/set.h"

/**
 * spare_open_and() - read a spare's superblocks and act on them.
 * @path: the spare, or an image of it.
 * @write: open it for writing; then it must not be in use.
 * @act: called if a superblock is usable; returns an exit status.
 * @context: for @act.
 *
 * Prints an error if the spare cannot be opened, or no superblock is usable.
 *
 * Return: an exit status.
 */
int spare_open_and(const char *path, bool write,
		   int (*act)(const struct set *set, const void *context), const void *context);

#endif /* _DMREMAP_OPEN_H */
