/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/config/dm-remap-reassembly
 */
#ifndef _REMAP_TREE_H
#define _REMAP_TREE_H

#include <linux/list.h>
#include <linux/uuid.h>

struct reassembly_set;

/**
 * tree_alloc() - make a set, whose directory is not there yet.
 * @uuid: of the set.
 *
 * Context: process, may sleep.
 * Return: the set, or NULL if there is no memory.
 */
struct reassembly_set *tree_alloc(const uuid_t *uuid);

/**
 * tree_free() - drop a set that is not shown, or no more.
 * @set: from tree_alloc().
 *
 * It goes when nobody looks at its directory any more.
 *
 * Context: process, may sleep.
 */
void tree_free(struct reassembly_set *set);

/**
 * tree_add() - show sets.
 * @sets: a list of them.
 *
 * Context: process, may sleep; may be called by an attribute of the tree.
 * Return: 0; or -errno, and none is shown.
 */
int tree_add(struct list_head *sets);

/**
 * tree_remove() - show sets no longer.
 * @sets: a list of them.
 *
 * Waits for who reads their attributes.
 *
 * Context: process, may sleep; may be called by an attribute of the tree, but not by
 * one of these sets.
 */
void tree_remove(struct list_head *sets);

/**
 * tree_init() - make the tree.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int tree_init(void);

/**
 * tree_exit() - take it away; no set is shown any more.
 *
 * Context: process, may sleep.
 */
void tree_exit(void);

#endif /* _REMAP_TREE_H */
