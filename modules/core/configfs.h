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
 * remap_configfs_init() - make the directory.
 *
 * Context: module init.
 * Return: 0, -errno.
 */
int remap_configfs_init(void);

/**
 * remap_configfs_exit() - remove it.
 *
 * Context: module exit.
 */
void remap_configfs_exit(void);

/**
 * remap_tree_add() - make the directory of a mapped device.
 * @dirs: its owner.
 * @name: its name.
 * @persistent: whether there is metadata/ in it.
 *
 * Waits for the lock of the directory above, which any user can hold for as long as he
 * likes.
 *
 * Context: the work item of @dirs, without any lock.
 * Return: the directory; NULL without memory, or where configfs refuses.
 */
struct remap_tree *remap_tree_add(struct remap_dirs *dirs, const char *name, bool persistent);

/**
 * remap_tree_remove() - remove it.
 * @tree: from remap_tree_add().
 *
 * Waits for what is being read or written there, and as remap_tree_add(); files that are
 * held open read ENOENT from then on.
 *
 * Context: the work item of its remap_dirs, without any lock.
 */
void remap_tree_remove(struct remap_tree *tree);

#endif /* _REMAP_CONFIGFS_H */
