/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device of a set is made: its name, and what to do if somebody else makes it.
 */
#ifndef _DMREMAP_NEW_DEVICE_H
#define _DMREMAP_NEW_DEVICE_H

#include "kernel/dm.h"
#include "sets/activate.h"

/**
 * new_device_name() - choose a name that the device can have.
 * @result: its set; the name goes into @result->device, or the error into
 *	@result->why.
 * @wanted: the requested name; NULL for the set's own.
 *
 * Return: whether there is one.
 */
bool new_device_name(struct activation_result *result, const char *wanted);

/**
 * new_device_free() - see that nothing else is on a half.
 * @result: takes the error.
 * @half: the half.
 * @role: which half it is.
 *
 * Device-mapper would let several devices have it.
 *
 * Return: whether nothing is.
 */
bool new_device_free(struct activation_result *result, const struct blockdev *half,
		     enum half_role role);

/**
 * new_device_settle() - wait until an active device can be opened by its name.
 * @name: its name.
 *
 * That is for udev to see to; where it does not, this does not wait for good.
 */
void new_device_settle(const char *name);

/**
 * new_device_other() - see whether somebody else has made the device of the set.
 * @result: its set; filled in if so.
 *
 * If somebody is making it, this waits.
 */
bool new_device_other(struct activation_result *result);

/**
 * new_device_make() - make it.
 * @result: has the name; the status and what to say go there.
 * @new: the device; its name is filled in.
 */
void new_device_make(struct activation_result *result, const struct dm_new *new);

#endif /* _DMREMAP_NEW_DEVICE_H */
