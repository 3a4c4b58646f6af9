/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where I/O goes.
 */
#ifndef _REMAP_MAP_H
#define _REMAP_MAP_H

#include <linux/bio.h>
#include <linux/device-mapper.h>

struct remap_device;

/* struct remap_io.how, beside REMAP_INFLIGHT_*. */
#define REMAP_IO_MAIN	BIT(2)	/* is at the main, and in flight */
#define REMAP_IO_SPARE	BIT(3)	/* is at the spare, and in flight */
#define REMAP_IO_FAILED	BIT(4)	/* came back with an error and is with the worker */

/**
 * struct remap_io - what is to be known of a bio when it comes back.
 * @iter: its data, size and sector, which counts from the start of the target.
 * @how: REMAP_IO_* and REMAP_INFLIGHT_*.
 * @status: the answer, while the worker has it.
 *
 * The bio's bi_private points here, which device-mapper leaves to the target;
 * it is NULL if there is nothing to be done when the bio ends.
 */
struct remap_io {
	struct bvec_iter iter;
	u32 how;
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
 * @bio: a bio that is the target's own.
 * @status: the answer.
 *
 * Context: any.
 */
void remap_finish(struct bio *bio, blk_status_t status);

#endif /* _REMAP_MAP_H */
