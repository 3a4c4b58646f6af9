/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the disk to which a set is being, or was being, copied.
 */
#ifndef _DMREMAP_COPY_FIND_H
#define _DMREMAP_COPY_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"
#include "lib/uuid.h"

/**
 * struct copy_found - the copy of a set.
 * @uuid: uuid of the set.
 * @token: names the copy; 0 for none.
 * @failed: writes wait or fail, because the spare cannot record them.
 * @there: the new disk is there.
 * @disk: the new disk, if @there.
 * @sectors: size of the set, if @there.
 * @copied: sectors that it has, but for those that were written since.
 * @running: a program is using it, so the copy is under way.
 */
struct copy_found {
	uint8_t uuid[UUID_SIZE];
	uint64_t token;
	bool failed;
	bool there;
	struct blockdev disk;
	uint64_t sectors;
	uint64_t copied;
	bool running;
};

/**
 * copy_find() - find the copy of a set.
 * @found: filled in.
 * @uuid: uuid of the set.
 * @name: its device.
 *
 * Reads all disks if there is a copy. Prints nothing.
 *
 * Return: whether there is one.
 */
bool copy_find(struct copy_found *found, const char *uuid, const char *name);

#endif /* _DMREMAP_COPY_FIND_H */
