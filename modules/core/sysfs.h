/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/block/dm-N/remap, and a link to it by the device's name.
 */
#ifndef _REMAP_SYSFS_H
#define _REMAP_SYSFS_H

struct remap_device;

/**
 * remap_sysfs_add() - make a device's directory, and let it be observed.
 * @rd: the device, which has its name.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int remap_sysfs_add(struct remap_device *rd);

/**
 * remap_sysfs_rename() - its name is another one now.
 * @rd: the device; has a directory, and its old name still.
 * @name: its new name, which may be the same.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int remap_sysfs_rename(struct remap_device *rd, const char *name);

/**
 * remap_sysfs_remove() - take it away, if it is there.
 * @rd: the device.
 *
 * Waits for who is reading.
 *
 * Context: process, may sleep; without any lock of @rd.
 */
void remap_sysfs_remove(struct remap_device *rd);

/**
 * remap_sysfs_init() - make /sys/kernel/dm-remap.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int remap_sysfs_init(void);

/**
 * remap_sysfs_exit() - take it away.
 *
 * Context: process, may sleep.
 */
void remap_sysfs_exit(void);

#endif /* _REMAP_SYSFS_H */
