// SPDX-License-Identifier: GPL-2.0
/*
 * Handles failed writes, and writes to blocks that need care.
 */
#include <linux/device-mapper.h>

#include "attempts.h"
#include "auto_move.h"
#include "bio.h"
#include "device.h"
#include "io.h"
#include "jobs.h"
#include "moves.h"
#include "observe.h"
#include "own.h"
#include "piece.h"
#include "verify.h"
#include "writes.h"

/* Take ownership of a piece's block, which is in this state; a mapped block in the slot. */
static struct remap_move *own_piece(struct remap_job *job, const struct remap_piece *p,
				    enum remap_slot_state state, u32 slot)
{
	if (state == REMAP_FREE)
		return remap_own_failed(job, p->block);
	if (state == REMAP_MAPPED)
		return remap_own_slot(job, p->block, slot);
	return remap_own(job, p->block, state, REMAP_TO_SPARE);
}

/*
 * Begin to move a piece's block, with the data that the bio writes to it. @slot is the slot of a
 * mapped block. @status is the result if the block has no slot and may not move automatically.
 */
static blk_status_t move_piece(struct remap_job *job, const struct remap_piece *p,
			       enum remap_slot_state state, u32 slot, blk_status_t status)
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
	m = own_piece(job, p, state, slot);
	if (job->again)
		return BLK_STS_OK;
	if (!m && state == REMAP_FREE && !remap_may_move(rd))
		return status;
	if (!m) {
		remap_count(rd, DM_REMAP_REMAPS_FAILED, 1);
		return BLK_STS_NOSPC;
	}
	if (state == REMAP_FREE)
		m->reason = job->lost_write ? DM_REMAP_REASON_LOST : DM_REMAP_REASON_WRITE;
	m->bio = job->bio;
	m->piece = p->iter;
	return BLK_STS_OK;
}

/*
 * Write a piece once.
 *
 * Return: the status; *@lost is set if the device acknowledged the write but did not keep it.
 */
static blk_status_t write_once(struct remap_job *job, const struct remap_piece *p,
			       struct block_device *bdev, sector_t sector, bool *lost)
{
	struct remap_device *rd = job->rd;
	void *data = job->batch->copy_buf, *buf = job->batch->read_buf;
	bool spare = bdev == rd->spare_bdev, verify = remap_verifies(rd, spare);
	blk_status_t status;

	if (verify) {
		remap_copy_from_bio(data, job->bio, p->iter);
		status = dm_remap_rw(bdev, REQ_OP_WRITE | REQ_SYNC, sector, data, p->sectors);
	} else {
		status = remap_rw_piece(rd, job->bio, p->iter, bdev, sector);
	}
	remap_observe_error_once(rd, job->bio, spare, sector, p->sectors, status);
	if (!verify || status != BLK_STS_OK)
		return status;
	status = remap_verify(rd, bdev, sector, data, buf, p->sectors);
	*lost = status != BLK_STS_OK;
	return status;
}

/*
 * Write a piece up to @tries times; if no attempt is made, return @status. Do not retry on the main
 * after an attempt that took long, nor on a device that has lost a write: it might not report the
 * next loss. On the spare, make all attempts, however long they take: if the block leaves its slot,
 * sectors that the slot cannot return are lost.
 */
static blk_status_t try_write(struct remap_job *job, const struct remap_piece *p, u32 slot,
			      unsigned int tries, blk_status_t status)
{
	struct remap_device *rd = job->rd;
	struct block_device *bdev = slot == REMAP_NO_SLOT ? rd->main : rd->spare_bdev;
	bool again = false, lost = false;
	u64 start_ns;

	while (tries-- && !(slot == REMAP_NO_SLOT && job->took_long)) {
		start_ns = ktime_get_ns();
		status = write_once(job, p, bdev, remap_piece_sector(rd, p, slot), &lost);
		job->took_long = remap_took_long(rd, ktime_get_ns() - start_ns);
		if (status == BLK_STS_OK || lost || !remap_medium_error(bdev, status))
			break;
		again = true;
	}
	job->lost_write |= lost;
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

	job->lost_write = job->lost_block == p->block;
	if (job->lost_write) {
		job->lost_block = REMAP_NO_BLOCK;
		status = BLK_STS_MEDIUM;
		tries = 0;
	}
	if (!remap_use_main(job, p->block, 1, &use)) {
		job->again = true;
		return BLK_STS_OK;
	}
	status = try_write(job, p, REMAP_NO_SLOT, tries, status);
	remap_unuse(rd, &use);
	if (status == BLK_STS_OK)
		remap_reset_streak(rd);
	else if (remap_medium_error(rd->main, status) && remap_may_move(rd))
		status = move_piece(job, p, REMAP_FREE, REMAP_NO_SLOT, status);
	return status;
}

/* How many bytes of the rest of a bio fit into a window, up to the end of a block. */
static unsigned int window_bytes(const struct remap_device *rd, struct bvec_iter rest)
{
	unsigned int block_sectors = remap_block_sectors(rd);
	unsigned int skipped = rest.bi_sector & (block_sectors - 1);

	if (rest.bi_size <= REMAP_WINDOW_BYTES)
		return rest.bi_size;
	return (round_down(skipped + (REMAP_WINDOW_BYTES >> SECTOR_SHIFT), block_sectors) -
		skipped) << SECTOR_SHIFT;
}

/* Return: how much of a window the main has kept; *@status is set if that cannot be determined. */
static unsigned int write_and_compare(struct remap_job *job, struct bvec_iter window,
				      blk_status_t *status)
{
	struct remap_device *rd = job->rd;
	sector_t sector = rd->main_start + window.bi_sector;
	unsigned int nr = window.bi_size >> SECTOR_SHIFT;

	remap_copy_from_bio(job->window[0], job->bio, window);
	*status = dm_remap_rw(rd->main, REQ_OP_WRITE | REQ_SYNC, sector, job->window[0], nr);
	if (*status == BLK_STS_OK)
		*status = remap_read_back(rd->main, sector, job->window[1], nr);
	if (*status != BLK_STS_OK)
		return 0;
	return remap_equal_blocks(window.bi_sector, remap_block_sectors(rd), job->window[0],
				  job->window[1], window.bi_size);
}

unsigned int remap_write_window(struct remap_job *job, struct bvec_iter rest)
{
	struct remap_device *rd = job->rd;
	u64 block = remap_iter_first_block(rd, rest);
	blk_status_t status;
	struct remap_use use;
	unsigned int done;

	if (rest.bi_sector < job->single_until || remap_iter_blocks(rd, rest) == 1 ||
	    !remap_job_window(job))
		return 0;
	rest.bi_size = window_bytes(rd, rest);
	if (!remap_use_main(job, block, remap_iter_blocks(rd, rest), &use))
		return 0;
	done = write_and_compare(job, rest, &status);
	remap_unuse(rd, &use);
	if (status != BLK_STS_OK) {
		job->single_until = rest.bi_sector + (rest.bi_size >> SECTOR_SHIFT);
	} else if (done) {
		remap_reset_streak(rd);
	} else {
		remap_report_lost_write(rd, rd->main, rd->main_start + rest.bi_sector);
		job->lost_block = block;
	}
	return done;
}

/*
 * Write sectors of a mapped block, some of which are lost or unread; afterwards they no longer
 * are.
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
	u64 care, lost;

	remap_bio_io(job->bio)->spare = true;
	job->still_failing = true;
	if (!remap_use_slot(job, p->block, &use))
		return BLK_STS_OK;
	care = remap_sectors_missing(rd, use.slot, &lost);
	care = (care | lost) & remap_piece_mask(p);
	if (!care)
		status = try_write(job, p, use.slot, 1 + READ_ONCE(rd->settings.retries), status);
	remap_unuse(rd, &use);
	if (care)
		status = write_in_place(job, p);
	if (!job->again && remap_medium_error(rd->spare_bdev, status))
		status = move_piece(job, p, REMAP_MAPPED, use.slot, status);
	return status;
}

/* Not if another part of the block, which the bio does not write, is known to fail. */
static bool rewrite_may_help(struct remap_device *rd, const struct remap_piece *p)
{
	unsigned int ms = READ_ONCE(rd->settings.pending_retry_ms);
	u64 word;
	u32 slot;

	if (!READ_ONCE(rd->settings.first_rewrite) || !remap_move_is_possible(rd))
		return false;
	slot = remap_table_lookup(&rd->table, p->block, &word);
	return slot != REMAP_NO_SLOT &&
	       !(ms && (remap_failures_get(&rd->failures, slot, ms) & ~remap_piece_mask(p)));
}

/* Return: whether the main has kept the piece, and can read the whole block. */
static bool main_keeps(struct remap_job *job, const struct remap_piece *p)
{
	struct remap_device *rd = job->rd;
	unsigned int offset = p->first << SECTOR_SHIFT;
	void *data = job->batch->copy_buf + offset, *back = job->batch->read_buf;
	sector_t sector = remap_piece_sector(rd, p, REMAP_NO_SLOT);
	blk_status_t status;

	remap_copy_from_bio(data, job->bio, p->iter);
	status = dm_remap_rw(rd->main, REQ_OP_WRITE | REQ_SYNC, sector, data, p->sectors);
	remap_observe_error_once(rd, job->bio, false, sector, p->sectors, status);
	if (status == BLK_STS_OK)
		status = remap_read_back(rd->main, remap_main_sector(rd, p->block), back,
					 remap_block_sectors(rd));
	return status == BLK_STS_OK && !memcmp(data, back + offset, p->sectors << SECTOR_SHIFT);
}

static void stay_on_main(struct remap_job *job, struct remap_move *m)
{
	struct remap_device *rd = job->rd;

	remap_reset_streak(rd);
	m->goal = REMAP_TO_MAIN;
	remap_moves_finish(rd, job->batch);
	if (m->status != BLK_STS_OK) {
		remap_bio_io(job->bio)->status = m->status;
		return;
	}
	remap_count(rd, DM_REMAP_REWRITES_CURED, 1);
	DMINFO_LIMIT("%s: the block at sector %llu of the main could not be read until it was written again: it stays there",
		     rd->name, (unsigned long long)remap_main_sector(rd, m->block));
}

/*
 * Write a piece of a pending block to the main: most drives replace a sector that they cannot
 * read when it is written (errors/first_rewrite). If the main can read the whole block
 * afterwards, it is no longer pending. Otherwise it moves to the spare, with the data that the
 * bio writes.
 *
 * Return: true if it was tried, with the result in the bio's status; false if the block has to
 * move.
 */
static bool rewrite(struct remap_job *job, const struct remap_piece *p)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m;

	if (!rewrite_may_help(rd, p))
		return false;
	/* The moves in the batch must not wait for this, which may take long. */
	remap_flush_batch(job);
	m = remap_own(job, p->block, REMAP_PENDING, REMAP_TO_SPARE);
	if (!m)
		return job->again;
	remap_moves_drain(rd, job->batch);
	remap_count(rd, DM_REMAP_REWRITES_TRIED, 1);
	if (main_keeps(job, p)) {
		stay_on_main(job, m);
		return true;
	}
	m->bio = job->bio;
	m->piece = p->iter;
	remap_flush_batch(job);
	return true;
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
	case REMAP_INDETERMINATE:
		return BLK_STS_IOERR;
	case REMAP_PENDING:
		if (rewrite(job, p))
			return BLK_STS_OK;
		return move_piece(job, p, REMAP_PENDING, REMAP_NO_SLOT, BLK_STS_OK);
	default:
		return write_mapped(job, p, status);
	}
}
