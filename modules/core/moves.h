/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving blocks: from the main to the spare, from one block of the spare to
 * another, and back to the main.
 */
#ifndef _REMAP_MOVES_H
#define _REMAP_MOVES_H

#include "batch.h"

struct remap_device;
struct remap_job;

/**
 * remap_moves_drain() - wait until the I/O to the blocks of a batch has come back.
 * @rd: the device.
 * @batch: its moves.
 *
 * Context: process, may sleep; no lock.
 */
void remap_moves_drain(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_moves_run() - move the blocks of a batch.
 * @rd: the device.
 * @batch: its moves; it is empty for new ones afterwards, but the moves and their
 *	results can be looked at until the next one begins.
 *
 * In this order: I/O that is on the way to the blocks ends; the data is in the new
 * place; the store has it; I/O goes to the new place.  A block that fails is as
 * it was before, and its move says why.
 *
 * Context: process, may sleep; no lock.
 */
void remap_moves_run(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_moves_finish() - the last steps of remap_moves_run().
 * @rd: the device.
 * @batch: its moves, drained; those that have a status other than BLK_STS_OK are
 *	undone, for the others the data is in the new place.
 *
 * Context: process, may sleep; no lock.
 */
void remap_moves_finish(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_flush_batch() - run the job's batch, and note whether it failed its bio.
 * @job: the job.
 *
 * Context: process, may sleep; no lock.
 */
void remap_flush_batch(struct remap_job *job);

#endif /* _REMAP_MOVES_H */
