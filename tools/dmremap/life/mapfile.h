/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mapfile of GNU ddrescue: the copied and the unreadable parts.
 */
#ifndef _DMREMAP_MAPFILE_H
#define _DMREMAP_MAPFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ranges.h"

/**
 * mapfile_check() - see that a mapfile can be written.
 * @path: the file; made if it does not exist.
 *
 * A file that is not empty is only taken if it is a mapfile.  Prints an error.
 *
 * Return: an exit status.
 */
int mapfile_check(const char *path);

/**
 * mapfile_write() - write the mapfile of a copy that is complete but for some sectors.
 * @path: the file.
 * @sectors: size of the copy.
 * @bad: the sectors that could not be read; merged.
 *
 * It is durable on return.  On failure the file is as before.  Prints an error.
 *
 * Return: an exit status.
 */
int mapfile_write(const char *path, uint64_t sectors, const struct ranges *bad);

/**
 * mapfile_write_parts() - write the mapfile of a copy that has only some sectors.
 * @path: the file.
 * @sectors: size of the copy.
 * @good: the sectors that it has; merged.
 * @bad: the unreadable sectors; merged, none of @good.  The others have not been tried.
 *
 * It is durable on return.  Prints an error.
 *
 * Return: an exit status.
 */
int mapfile_write_parts(const char *path, uint64_t sectors, const struct ranges *good,
			const struct ranges *bad);

/**
 * mapfile_drop() - remove the mapfile of a copy that is not used.
 * @path: the file.
 * @written: mapfile_write() has written it; otherwise it stays unless it is empty.
 */
void mapfile_drop(const char *path, bool written);

#endif /* _DMREMAP_MAPFILE_H */
