/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Queries file systems with their own programs, which only read.
 */
#ifndef _DMREMAP_SYSTEMS_H
#define _DMREMAP_SYSTEMS_H

#include "files/answer.h"

/**
 * ext_files() - ask debugfs which files of ext2, ext3 or ext4 places belong to.
 * @answers: takes the results, which are about the device.
 * @path: the device.
 * @places: places on it.
 */
void ext_files(struct answers *answers, const char *path, const struct places *places);

/* The same for xfs, by xfs_db. */
void xfs_files(struct answers *answers, const char *path, const struct places *places);

/* The same for btrfs, by btrfs(8); the file system must be mounted. */
void btrfs_files(struct answers *answers, const char *path, const struct places *places);

#endif /* _DMREMAP_SYSTEMS_H */
