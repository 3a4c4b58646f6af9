/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies the data of blocks that move.
 */
#ifndef _REMAP_COPY_H
#define _REMAP_COPY_H

#include <linux/types.h>

struct remap_batch;
struct remap_device;
struct remap_move;

/**
 * remap_copy() - copy the data of a batch's blocks to their new places.
 * @rd: the device.
 * @batch: moves, drained.
 *
 * Sets the status and the masks of each.  A failing block of the spare is marked bad and replaced.
 * Data written to the main is flushed and read back.
 *
 * Context: process, may sleep; no lock.
 */
void remap_copy(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_copy_block() - assemble a block, and write it to its slot.
 * @rd: the device.
 * @m: a move to the spare; if @m->assembled its data is in the batch's copy_buf.
 *
 * Context: process, may sleep; no lock.
 */
void remap_copy_block(struct remap_device *rd, struct remap_move *m);

#endif /* _REMAP_COPY_H */
