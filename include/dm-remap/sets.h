/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interface to information about sets: iterating over active sets, and events about inactive
 * ones.
 *
 * All names are exported to GPL modules in the symbol namespace DM_REMAP.
 */
#ifndef _DM_REMAP_SETS_H
#define _DM_REMAP_SETS_H

#include <linux/types.h>
#include <linux/uuid.h>

/**
 * struct dm_remap_set - a set with a device, which is in use or not resumed yet.
 * @uuid: of the set.
 * @device: the dm device.
 * @main: the main device.
 * @spare: the spare device.
 * @persistent: its table is on the spare.
 */
struct dm_remap_set {
	uuid_t uuid;
	dev_t device;
	dev_t main;
	dev_t spare;
	bool persistent;
};

/**
 * typedef dm_remap_set_fn - called for a set.
 * @context: as given to dm_remap_iterate_sets().
 * @set: the set; valid only during the call.
 *
 * Return: whether to continue.
 */
typedef bool (*dm_remap_set_fn)(void *context, const struct dm_remap_set *set);

/**
 * dm_remap_iterate_sets() - iterate over the sets that have devices.
 * @fn: called for each set; may sleep, but must not create or remove a device. Memory that it
 *	allocates is allocated without I/O, because a resume may be waiting.
 * @context: for @fn.
 *
 * Includes transient sets.
 *
 * Context: process, may sleep; takes a mutex that is held while devices come and go,
 * but not while they do I/O.
 */
void dm_remap_iterate_sets(dm_remap_set_fn fn, void *context);

/**
 * dm_remap_uevent() - send a change event on /sys/kernel/dm-remap.
 * @envp: its variables, each "NAME=value", terminated by NULL.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int dm_remap_uevent(char *envp[]);

#endif /* _DM_REMAP_SETS_H */
