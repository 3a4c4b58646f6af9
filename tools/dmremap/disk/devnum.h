/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Device numbers.
 */
#ifndef _DMREMAP_DEVNUM_H
#define _DMREMAP_DEVNUM_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * devnum_of() - find the number of the block device at a path, without opening it.
 * @path: the path.
 * @nr: takes the number.
 *
 * In a test tree (see root_dir()), image files stand for devices, and inode numbers for device
 * numbers.
 *
 * Return: whether there is a device.
 */
bool devnum_of(const char *path, dev_t *nr);

#endif /* _DMREMAP_DEVNUM_H */
