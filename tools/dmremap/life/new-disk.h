/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk that takes over the content of a set: whether it can, and may.
 */
#ifndef _DMREMAP_NEW_DISK_H
#define _DMREMAP_NEW_DISK_H

#include <stdbool.h>

#include "kernel/volume.h"

/**
 * new_disk_open() - open a disk that the content of a set can be written to.
 * @path: the disk.
 * @volume: the set.
 * @force: its own content may be destroyed.
 * @fd: takes it, opened exclusively for direct writes.
 *
 * If not, prints the reason.
 *
 * Return: an exit status.
 */
int new_disk_open(const char *path, const struct volume *volume, bool force, int *fd);

#endif /* _DMREMAP_NEW_DISK_H */
