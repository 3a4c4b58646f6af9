/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists the active dm-remap devices: those of persistent sets, transient ones, and mains activated
 * without their spare.
 */
#ifndef _DMREMAP_ACTIVE_H
#define _DMREMAP_ACTIVE_H

#include <stdbool.h>

#include "kernel/blockdev.h"
#include "lib/encode.h"
#include "lib/uuid.h"
#include "sets/half.h"

/**
 * struct active - an active device.
 * @name: its device-mapper name.
 * @number: "MAJ:MIN".
 * @node: its sysfs name, such as "dm-0".
 * @uuid: uuid of its set; "" if it has none or it is not known yet.
 * @main: "MAJ:MIN" of the main, if it is without its spare.
 * @without_spare: it is a main without its spare.
 * @live: it has a live table.
 * @suspended: it is suspended.
 */
struct active {
	char name[ENCODED_NAME_SIZE];
	char number[BLOCKDEV_NUMBER_SIZE];
	char node[BLOCKDEV_NUMBER_SIZE];
	char uuid[UUID_TEXT_SIZE];
	char main[BLOCKDEV_NUMBER_SIZE];
	bool without_spare;
	bool live;
	bool suspended;
};

/**
 * actives_list() - list all active devices.
 * @list: an array of them, in order of their minor numbers; the caller frees it.
 *
 * Return: how many there are.
 */
int actives_list(struct active **list);

/**
 * active_find() - find an active device.
 * @active: filled in.
 * @what: its name, its path, or the uuid of its set.
 *
 * Return: whether there is one.
 */
bool active_find(struct active *active, const char *what);

/**
 * active_name_taken() - whether any device-mapper device has a name.
 * @name: the name.
 * @number: takes its "MAJ:MIN".
 */
bool active_name_taken(const char *name, char number[BLOCKDEV_NUMBER_SIZE]);

/**
 * active_has_node() - whether a device can be opened by its name.
 * @name: its name, as in struct active.
 *
 * udev creates the node only after the device has become active.
 */
bool active_has_node(const char *name);

#endif /* _DMREMAP_ACTIVE_H */
