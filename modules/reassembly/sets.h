/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The halves and the sets that are known.
 *
 * Both are changed and read under one lock, reassembly_lock. It is a leaf lock, except for
 * memory allocation: no device is opened or read under it, and no directory of configfs is made
 * or removed, so that a disk that does not answer, or a process that lists the directory, delays
 * nobody else.
 */
#ifndef _REMAP_SETS_H
#define _REMAP_SETS_H

#include <linux/configfs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/uuid.h>

#include "in-use.h"
#include "match.h"

/**
 * struct set_view - what attributes show of a set.
 * @state: its state.
 * @main: number of the main, 0 if that is missing.
 * @spare: number of the spare, 0 if that is missing.
 * @main_start: sector of the main at which the target begins.
 * @target_sectors: size of the target.
 * @generation: of the set, when its spare was read; 0 if that is missing.
 * @name: of its device.
 * @main_id: of the main, if the table must have it; else empty.
 */
struct set_view {
	enum set_state state;
	dev_t main;
	dev_t spare;
	u64 main_start;
	u64 target_sectors;
	u64 generation;
	char name[DM_REMAP_NAME_SIZE];
	char main_id[DM_REMAP_MAIN_ID_SIZE];
};

/**
 * struct reassembly_set - a set of which at least one half was seen.
 * @group: its directory; frees the set when it is released.
 * @node: in the table of sets.
 * @list: in a list of sets whose directories have to be made or removed.
 * @dirty: in the list of sets to be matched.
 * @uuid: its name.
 * @pins: scans that need it, though it may have no half yet.
 * @view: what the last match gave.
 * @in_use: a device that the match has left out because a set, perhaps this one, used it; or 0.
 * @announced: its state when changes were announced last.
 * @shown: the directory is there; belongs to the work that makes directories.
 */
struct reassembly_set {
	struct config_group group;
	struct hlist_node node;
	struct list_head list;
	struct list_head dirty;
	uuid_t uuid;
	unsigned int pins;
	struct set_view view;
	dev_t in_use;
	enum set_state announced;
	bool shown;
};

/* Guards all that follows, but for reassembly_set_view() and reassembly_set_copies(). */
extern struct mutex reassembly_lock;

/* All halves that are known. */
extern struct reassembly_index reassembly_halves;

/* Find a set, or NULL. */
struct reassembly_set *reassembly_set_find(const uuid_t *uuid);

/* Enter an allocated set; and take one out, which the caller then owns. */
void reassembly_set_add(struct reassembly_set *set);
void reassembly_set_del(struct reassembly_set *set);

/* Whether nothing is known of a set any more, and nobody needs it. */
bool reassembly_set_is_empty(const struct reassembly_set *set);

/* Any set, or NULL if there is none. */
struct reassembly_set *reassembly_set_any(void);

/**
 * reassembly_set_match() - find the halves of a set, for its view.
 * @set: the set.
 * @matcher: zeros but for the index, @taken and @context for the first of several sets.
 */
void reassembly_set_match(struct reassembly_set *set, struct reassembly_matcher *matcher);

/**
 * reassembly_set_view() - what attributes show of a set.
 * @set: the set.
 * @view: filled in.
 *
 * Does not match again, unless a device that was in use at the last match is free now.
 *
 * Context: process, may sleep; takes reassembly_lock.
 */
void reassembly_set_view(struct reassembly_set *set, struct set_view *view);

/**
 * reassembly_set_copies() - list the devices that claim to be a half of a set but are not used:
 * copies of its halves, or all of them if none can be preferred.
 * @set: the set.
 * @page: takes lines "MAJ:MIN main" and "MAJ:MIN spare", as many as fit.
 *
 * Context: process, may sleep; takes reassembly_lock.
 * Return: bytes written.
 */
ssize_t reassembly_set_copies(struct reassembly_set *set, char *page);

/* Whether a name could be that of a device; it was read from a medium. */
bool reassembly_is_name(const char *name);

void reassembly_sets_init(void);

#endif /* _REMAP_SETS_H */
