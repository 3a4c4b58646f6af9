/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits the memory that hash/min_buckets may take.
 *
 * The setting is stored on the spare, so it comes from an untrusted medium: 20 sets on a memory
 * stick could request 64 MiB each. All devices together get 1/64 of the memory for tables that are
 * larger than their entries require.
 */
#ifndef _REMAP_FLOOR_H
#define _REMAP_FLOOR_H

#include <linux/types.h>

/**
 * struct remap_floor - the share of a device in that memory.
 * @asked: the setting; 0 before the first call of remap_floor_set().
 * @buckets: buckets that the table never has fewer than.
 * @bytes: memory that is counted for them.
 */
struct remap_floor {
	u32 asked;
	u32 buckets;
	unsigned long bytes;
};

static inline u32 remap_floor_buckets(const struct remap_floor *floor)
{
	return floor->buckets;
}

/**
 * remap_floor_set() - request a minimum table size.
 * @floor: of the device; zeroed before the first call.
 * @buckets: the setting.
 *
 * remap_floor_buckets() gives the grant: @buckets, or REMAP_MIN_BUCKETS if all devices
 * together would have more than their share of memory.
 *
 * Context: process; the caller serializes calls for a device.
 * Return: false if this call refused a setting, for the log.
 */
bool remap_floor_set(struct remap_floor *floor, u32 buckets);

/**
 * remap_floor_exit() - release the share of a device.
 * @floor: of the device; zeroed, or used by remap_floor_set().
 *
 * Context: as remap_floor_set().
 */
void remap_floor_exit(struct remap_floor *floor);

#endif /* _REMAP_FLOOR_H */
