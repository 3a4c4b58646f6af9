// SPDX-License-Identifier: GPL-2.0
/*
 * Writes that failed, and writes to blocks that need care.
 */
#include "auto_move.h"
#include "bio.h"
#include "device.h"
#include "io.h"
#include "jobs.h"
#include "moves.h"
#include "observe.h"
#include "own.h"
#include "piece.h"
#include "writes.h"

void remap_flush_batch(struct remap_job *job)
{
	struct remap_batch *batch = job->batch;
	unsigned int i, nr = batch->nr;

	remap_moves_run(job->rd, batch);
	for (i = 0; i < nr; i++)
		if (batch->moves[i].status != BLK_STS_OK)
			remap_bio_io(job->bio)->status = batch->moves[i].status;
}

/* Begin the move of a piece's block, and of what the bio writes to it. */
static blk_status_t move_piece(struct remap_job *job, const struct remap_piece *p,
			       enum remap_slot_state state)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m;

	job->still_failing = true;
	if (!remap_move_is_possible(rd)) {
		remap_count(rd, DM_REMAP_REMAPS_FAILED, 1);
		return BLK_STS_IOERR;
	}
	if (job->batch->nr == job->batch->max)
		remap_flush_batch(job);
	m = remap_own(job, p->block, state, REMAP_TO_SPARE);
	if (job->again)
		return BLK_STS_OK;
	if (!m) {
		remap_count(rd, DM_REMAP_REMAPS_FAILED, 1);
		return BLK_STS_NOSPC;
	}
	m->bio = job->bio;
	m->piece = p->iter;
	return BLK_STS_OK;
}

/* Write a piece up to @tries times; @status is the answer if that is never. */
static blk_status_t try_write(struct remap_job *job, const struct remap_piece *p, u32 slot,
			      unsigned int tries, blk_status_t status)
{
	struct remap_device *rd = job->rd;
	struct block_device *bdev = slot == REMAP_NO_SLOT ? rd->main : rd->spare_bdev;
	bool again = false;

	while (tries--) {
		status = remap_rw_piece(rd, job->bio, p->iter, bdev,
					remap_piece_sector(rd, p, slot));
		if (status == BLK_STS_OK || !remap_medium_error(bdev, status))
			break;
		again = true;
	}
	if (again)
		job->still_failing = true;
	if (again && status == BLK_STS_OK && slot == REMAP_NO_SLOT)
		job->recovered = true;
	return status;
}

static blk_status_t write_main(struct remap_job *job, const struct remap_piece *p,
			       blk_status_t status)
{
	struct remap_device *rd = job->rd;
	unsigned int tries = READ_ONCE(rd->settings.retries) + (status == BLK_STS_OK);
	struct remap_use use;

	if (!remap_use_main(job, p->block, 1, &use)) {
		job->again = true;
		return BLK_STS_OK;
	}
	status = try_write(job, p, REMAP_NO_SLOT, tries, status);
	remap_unuse(rd, &use);
	if (status == BLK_STS_OK)
		remap_reset_streak(rd);
	else if (remap_medium_error(rd->main, status) && remap_admit_auto_move(rd))
		status = move_piece(job, p, REMAP_FREE);
	return status;
}

/*
 * Write sectors of a mapped block some of which are lost or unread: they are there
 * from now on.
 */
static blk_status_t write_in_place(struct remap_job *job, const struct remap_piece *p)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m;
	blk_status_t status;

	remap_flush_batch(job);
	m = remap_own(job, p->block, REMAP_MAPPED, REMAP_IN_PLACE);
	if (!m)
		return BLK_STS_OK;
	status = try_write(job, p, m->slot, 1 + READ_ONCE(rd->settings.retries), BLK_STS_OK);
	m->lost &= ~remap_piece_mask(p);
	m->unread &= ~remap_piece_mask(p);
	m->status = status;
	remap_moves_finish(rd, job->batch);
	return status == BLK_STS_OK ? m->status : status;
}

static blk_status_t write_mapped(struct remap_job *job, const struct remap_piece *p,
				 blk_status_t status)
{
	struct remap_device *rd = job->rd;
	struct remap_use use;
	u64 care;

	remap_bio_io(job->bio)->spare = true;
	job->still_failing = true;
	if (!remap_use_slot(job, p->block, &use))
		return BLK_STS_OK;
	care = remap_masks_get(&rd->lost, use.slot) | remap_masks_get(&rd->unread, use.slot);
	care &= remap_piece_mask(p);
	if (!care)
		status = try_write(job, p, use.slot, 1 + READ_ONCE(rd->settings.retries), status);
	remap_unuse(rd, &use);
	if (care)
		status = write_in_place(job, p);
	if (!job->again && remap_medium_error(rd->spare_bdev, status))
		status = move_piece(job, p, REMAP_MAPPED);
	return status;
}

blk_status_t remap_write_piece(struct remap_job *job, const struct remap_piece *p,
			       blk_status_t status)
{
	struct remap_device *rd = job->rd;
	u64 word;
	u32 slot = remap_table_lookup(&rd->table, p->block, &word);

	if (slot == REMAP_NO_SLOT)
		return write_main(job, p, status);
	switch (remap_word_state(word)) {
	case REMAP_MOVING:
		job->again = true;
		return BLK_STS_OK;
	case REMAP_DOUBT:
		return BLK_STS_IOERR;
	case REMAP_PENDING:
		return move_piece(job, p, REMAP_PENDING);
	default:
		return write_mapped(job, p, status);
	}
}
