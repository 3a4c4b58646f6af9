/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_SECTOR_FILES_H
#define _DMREMAP_SECTOR_FILES_H

#include <stdint.h>

/**
 * sector_files_show() - print which files sectors of a device belong to, or what else uses them.
 * @number: "MAJ:MIN" of the device, which need not be in a set.
 * @sector: the first of the sectors.
 * @count: how many.
 *
 * May take minutes: the program of a file system reads all inodes.
 */
void sector_files_show(const char *number, uint64_t sector, uint64_t count);

#endif /* _DMREMAP_SECTOR_FILES_H */
