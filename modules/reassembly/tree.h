/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/config/dm-remap-reassembly/sets: a directory for each set.
 *
 * A work item makes and removes the directories, because a writer of the attribute "scan" holds
 * configfs's lock of its directory, and that lock must not be held while these are changed.
 */
#ifndef _REMAP_TREE_H
#define _REMAP_TREE_H

#include <linux/completion.h>
#include <linux/configfs.h>
#include <linux/list.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

struct reassembly_set;

/**
 * struct reassembly_tree_change - directories that are being made or removed.
 * @work: does it.
 * @done: it is done.
 * @set: the set whose directory is made; or NULL, and
 * @dead: the directories of these sets are removed.
 * @ret: the result.
 */
struct reassembly_tree_change {
	struct work_struct work;
	struct completion done;
	struct reassembly_set *set;
	struct list_head *dead;
	int ret;
};

/**
 * reassembly_tree_alloc() - make a set, whose directory is not there yet.
 * @uuid: of the set.
 *
 * Context: process, may sleep.
 * Return: the set, or NULL if there is no memory.
 */
struct reassembly_set *reassembly_tree_alloc(const uuid_t *uuid);

/**
 * reassembly_tree_free() - drop a set without a directory.
 * @set: from reassembly_tree_alloc().
 *
 * It is freed when nobody reads its attributes any more.
 *
 * Context: process, may sleep.
 */
void reassembly_tree_free(struct reassembly_set *set);

/**
 * reassembly_tree_show() - make the directory of a set, unless it is there.
 * @set: the set, which is pinned.
 *
 * Context: process, may sleep; may be called by an attribute of the tree.
 * Return: 0, -errno.
 */
int reassembly_tree_show(struct reassembly_set *set);

/**
 * reassembly_tree_hide_begin() - begin to remove directories.
 * @change: for reassembly_tree_hide_end(), which has to follow.
 * @dead: sets, in no table any more.
 *
 * Does not wait. A request to make a directory of the same name is carried out only after this.
 *
 * Context: any that may queue work.
 */
void reassembly_tree_hide_begin(struct reassembly_tree_change *change, struct list_head *dead);

/**
 * reassembly_tree_hide_end() - wait until the directories are removed.
 * @change: from reassembly_tree_hide_begin().
 *
 * Waits for readers of their attributes as well.
 *
 * Context: process, may sleep, without reassembly_lock; may be called by an attribute of the
 * tree, but not by one of these sets.
 */
void reassembly_tree_hide_end(struct reassembly_tree_change *change);

/**
 * reassembly_tree_init() - get ready to make directories.
 *
 * Context: process, may sleep.
 * Return: the group that they appear in, for the tree above; or an error.
 */
struct config_group *reassembly_tree_init(void);

/**
 * reassembly_tree_exit() - the counterpart; no set has a directory any more.
 *
 * Context: process, may sleep.
 */
void reassembly_tree_exit(void);

#endif /* _REMAP_TREE_H */
