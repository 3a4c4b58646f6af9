/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where I/O goes.
 */
#ifndef _REMAP_MAP_H
#define _REMAP_MAP_H

#include <linux/blk_types.h>

struct bio;
struct dm_target;

/**
 * remap_map() - the target's map operation.
 * @ti: the target.
 * @bio: the bio.
 *
 * Context: as device-mapper gives it.
 */
int remap_map(struct dm_target *ti, struct bio *bio);

/**
 * remap_end_io() - the target's end_io operation.
 * @ti: the target.
 * @bio: the bio.
 * @status: its status.
 *
 * Context: any, interrupts included.
 */
int remap_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *status);

#endif /* _REMAP_MAP_H */
