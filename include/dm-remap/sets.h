/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What others may know of the sets that are active, and say of those that are not.
 *
 * All names are exported to GPL modules in the symbol namespace DM_REMAP.
 */
#ifndef _DM_REMAP_SETS_H
#define _DM_REMAP_SETS_H

#include <linux/types.h>
#include <linux/uuid.h>

/**
 * struct dm_remap_set - a set that a device has, in use or not resumed yet.
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
 * typedef dm_remap_set_fn - looks at a set.
 * @context: as given to dm_remap_iterate_sets().
 * @set: the set; not to be kept.
 *
 * Return: whether to go on.
 */
typedef bool (*dm_remap_set_fn)(void *context, const struct dm_remap_set *set);

/**
 * dm_remap_iterate_sets() - look at the sets that there are devices for.
 * @fn: looks at one; may sleep, must not make or remove a device.
 * @context: for @fn.
 *
 * Transient ones, too.
 *
 * Context: process, may sleep; takes a mutex that is held while devices come and go,
 * but not while they do I/O.
 */
void dm_remap_iterate_sets(dm_remap_set_fn fn, void *context);

/**
 * dm_remap_uevent() - send a change event on /sys/kernel/dm-remap.
 * @envp: its variables, each "NAME=value", and NULL at the end.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int dm_remap_uevent(char *envp[]);

#endif /* _DM_REMAP_SETS_H */
