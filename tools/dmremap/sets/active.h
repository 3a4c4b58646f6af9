/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices of dm-remap that there are: of sets, transient ones, and mains that were
 * activated without their spare.
 */
#ifndef _DMREMAP_ACTIVE_H
#define _DMREMAP_ACTIVE_H

#include <stdbool.h>

#include "kernel/blockdev.h"
#include "lib/encode.h"
#include "lib/uuid.h"
#include "sets/half.h"

/**
 * struct active - a device.
 * @name: its name, as device-mapper has it.
 * @number: "MAJ:MIN".
 * @node: its name in sysfs, "dm-0" say.
 * @uuid: of its set; "" if it has none, or it is not known yet.
 * @without_spare: it is a main alone.
 * @live: it has a table in force.
 * @suspended: its I/O waits.
 */
struct active {
	char name[ENCODED_NAME_SIZE];
	char number[BLOCKDEV_NUMBER_SIZE];
	char node[BLOCKDEV_NUMBER_SIZE];
	char uuid[UUID_TEXT_SIZE];
	bool without_spare;
	bool live;
	bool suspended;
};

/**
 * actives_list() - find all of them.
 * @list: an array of them, in order of their minor numbers; the caller frees it.
 *
 * Return: how many there are.
 */
int actives_list(struct active **list);

/**
 * active_find() - look for one.
 * @active: filled in.
 * @what: its name, a path of it, or the uuid of its set.
 *
 * Return: whether there is one.
 */
bool active_find(struct active *active, const char *what);

/**
 * active_name_taken() - whether there is any device of device-mapper with this name.
 * @name: the name.
 * @number: takes its "MAJ:MIN".
 */
bool active_name_taken(const char *name, char number[BLOCKDEV_NUMBER_SIZE]);

/**
 * active_has_node() - whether a device can be opened by its name.
 * @name: its name, as struct active has it.
 *
 * udev makes the node when the device is active already.
 */
bool active_has_node(const char *name);

#endif /* _DMREMAP_ACTIVE_H */
