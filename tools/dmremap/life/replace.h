/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared state of the parts of dmremap replace.
 */
#ifndef _DMREMAP_REPLACE_H
#define _DMREMAP_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include <dm-remap/format.h>

#include "kernel/blockdev.h"
#include "kernel/volume.h"
#include "life/disk-copy.h"

/**
 * struct replacement - a set that comes to another disk.
 * @volume: the set, with the main that it had.
 * @spare: its spare.
 * @new: path of the new disk.
 * @mapfile: where sectors that could not be read are listed, or NULL.
 * @id: the identity of the new disk, or "".
 * @force: its content may be destroyed.
 * @leave: dm-remap ends for the device.
 * @direct: it does so in one step, since no spare could record the new main.
 * @sealed: the main had the set's label.
 * @mapped: the mapfile has been written.
 * @listed: it has all of @copy.bad.
 * @pause_s: how long I/O may wait.
 * @switched: the device is on the new disk.
 * @ended: dm-remap has ended for it.
 * @copy: the copy.
 */
struct replacement {
	struct volume volume;
	struct blockdev spare;
	const char *new;
	const char *mapfile;
	char id[DM_REMAP_MAIN_ID_SIZE];
	bool force;
	bool leave;
	bool direct;
	bool sealed;
	bool mapped;
	bool listed;
	uint64_t pause_s;
	bool switched;
	bool ended;
	struct disk_copy copy;
};

/**
 * replace_switch() - complete the copy while I/O waits, and put the new disk in force.
 * @r: the replacement; the copy is complete except for recent writes.
 * @estimate_ns: how long I/O is going to wait.
 *
 * Prints the result, or the reason why the set is unchanged.
 *
 * Return: an exit status.
 */
int replace_switch(struct replacement *r, uint64_t estimate_ns);

/* Say that the set goes on as it was, and why.  Return: an exit status. */
int replace_say_why(const struct replacement *r);

#endif /* _DMREMAP_REPLACE_H */
