/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes mapfiles of GNU ddrescue, which list the copied and the unreadable parts.
 */
#ifndef _DMREMAP_MAPFILE_H
#define _DMREMAP_MAPFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ranges.h"

/**
 * mapfile_check() - check that a mapfile can be written.
 * @path: the file; created if it does not exist.
 *
 * A file that is not empty is accepted only if mapfile_write() made it, so that results of ddrescue
 * are not overwritten. Prints an error on failure.
 *
 * Return: an exit status.
 */
int mapfile_check(const char *path);

/**
 * mapfile_write() - write the mapfile of a copy that lacks only some sectors.
 * @path: the file.
 * @sectors: size of the copy.
 * @bad: the unreadable sectors; merged.
 *
 * The file is durable on return, and unchanged on failure. Prints an error on failure.
 *
 * Return: an exit status.
 */
int mapfile_write(const char *path, uint64_t sectors, const struct ranges *bad);

/**
 * mapfile_write_parts() - write the mapfile of a copy that has only some sectors.
 * @path: the file.
 * @sectors: size of the copy.
 * @good: the sectors in the copy; merged.
 * @bad: the unreadable sectors; merged, and disjoint from @good. All others are marked as not
 *	tried.
 *
 * The file is durable on return. Prints an error on failure.
 *
 * Return: an exit status.
 */
int mapfile_write_parts(const char *path, uint64_t sectors, const struct ranges *good,
			const struct ranges *bad);

/**
 * mapfile_drop() - remove the mapfile of a copy that is not used.
 * @path: the file.
 * @written: mapfile_write() has written it; otherwise the file is only removed if it is empty.
 */
void mapfile_drop(const char *path, bool written);

#endif /* _DMREMAP_MAPFILE_H */
