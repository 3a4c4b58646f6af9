/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replaces the table of a device in use while its I/O is suspended.
 */
#ifndef _DMREMAP_DM_SWITCH_H
#define _DMREMAP_DM_SWITCH_H

#include <stdint.h>

#include "kernel/dm.h"

/**
 * struct dm_switch - a switch of tables.
 * @name: the device.
 * @target: the type of its only target after the switch.
 * @params: the words of the table line after the type.
 * @sectors: its size after the switch.
 * @paused: called while I/O waits, before the table is loaded; returns an exit status. It must not
 *	do anything that needs I/O to the device, such as printing. May be NULL.
 * @context: for @paused.
 * @paused_ns: takes the time for which I/O was suspended.
 */
struct dm_switch {
	const char *name;
	const char *target;
	const char *params;
	uint64_t sectors;
	int (*paused)(void *context);
	void *context;
	uint64_t paused_ns;
};

/**
 * dm_switch() - suspend a device, and resume it with another table.
 * @sw: the switch.
 *
 * Blocks signals and locks the program's memory until I/O has resumed.  If anything fails, or
 * the program is killed before the new table is loaded, the device keeps its table.  Prints an
 * error on failure, unless @paused failed.
 *
 * Return: an exit status.
 */
int dm_switch(struct dm_switch *sw);

#endif /* _DMREMAP_DM_SWITCH_H */
