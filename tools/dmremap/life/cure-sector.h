/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sector of a disk without a set, which the drive may replace when it is written.
 */
#ifndef _DMREMAP_CURE_SECTOR_H
#define _DMREMAP_CURE_SECTOR_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct cure_sector - the sector, and the request.
 * @path: the disk.
 * @sector: in units of 512 bytes.
 * @overwrite: write zeros over it if it cannot be read.
 * @yes: do not ask.
 */
struct cure_sector {
	const char *path;
	uint64_t sector;
	bool overwrite;
	bool yes;
};

/**
 * cure_sector() - do it.
 * @cure: what.
 *
 * Reads the physical sector, and writes nothing if that succeeds, or if the disk is in use.
 *
 * Return: an exit status.
 */
int cure_sector(const struct cure_sector *cure);

#endif /* _DMREMAP_CURE_SECTOR_H */
