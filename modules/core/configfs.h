/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/config/dm-remap
 */
#ifndef _REMAP_CONFIGFS_H
#define _REMAP_CONFIGFS_H

#include <linux/types.h>

struct remap_dirs;
struct remap_tree;

/**
 * remap_configfs_init() - create the directory.
 *
 * Context: module init.
 * Return: 0, -errno.
 */
int remap_configfs_init(void);

/**
 * remap_configfs_exit() - remove the directory.
 *
 * Context: module exit.
 */
void remap_configfs_exit(void);

/**
 * remap_tree_add() - create the directory of a mapped device.
 * @dirs: its owner.
 * @name: its name.
 * @persistent: whether there is metadata/ in it.
 *
 * Waits for the lock of the parent directory, which any user can hold indefinitely.
 *
 * Context: the work item of @dirs, without any lock.
 * Return: the directory; NULL if there is no memory or configfs refuses.
 */
struct remap_tree *remap_tree_add(struct remap_dirs *dirs, const char *name, bool persistent);

/**
 * remap_tree_remove() - remove the directory of a mapped device.
 * @tree: from remap_tree_add().
 *
 * Waits for reads and writes of its files under way, and for the same lock as remap_tree_add();
 * reads of files that are still open then fail with ENOENT.
 *
 * Context: the work item of its remap_dirs, without any lock.
 */
void remap_tree_remove(struct remap_tree *tree);

#endif /* _REMAP_CONFIGFS_H */
