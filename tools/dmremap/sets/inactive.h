/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds sets that are not active by their halves. What is on such a half is the set's: blocks of a
 * main may have moved, and the spare has the only copy of those.
 */
#ifndef _DMREMAP_INACTIVE_H
#define _DMREMAP_INACTIVE_H

#include <stdbool.h>

#include "sets/half.h"
#include "sets/registry.h"

/**
 * struct inactive - a set that is not active, and a half of it.
 * @uuid: its uuid.
 * @name: what "dmremap assemble" takes: its name, or the uuid of a set that the host does not know.
 * @role: which half the device is.
 * @path: the device.
 * @recorded: only this host's record shows that the device is a half.
 */
struct inactive {
	char uuid[UUID_TEXT_SIZE];
	char name[ENCODED_NAME_SIZE];
	enum half_role role;
	char path[BLOCKDEV_PATH_SIZE];
	bool recorded;
};

/**
 * inactive_find() - find the inactive sets of which devices are halves.
 * @list: an array with one entry for each set; the caller frees it.
 * @devs: the devices.
 * @nr: number of devices.
 * @read: the devices may be read, in addition to what the module dm_remap_reassembly and this
 *	host's records say of them.
 *
 * Return: number of sets.
 */
int inactive_find(struct inactive **list, const struct blockdev *devs, int nr, bool read);

#endif /* _DMREMAP_INACTIVE_H */
