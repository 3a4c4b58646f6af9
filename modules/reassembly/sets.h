/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sets that are known, from the devices that were scanned.
 */
#ifndef _REMAP_SETS_H
#define _REMAP_SETS_H

#include <linux/configfs.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/uuid.h>

#include "match.h"

/**
 * struct reassembly_set - a set of which something was seen.
 * @group: its directory; frees the set when it is released.
 * @list: in the list of sets.
 * @uuid: its name.
 * @last: its state after the last scan.
 * @shown: the directory is there.
 */
struct reassembly_set {
	struct config_group group;
	struct list_head list;
	uuid_t uuid;
	enum set_state last;
	bool shown;
};

/**
 * struct set_view - what there is to be said of a set.
 * @state: its state.
 * @main: number of the main, 0 if that is missing.
 * @spare: number of the spare, 0 if that is missing.
 * @main_start: sector of the main at which the target begins.
 * @target_sectors: size of the target.
 * @generation: of the set, when its spare was read; 0 if that is missing.
 * @name: of its device.
 */
struct set_view {
	enum set_state state;
	dev_t main;
	dev_t spare;
	u64 main_start;
	u64 target_sectors;
	u64 generation;
	char name[DM_REMAP_NAME_SIZE];
};

/**
 * sets_scan() - read devices and enter their sets.
 * @text: paths, with newlines between them; is changed.
 * @any: one that cannot be opened must not keep the others from being found.
 *
 * What was known of a device is replaced; what is known of others is read again,
 * unless they are in use, and forgotten if they are gone.  All of it is looked at
 * before anything is said: sets that are complete now, and were not, are announced.  If it
 * fails nothing has changed.
 *
 * Context: process, may sleep; the paths are those of the calling process.
 * Return: 0; -ENOMEM; -EINTR if it had to wait for another one, and is to end; unless
 * @any -EINVAL without a path, and what looking up or opening a path gives.
 */
int sets_scan(char *text, bool any);

/**
 * sets_view() - look at a set.
 * @uuid: of the set.
 * @view: filled in.
 *
 * Context: process, may sleep.
 */
void sets_view(const uuid_t *uuid, struct set_view *view);

/**
 * sets_exit() - forget everything.
 *
 * Context: process, may sleep; nobody scans any more.
 */
void sets_exit(void);

#endif /* _REMAP_SETS_H */
