/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways in which a user may name a device: its name, /dev/mapper/NAME, /dev/dm-N or any link to
 * that, or the uuid of its set.
 */
#ifndef _DMREMAP_NAMES_H
#define _DMREMAP_NAMES_H

#include <stdbool.h>

#include "kernel/kernel.h"
#include "lib/encode.h"

/**
 * device_name_new() - the name of a new device.
 * @given: the name given by the user.
 * @name: takes the name as device-mapper will know it, which is encoded by text_encode().
 *
 * Prints an error if a device cannot have the name.
 */
bool device_name_new(const char *given, char name[KERNEL_NAME_SIZE]);

/**
 * device_name_find() - find the name of a device.
 * @given: the name given by the user.
 * @name: takes the name that device-mapper uses; if @given could be a name but matches no known
 *	device, the one that it would have.
 *
 * Prints nothing.
 *
 * Return: false if it is a path or a text that no device of device-mapper has.
 */
bool device_name_find(const char *given, char name[KERNEL_NAME_SIZE]);

/**
 * device_name_take() - the same for a command, which cannot continue without a name.
 * @given: the name given by the user.
 * @name: takes the name.
 *
 * Prints an error if there is none.
 *
 * Return: as device_name_find().
 */
bool device_name_take(const char *given, char name[KERNEL_NAME_SIZE]);

/**
 * device_name_encoded() - the name of a set that may not be active.
 * @given: its name as people write it or as device-mapper does, /dev/mapper/NAME, or a path
 *	of its device.
 * @name: takes the name as encoded by text_encode(); empty if it cannot be a name.
 *
 * A uuid is treated as a name.  Prints nothing.
 */
void device_name_encoded(const char *given, char name[ENCODED_NAME_SIZE]);

#endif /* _DMREMAP_NAMES_H */
