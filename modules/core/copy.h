/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copying the data of blocks that move.
 */
#ifndef _REMAP_COPY_H
#define _REMAP_COPY_H

struct remap_batch;
struct remap_device;

/**
 * remap_copy_to_spare() - bring the data of a batch's blocks to the spare.
 * @rd: the device.
 * @batch: moves from remap_move_begin().
 *
 * Sets the status and the lost sectors of each.  A block of the spare that fails
 * is marked bad and replaced.
 *
 * Context: process, may sleep; @rd->lock, no other I/O to the blocks.
 */
void remap_copy_to_spare(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_copy_to_main() - bring the data of a batch's blocks to the main.
 * @rd: the device.
 * @batch: moves from remap_move_back().
 *
 * What the main has taken is flushed and read back.  Sets the status of each.
 *
 * Context: process, may sleep; @rd->lock, no other I/O to the blocks.
 */
void remap_copy_to_main(struct remap_device *rd, struct remap_batch *batch);

#endif /* _REMAP_COPY_H */
