/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles failed reads, and reads of blocks that need care.
 */
#ifndef _REMAP_READS_H
#define _REMAP_READS_H

#include <linux/blk_types.h>

struct remap_job;
struct remap_piece;

/**
 * remap_read_piece() - read a piece.
 * @job: the job that has its bio.
 * @p: the piece.
 * @status: status of the attempt on this piece alone, or BLK_STS_OK if there was none.
 *
 * A block that can be read on retry moves to the spare with that data; one that cannot becomes
 * pending.
 *
 * Context: process, may sleep; no lock.
 * Return: the status; meaningless if @job->again is set.
 */
blk_status_t remap_read_piece(struct remap_job *job, const struct remap_piece *p,
			      blk_status_t status);

#endif /* _REMAP_READS_H */
