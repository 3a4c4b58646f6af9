/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cures a sector of a disk without a set: the drive may replace it when it is written.
 */
#ifndef _DMREMAP_CURE_SECTOR_H
#define _DMREMAP_CURE_SECTOR_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct cure_sector - the sector and the options.
 * @path: the disk.
 * @sector: in units of 512 bytes.
 * @overwrite: overwrite it with zeros if it cannot be read.
 * @yes: do not ask.
 */
struct cure_sector {
	const char *path;
	uint64_t sector;
	bool overwrite;
	bool yes;
};

/**
 * cure_sector() - cure a sector.
 * @cure: the sector and the options.
 *
 * Reads the physical sector; writes nothing if that succeeds or if the disk is in use.
 *
 * Return: an exit status.
 */
int cure_sector(const struct cure_sector *cure);

#endif /* _DMREMAP_CURE_SECTOR_H */
