/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opens and closes stores by the name of their kind.
 */
#ifndef _REMAP_STORE_H
#define _REMAP_STORE_H

#include <dm-remap/store.h>

extern struct dm_remap_store_type remap_store_transient;

/**
 * remap_store_open() - open a store by the name of its kind.
 * @name: the name.
 * @params: for its open operation.
 * @store: set to the store.
 * @error: set to a sentence for ti->error on failure.
 *
 * Requests the module "dm-remap-store-<name>" if the kind is not known.
 *
 * Context: process, may sleep.
 * Return: 0, and the caller has to call remap_store_close(); -EINVAL if there is no such kind;
 * or the error of its open operation.
 */
int remap_store_open(const char *name, const struct dm_remap_store_params *params,
		     struct dm_remap_store **store, char **error);

/**
 * remap_store_close() - close a store.
 * @store: from remap_store_open().
 * @saved: for its close operation.
 *
 * Context: process, may sleep.
 */
void remap_store_close(struct dm_remap_store *store, const struct dm_remap_saved *saved);

/**
 * remap_store_state_name() - the word for the status line.
 * @state: the state.
 *
 * Context: any.
 * Return: the word.
 */
const char *remap_store_state_name(enum dm_remap_store_state state);

#endif /* _REMAP_STORE_H */
