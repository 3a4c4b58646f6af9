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
 * @force: its own content is not needed any more, and is removed.
 * @fd: takes it, for writing past the page cache; nobody else can use it.
 *
 * Says why not.
 *
 * Return: an exit status.
 */
int new_disk_open(const char *path, const struct volume *volume, bool force, int *fd);

#endif /* _DMREMAP_NEW_DISK_H */
