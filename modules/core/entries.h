/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots as a store sees them.
 */
#ifndef _REMAP_ENTRIES_H
#define _REMAP_ENTRIES_H

#include <dm-remap/store.h>

#include "table.h"

struct remap_device;

/**
 * remap_read_entry() - dm_remap_store_params.read: the committed entry of a slot.
 * @context: the device.
 * @slot: the slot.
 * @entry: filled in; changes under way are left out.
 *
 * Context: process; the device's commit lock.
 */
void remap_read_entry(void *context, u32 slot, struct dm_remap_entry *entry);

/**
 * struct remap_loader - a table that is being loaded.
 * @rd: the device; nobody may look at its table yet.
 * @batch: for remap_load_entries().
 */
struct remap_loader {
	struct remap_device *rd;
	struct remap_loading batch;
};

/**
 * remap_load_entries() - a dm_remap_load_fn.
 * @context: a struct remap_loader.
 * @entries: what the store has read.
 * @nr: see dm_remap_load_fn.
 * @other: see dm_remap_load_fn.
 *
 * Context: process, may sleep; the device's lock.
 * Return: see there.
 */
int remap_load_entries(void *context, const struct dm_remap_entry *entries, unsigned int *nr,
		       struct dm_remap_entry *other);

#endif /* _REMAP_ENTRIES_H */
