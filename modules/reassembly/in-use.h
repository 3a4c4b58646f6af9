/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which devices active sets use, as of one moment.
 */
#ifndef _REMAP_IN_USE_H
#define _REMAP_IN_USE_H

#include <linux/types.h>
#include <linux/uuid.h>
#include <linux/xarray.h>

struct dm_remap_set;

/**
 * struct reassembly_in_use - a snapshot.
 * @devs: by device number: its role in a set.
 * @sets: the sets.
 * @nr: how many there are.
 * @room: for how many there is room in @sets.
 */
struct reassembly_in_use {
	struct xarray devs;
	struct dm_remap_set *sets;
	unsigned int nr;
	unsigned int room;
};

/**
 * reassembly_in_use_load() - take the snapshot.
 * @use: filled in; to be freed, also if this fails.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int reassembly_in_use_load(struct reassembly_in_use *use);

void reassembly_in_use_free(struct reassembly_in_use *use);

/* Whether a device is the main or the spare of an active set, or the device of one. */
bool reassembly_in_use(struct reassembly_in_use *use, dev_t dev);

/* Whether a device is the device of a set. */
bool reassembly_is_above(struct reassembly_in_use *use, dev_t dev);

/* The active persistent set with a uuid, or NULL. */
const struct dm_remap_set *reassembly_in_use_find(const struct reassembly_in_use *use,
						  const uuid_t *uuid);

#endif /* _REMAP_IN_USE_H */
