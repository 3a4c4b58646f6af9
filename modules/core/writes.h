/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles failed writes, and writes to blocks that need care.
 */
#ifndef _REMAP_WRITES_H
#define _REMAP_WRITES_H

#include <linux/blk_types.h>

struct remap_job;
struct remap_piece;

/**
 * remap_write_piece() - write a piece, or move its block to the spare if the main fails it.
 * @job: the job that has its bio.
 * @p: the piece.
 * @status: that of the attempt that was this piece alone, or BLK_STS_OK if there
 *	was none.
 *
 * Context: process, may sleep; no lock.
 * Return: the status; BLK_STS_OK also if the move is in the job's batch, and its result known
 * only once that has run. Meaningless if @job->again is set.
 */
blk_status_t remap_write_piece(struct remap_job *job, const struct remap_piece *p,
			       blk_status_t status);

/**
 * remap_write_window() - write and verify several blocks of a bio at once.
 * @job: the job that has the bio.
 * @rest: what is left of it.
 *
 * A flush for each block would take most of the time.
 *
 * Context: process, may sleep; no lock.
 * Return: the bytes done; 0 if the next block has to be written alone, or is
 * @job->lost_block, which the main has not kept.
 */
unsigned int remap_write_window(struct remap_job *job, struct bvec_iter rest);

#endif /* _REMAP_WRITES_H */
