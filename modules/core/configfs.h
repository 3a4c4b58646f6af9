/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/config/dm-remap
 */
#ifndef _REMAP_CONFIGFS_H
#define _REMAP_CONFIGFS_H

struct remap_device;

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
 * remap_tree_add() - make a device's directory.
 * @rd: a device without one.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int remap_tree_add(struct remap_device *rd);

/**
 * remap_tree_remove() - remove a device's directory.
 * @rd: a device, with a directory or without.
 *
 * Waits for what is being read or written there; files that are held open read
 * ENOENT from then on.
 *
 * Context: process, may sleep; neither @rd->admin nor @rd->lock is held.
 */
void remap_tree_remove(struct remap_device *rd);

#endif /* _REMAP_CONFIGFS_H */
