/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where I/O goes.
 */
#ifndef _REMAP_MAP_H
#define _REMAP_MAP_H

#include <linux/bio.h>
#include <linux/device-mapper.h>

#include "inflight.h"

struct remap_device;

/**
 * struct remap_io - what is to be known of a bio when it comes back.
 * @iter: its data, size and sector, which counts from the start of the target.
 * @ticket: what it is doing.
 * @failed: it came back with an error, and the worker has it; not set before.
 * @spare: of what the worker answers: it was the spare that was read or written.
 * @status: the answer, while the worker has it.
 *
 * The bio's bi_private points here, which device-mapper leaves to the target.
 */
struct remap_io {
	struct bvec_iter iter;
	remap_ticket ticket;
	bool failed;
	bool spare;
	blk_status_t status;
};

static inline struct remap_io *remap_bio_io(struct bio *bio)
{
	return dm_per_bio_data(bio, sizeof(struct remap_io));
}

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

/**
 * remap_submit() - send a bio that has waited, or come back, to its place.
 * @rd: the device.
 * @bio: a bio that is the target's own.
 * @slot: the slot of the one block that it is in, or REMAP_NO_SLOT for the main.
 *
 * Context: process, may sleep; @rd->lock.
 */
void remap_submit(struct remap_device *rd, struct bio *bio, u32 slot);

/**
 * remap_finish() - answer a bio.
 * @rd: the device.
 * @bio: a bio that is the target's own, and not in flight.
 * @status: the answer.
 *
 * Context: any.
 */
void remap_finish(struct remap_device *rd, struct bio *bio, blk_status_t status);

#endif /* _REMAP_MAP_H */
