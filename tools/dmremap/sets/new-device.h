/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Creates the device of a set: chooses its name, and copes with other processes doing the same.
 */
#ifndef _DMREMAP_NEW_DEVICE_H
#define _DMREMAP_NEW_DEVICE_H

#include "kernel/dm.h"
#include "sets/activate.h"

/**
 * new_device_name() - choose a valid name for the device.
 * @result: has the set; takes the name in @result->device, or the error in @result->why.
 * @activation: has the requested name, if there is one.
 *
 * Return: whether there is one.
 */
bool new_device_name(struct activation_result *result, const struct activation_request *activation);

/**
 * new_device_free() - check that a half is not in use.
 * @result: takes the error.
 * @half: the half.
 * @role: which half it is.
 *
 * Device-mapper itself would allow several devices to use it.
 *
 * Return: whether it is free.
 */
bool new_device_free(struct activation_result *result, const struct blockdev *half,
		     enum half_role role);

/**
 * new_device_settle() - wait until an active device can be opened by its name.
 * @name: its name.
 *
 * udev creates the node; in case it does not, the wait is limited.
 */
void new_device_settle(const char *name);

/**
 * new_device_other() - check whether another process has created the device of the set.
 * @result: has the set; filled in if so.
 *
 * Waits if another process is creating it.
 */
bool new_device_other(struct activation_result *result);

/**
 * new_device_make() - create the device.
 * @result: has the name; takes the status and the message.
 * @new: the device; its name is filled in.
 */
void new_device_make(struct activation_result *result, const struct dm_new *new);

#endif /* _DMREMAP_NEW_DEVICE_H */
