/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_FILES_MOUNT_H
#define _DMREMAP_FILES_MOUNT_H

#include <limits.h>
#include <stdbool.h>

/**
 * mount_find() - find out where a device is mounted.
 * @path: the device.
 * @point: takes the directory.
 *
 * Return: whether it is mounted.
 */
bool mount_find(const char *path, char point[PATH_MAX]);

#endif /* _DMREMAP_FILES_MOUNT_H */
