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

#define NS_PER_S	1000000000ULL

/**
 * struct replacement - the replacement of the main of a set.
 * @volume: the set with its former main.
 * @spare: its spare.
 * @new: path of the new disk.
 * @mapfile: path of the list of unreadable sectors, or NULL.
 * @id: the identity of the new disk, or "".
 * @force: allow the content of the new disk to be destroyed.
 * @leave: end dm-remap for the device.
 * @spare_gone: the spare has left the system.
 * @direct: end it in one step, since no spare can record the new main.
 * @sealed: the main had the set's label.
 * @mapped: the mapfile has been written.
 * @listed: the mapfile contains all of @copy.bad.
 * @pause_s: maximum time, in seconds, for which I/O may be suspended.
 * @switched: the device is on the new disk.
 * @ended: dm-remap has ended for the device.
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
	bool spare_gone;
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
 * replace_switch() - complete the copy while I/O is suspended, and switch to the new disk.
 * @r: the replacement; the copy is complete except for recent writes.
 * @estimate_ns: estimated time for which I/O will be suspended.
 *
 * Prints the result, or the reason why the set is unchanged.
 *
 * Return: an exit status.
 */
int replace_switch(struct replacement *r, uint64_t estimate_ns);

/**
 * replace_forget() - give up a copy that was interrupted.
 * @name: the set, as given by the user.
 * @disk: path of the new disk; NULL to look for it.
 *
 * Prints the result, or an error.
 *
 * Return: an exit status.
 */
int replace_forget(const char *name, const char *disk);

/*
 * Record that the new disk may be the main after the next boot, beside the present one. Prints an
 * error if that fails. Return: an exit status.
 */
int replace_record(const struct replacement *r);

/* Print that the set is unchanged, and why. Return: an exit status. */
int replace_say_why(const struct replacement *r);

#endif /* _DMREMAP_REPLACE_H */
