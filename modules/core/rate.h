/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many blocks moved by themselves in the last hour, day and month.
 */
#ifndef _REMAP_RATE_H
#define _REMAP_RATE_H

#include <linux/types.h>

struct remap_device;

/**
 * remap_rate_count() - a block has moved by itself.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_count(struct remap_device *rd);

/**
 * remap_rate_get() - the counts.
 * @rd: the device.
 * @now_s: seconds since the epoch (UTC).
 * @hour: set to the moves in this clock hour and in the part of the one before that is
 *	not older than an hour, taken as spread evenly.
 * @day: set to the moves in this hour and the 23 before it.
 * @month: set to the moves of today and the 29 days before it.
 *
 * Context: process; @rd->lock.
 */
void remap_rate_get(const struct remap_device *rd, u64 now_s, u32 *hour, u32 *day, u32 *month);

#endif /* _REMAP_RATE_H */
