/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots as a store sees them.
 */
#ifndef _REMAP_ENTRIES_H
#define _REMAP_ENTRIES_H

#include <dm-remap/store.h>

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
 * remap_load_entry() - a dm_remap_load_fn.
 * @context: the device.
 * @entry: what the store has read.
 * @other: see dm_remap_load_fn.
 *
 * Context: process, may sleep; the device's lock.
 * Return: see there.
 */
int remap_load_entry(void *context, const struct dm_remap_entry *entry,
		     struct dm_remap_entry *other);

#endif /* _REMAP_ENTRIES_H */
