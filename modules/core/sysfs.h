/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/block/dm-N/remap, and a link to it by the device's name.
 */
#ifndef _REMAP_SYSFS_H
#define _REMAP_SYSFS_H

struct remap_dirs;

/**
 * remap_sysfs_add() - make a device's directory, and let it be observed.
 * @dirs: its entry.
 *
 * Context: the work item of @dirs.
 * Return: 0, -ENOMEM.
 */
int remap_sysfs_add(struct remap_dirs *dirs);

/**
 * remap_sysfs_link() - make the link to a device's directory.
 * @dirs: its entry; the directory is there.
 * @name: of the link.
 *
 * Context: the work item of @dirs.
 * Return: 0, -errno.
 */
int remap_sysfs_link(struct remap_dirs *dirs, const char *name);

/**
 * remap_sysfs_unlink() - remove a link.
 * @name: of the link.
 *
 * Context: the work item of the entry whose link it is.
 */
void remap_sysfs_unlink(const char *name);

/**
 * remap_sysfs_remove() - remove a device's directory, if it is there.
 * @dirs: its entry; the link has been removed.
 *
 * Waits for readers of its files.
 *
 * Context: the work item of @dirs.
 */
void remap_sysfs_remove(struct remap_dirs *dirs);

/**
 * remap_sysfs_init() - make /sys/kernel/dm-remap.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int remap_sysfs_init(void);

/**
 * remap_sysfs_exit() - remove it.
 *
 * Context: process, may sleep.
 */
void remap_sysfs_exit(void);

#endif /* _REMAP_SYSFS_H */
