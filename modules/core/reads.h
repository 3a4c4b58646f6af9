/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads that failed, and reads of blocks that need care.
 *
 * Called by the device's worker with the device's lock held.
 */
#ifndef _REMAP_READS_H
#define _REMAP_READS_H

#include <linux/blk_types.h>

struct remap_device;
struct remap_piece;

/**
 * remap_read_piece() - read a piece; what cannot be read is an error, or zeros if
 * the setting "on_read_error" says so.
 * @rd: the device.
 * @bio: its bio.
 * @p: the piece.
 * @status: that of the attempt that was this piece alone, or BLK_STS_OK if there
 *	was none.
 *
 * A block that can be read at last moves to the spare with that; one that cannot
 * is pending from now on.
 *
 * Context: process, may sleep; @rd->lock.
 */
blk_status_t remap_read_piece(struct remap_device *rd, struct bio *bio,
			      const struct remap_piece *p, blk_status_t status);

#endif /* _REMAP_READS_H */
