/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the users of a block device, as far as possible.
 */
#ifndef _DMREMAP_USERS_H
#define _DMREMAP_USERS_H

#include <stdbool.h>

#include "kernel/blockdev.h"

#define USERS_SIZE	1024

/**
 * users_describe() - name the users of a device, and the remedy.
 * @dev: the device.
 * @text: "it is mounted on /mnt: unmount it", say.
 *
 * Return: whether a user was found.
 */
bool users_describe(const struct blockdev *dev, char text[USERS_SIZE]);

/* The same for a device and its partitions. */
bool users_describe_all(const struct blockdev *dev, char text[USERS_SIZE]);

/**
 * users_boot_needs() - whether a device must be found before / and /usr can be mounted.
 * @name: the device-mapper name of the device, encoded.
 */
bool users_boot_needs(const char *name);

/* Whether a device, by "MAJ:MIN", is the device-mapper device @name or is stacked on it. */
bool users_stands_on(const char *number, const char *name);

#endif /* _DMREMAP_USERS_H */
