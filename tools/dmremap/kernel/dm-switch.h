/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Another table for a device that is in use, put in force while its I/O waits.
 */
#ifndef _DMREMAP_DM_SWITCH_H
#define _DMREMAP_DM_SWITCH_H

#include <stdint.h>

#include "kernel/dm.h"

/**
 * struct dm_switch - a switch of tables.
 * @name: the device.
 * @target: the type of its only target from then on.
 * @params: the words of the table line behind the type.
 * @sectors: its size from then on.
 * @paused: called while I/O waits, before the table is loaded; returns an exit status.
 *	Whatever it does must not need I/O to the device: it prints nothing.  NULL for
 *	nothing.
 * @context: for it.
 * @paused_ns: takes how long I/O waited.
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
 * Blocks signals, and locks the memory of the program, until I/O proceeds.  If anything fails, or
 * the program is killed before the new table is loaded, the device keeps its table.  Prints an
 * error on failure, unless @paused failed.
 *
 * Return: an exit status.
 */
int dm_switch(struct dm_switch *sw);

#endif /* _DMREMAP_DM_SWITCH_H */
