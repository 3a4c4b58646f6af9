/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has a device open, as far as that can be told.
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
 * Return: whether somebody is known to.
 */
bool users_describe(const struct blockdev *dev, char text[USERS_SIZE]);

/* The same of a device and its partitions. */
bool users_describe_all(const struct blockdev *dev, char text[USERS_SIZE]);

/**
 * users_boot_needs() - whether the system has to find a device before / and /usr are mounted.
 * @name: the device-mapper name of the device, encoded.
 */
bool users_boot_needs(const char *name);

/* Whether a device, by "MAJ:MIN", is the device-mapper's @name, or is made of that. */
bool users_stands_on(const char *number, const char *name);

#endif /* _DMREMAP_USERS_H */
