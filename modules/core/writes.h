/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes that failed, and writes to blocks that need care.
 *
 * Called by the device's worker with the device's lock held.
 */
#ifndef _REMAP_WRITES_H
#define _REMAP_WRITES_H

#include <linux/blk_types.h>

struct remap_device;
struct remap_piece;

/**
 * remap_write_piece() - write a piece, to the spare if the main does not take it.
 * @rd: the device.
 * @bio: its bio.
 * @p: the piece.
 * @status: that of the attempt that was this piece alone, or BLK_STS_OK if there
 *	was none.
 *
 * Context: process, may sleep; @rd->lock.
 * Return: what became of it; BLK_STS_OK if it is in the worker's batch: whether it
 * moved is known when that was run.
 */
blk_status_t remap_write_piece(struct remap_device *rd, struct bio *bio,
			       const struct remap_piece *p, blk_status_t status);

/**
 * remap_write_window() - try a large piece of a large write as a whole, where
 * nothing is remapped.
 * @rd: the device.
 * @bio: the bio.
 * @rest: what is left of it.
 *
 * Context: process, may sleep; @rd->lock.
 * Return: the bytes that were written; 0 if that is not the case, or they failed.
 */
unsigned int remap_write_window(struct remap_device *rd, struct bio *bio,
				struct bvec_iter rest);

#endif /* _REMAP_WRITES_H */
