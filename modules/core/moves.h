/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moves blocks from the main to the spare, from one slot to another, and back to the main.
 */
#ifndef _REMAP_MOVES_H
#define _REMAP_MOVES_H

#include "batch.h"

struct remap_device;
struct remap_job;

/**
 * remap_moves_drain() - wait until I/O in flight to the blocks of a batch has completed.
 * @rd: the device.
 * @batch: its moves.
 *
 * Context: process, may sleep; no lock.
 */
void remap_moves_drain(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_moves_run() - move the blocks of a batch.
 * @rd: the device.
 * @batch: its moves; afterwards it is empty, but the moves and their results stay readable until a
 *	new move is added.
 *
 * In this order: I/O in flight to the blocks completes; the data is copied to the new place; the
 * store commits; I/O goes to the new place. A block that fails is as before, and its move has the
 * reason.
 *
 * Context: process, may sleep; no lock.
 */
void remap_moves_run(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_moves_finish() - the last steps of remap_moves_run().
 * @rd: the device.
 * @batch: its moves, drained; those with a status other than BLK_STS_OK are undone; the data of the
 *	others is in the new place.
 *
 * Context: process, may sleep; no lock.
 */
void remap_moves_finish(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_flush_batch() - run the job's batch, and record whether its bio failed.
 * @job: the job.
 *
 * Context: process, may sleep; no lock.
 */
void remap_flush_batch(struct remap_job *job);

#endif /* _REMAP_MOVES_H */
