/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maps I/O to the main or the spare.
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
 * Context: that of device-mapper's map operation.
 * Return: DM_MAPIO_REMAPPED, DM_MAPIO_SUBMITTED or DM_MAPIO_KILL.
 */
int remap_map(struct dm_target *ti, struct bio *bio);

/**
 * remap_end_io() - the target's end_io operation.
 * @ti: the target.
 * @bio: the bio.
 * @status: its status.
 *
 * Context: any, interrupts included.
 * Return: DM_ENDIO_DONE or DM_ENDIO_INCOMPLETE.
 */
int remap_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *status);

#endif /* _REMAP_MAP_H */
