/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks that a disk can take over the content of a set, and opens it.
 */
#ifndef _DMREMAP_NEW_DISK_H
#define _DMREMAP_NEW_DISK_H

#include <stdbool.h>

#include "kernel/volume.h"

/**
 * new_disk_open() - open a disk to which the content of a set can be written.
 * @path: the disk.
 * @volume: the set.
 * @force: allow its content to be destroyed, if that is not a copy of the set.
 * @fd: takes the file descriptor, opened exclusively for direct writes.
 *
 * If not, prints the reason.
 *
 * Return: an exit status.
 */
int new_disk_open(const char *path, const struct volume *volume, bool force, int *fd);

#endif /* _DMREMAP_NEW_DISK_H */
