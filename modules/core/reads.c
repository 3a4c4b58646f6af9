// SPDX-License-Identifier: GPL-2.0
/*
 * Handles failed reads, and reads of blocks that need care. docs/design.md has a table of the
 * number of attempts on the main for each kind of read.
 */
#include "attempts.h"
#include "auto_move.h"
#include "bio.h"
#include "copy.h"
#include "device.h"
#include "io.h"
#include "jobs.h"
#include "moves.h"
#include "observe.h"
#include "own.h"
#include "piece.h"
#include "reads.h"
#include "verify.h"

static u64 all_sectors(const struct remap_device *rd)
{
	return remap_sector_mask(0, remap_block_sectors(rd));
}

/* Whether to read a piece once more after the main has failed to read it. */
static bool may_try_again(const struct remap_job *job, blk_status_t status)
{
	return remap_medium_error(job->rd->main, status) && !job->took_long;
}

/* An attempt on the main failed that the bio asks for: it may be the first. */
static void count_error(struct remap_job *job, const struct remap_piece *p, blk_status_t status)
{
	remap_observe_error_once(job->rd, job->bio, false,
				 remap_piece_sector(job->rd, p, REMAP_NO_SLOT), p->sectors,
				 status);
}

/*
 * Read a piece from the main into a buffer for a whole block, with several attempts; one that
 * took long is the last.
 */
static blk_status_t read_to_buffer(struct remap_job *job, const struct remap_piece *p,
				   unsigned int tries, blk_status_t status)
{
	struct remap_device *rd = job->rd;
	u64 start_ns;

	while (tries-- && may_try_again(job, status)) {
		start_ns = ktime_get_ns();
		status = dm_remap_rw(rd->main, REQ_OP_READ,
				     remap_piece_sector(rd, p, REMAP_NO_SLOT),
				     job->batch->copy_buf + (p->first << SECTOR_SHIFT),
				     p->sectors);
		count_error(job, p, status);
		job->took_long = remap_took_long(rd, ktime_get_ns() - start_ns);
	}
	return status;
}

/* Read a piece from the main, into the bio, once. */
static blk_status_t read_once(struct remap_job *job, const struct remap_piece *p)
{
	struct remap_device *rd = job->rd;
	u64 start_ns = ktime_get_ns();
	blk_status_t status;

	status = remap_rw_piece(rd, job->bio, p->iter, rd->main,
				remap_piece_sector(rd, p, REMAP_NO_SLOT));
	count_error(job, p, status);
	job->took_long = remap_took_long(rd, ktime_get_ns() - start_ns);
	return status;
}

/* As read_to_buffer(), into the bio. */
static blk_status_t read_to_bio(struct remap_job *job, const struct remap_piece *p,
				unsigned int tries, blk_status_t status)
{
	struct remap_device *rd = job->rd;

	while (tries-- && may_try_again(job, status))
		status = read_once(job, p);
	if (status == BLK_STS_OK) {
		remap_reset_streak(rd);
		job->recovered = true;
	}
	return status;
}

/*
 * A piece of an owned block could be read on retry: move the block at once, together with the rest
 * of it; sectors of the rest that cannot be read stay on the main.
 */
static void rescue(struct remap_job *job, struct remap_move *m, const struct remap_piece *p,
		   bool partly)
{
	struct remap_device *rd = job->rd;
	u64 rest = all_sectors(rd) & ~remap_piece_mask(p);

	remap_reset_streak(rd);
	job->recovered = true;
	remap_copy_to_bio(job->bio, p->iter, job->batch->copy_buf + (p->first << SECTOR_SHIFT));
	m->status = remap_read_sectors(rd, rd->main, remap_main_sector(rd, m->block),
				       job->batch->copy_buf, rest, 1, !partly, &m->unread);
	if (m->unread && !partly) {
		remap_failures_note(&rd->failures, m->slot, m->unread);
		m->status = BLK_STS_MEDIUM;
	}
	if (m->status == BLK_STS_OK) {
		m->assembled = true;
		remap_copy_block(rd, m);
	}
	remap_moves_finish(rd, job->batch);
}

/* The block cannot be read: make it pending, so that its next write goes to the spare. */
static void make_pending(struct remap_job *job, struct remap_move *m, const struct remap_piece *p)
{
	m->goal = REMAP_TO_PENDING;
	/* Do this while the block is owned: right after, the slot may belong to another block. */
	remap_failures_note(&job->rd->failures, m->slot, remap_piece_mask(p));
	remap_moves_finish(job->rd, job->batch);
}

static void give_up(struct remap_job *job, struct remap_move *m, blk_status_t status)
{
	m->status = status;
	remap_moves_finish(job->rd, job->batch);
}

/* Read a piece of a block that is on the main and failed. */
static blk_status_t retry_main(struct remap_job *job, const struct remap_piece *p,
			       blk_status_t status)
{
	struct remap_device *rd = job->rd;
	unsigned int tries = READ_ONCE(rd->settings.retries);
	struct remap_move *m = NULL;

	if (remap_may_move(rd))
		m = remap_own(job, p->block, REMAP_FREE, REMAP_TO_SPARE);
	if (job->again)
		return status;
	if (!m)
		return read_to_bio(job, p, tries, status);
	remap_moves_drain(rd, job->batch);
	status = read_to_buffer(job, p, tries, status);
	if (status == BLK_STS_OK)
		rescue(job, m, p, true);
	else if (remap_medium_error(rd->main, status) && remap_admit_owned(rd))
		make_pending(job, m, p);
	else
		give_up(job, m, status);
	return status;
}

/* @status is as for remap_read_piece(). */
static blk_status_t read_main(struct remap_job *job, const struct remap_piece *p,
			      blk_status_t status)
{
	struct remap_device *rd = job->rd;

	if (status == BLK_STS_OK) {
		/* Another block of the bio may have been the one that failed. */
		status = read_once(job, p);
		if (status == BLK_STS_OK)
			remap_reset_streak(rd);
		if (!remap_medium_error(rd->main, status))
			return status;
	}
	job->still_failing = true;
	return retry_main(job, p, status);
}

/*
 * Whether a recent read of exactly these sectors, or of a subset of them, failed: then fail this
 * read without trying the main.
 */
static bool will_fail(struct remap_device *rd, u64 block, u32 slot, u64 mask)
{
	unsigned int ms = READ_ONCE(rd->settings.pending_retry_ms);
	u64 failed = ms ? remap_failures_get(&rd->failures, slot, ms) : 0;
	u64 word;

	if (!failed || (failed & ~mask))
		return false;
	/* Nobody owns the block: its slot may be another's by now, and so the failure. */
	if (remap_table_lookup(&rd->table, block, &word) != slot)
		return false;
	remap_count(rd, DM_REMAP_PENDING_ANSWERS, 1);
	return true;
}

/* The block is not owned, so its slot may have been reused for another block during the read. */
static void note_beside(struct remap_device *rd, const struct remap_piece *p)
{
	u64 word;
	u32 slot;

	mutex_lock(&rd->lock);
	slot = remap_table_lookup(&rd->table, p->block, &word);
	if (slot != REMAP_NO_SLOT && remap_word_state(word) == REMAP_PENDING)
		remap_failures_note(&rd->failures, slot, remap_piece_mask(p));
	mutex_unlock(&rd->lock);
}

/* Read sectors of a pending block that have not failed; this moves nothing. */
static blk_status_t read_beside(struct remap_job *job, const struct remap_piece *p)
{
	blk_status_t status = read_to_bio(job, p, 1, BLK_STS_MEDIUM);

	if (remap_medium_error(job->rd->main, status))
		note_beside(job->rd, p);
	return status;
}

static blk_status_t read_pending(struct remap_job *job, const struct remap_piece *p, u32 slot)
{
	struct remap_device *rd = job->rd;
	u64 mask = remap_piece_mask(p), failed = remap_failures_get(&rd->failures, slot, 0);
	blk_status_t status;
	struct remap_move *m;

	job->still_failing = true;
	if (will_fail(rd, p->block, slot, mask))
		return BLK_STS_MEDIUM;
	if ((failed && !(failed & mask)) || !remap_move_is_possible(rd))
		return read_beside(job, p);
	m = remap_own(job, p->block, REMAP_PENDING, REMAP_TO_SPARE);
	if (!m)
		return BLK_STS_MEDIUM;
	remap_moves_drain(rd, job->batch);
	status = read_to_buffer(job, p, 1, BLK_STS_MEDIUM);
	if (status == BLK_STS_OK) {
		rescue(job, m, p, failed & mask);
		return status;
	}
	if (remap_medium_error(rd->main, status))
		remap_failures_note(&rd->failures, m->slot, mask);
	give_up(job, m, status);
	return status;
}

/* Read sectors of a slot into the job's read_buf, with retries. */
static blk_status_t read_slot(struct remap_job *job, u64 block, u32 slot, u64 mask)
{
	struct remap_device *rd = job->rd;
	unsigned int tries = READ_ONCE(rd->settings.retries) + 1;
	blk_status_t status = BLK_STS_OK;
	u64 bad;

	if (!mask)
		return status;
	do {
		status = remap_read_sectors(rd, rd->spare_bdev, remap_spare_sector(rd, slot),
					    job->batch->read_buf, mask, 1, true, &bad);
	} while (status == BLK_STS_OK && bad && --tries);
	if (status == BLK_STS_OK && bad)
		status = BLK_STS_MEDIUM;
	remap_observe_error_once(rd, job->bio, true, remap_spare_sector(rd, slot) + __ffs64(mask),
				 hweight64(mask), status);
	return status;
}

/*
 * Write sectors of an owned block that the main could read to its slot, and record that they are
 * there.
 */
static void fetch_to_slot(struct remap_job *job, struct remap_move *m, u64 got)
{
	struct remap_device *rd = job->rd;
	unsigned int first, nr;
	u64 left = got;

	for (; left && m->status == BLK_STS_OK; left &= ~remap_sector_mask(first, nr)) {
		first = __ffs64(left);
		nr = remap_run_length(left, first);
		m->status = remap_write_spare(rd, REQ_SYNC, remap_spare_sector(rd, m->slot) + first,
					      job->batch->read_buf + (first << SECTOR_SHIFT),
					      job->batch->copy_buf, nr);
	}
	m->unread &= ~got;
	remap_moves_finish(rd, job->batch);
}

/* Read sectors that are still only on the main into the job's read_buf. */
static blk_status_t read_unread(struct remap_job *job, u64 block, u32 slot, u64 mask)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m;
	blk_status_t status;
	u64 bad;

	if (will_fail(rd, block, slot, mask))
		return BLK_STS_MEDIUM;
	m = remap_own(job, block, REMAP_MAPPED, REMAP_IN_PLACE);
	if (!m)
		return BLK_STS_MEDIUM;
	if (mask & ~m->unread) {
		/* Written in the meantime: check again. */
		job->again = true;
		give_up(job, m, BLK_STS_AGAIN);
		return BLK_STS_AGAIN;
	}
	status = remap_read_sectors(rd, rd->main, remap_main_sector(rd, block),
				    job->batch->read_buf, mask, 1, true, &bad);
	if (status == BLK_STS_OK && bad) {
		remap_failures_note(&rd->failures, m->slot, bad);
		status = BLK_STS_MEDIUM;
	}
	remap_observe_error_once(rd, job->bio, false, remap_main_sector(rd, block) + __ffs64(mask),
				 hweight64(mask), status);
	if (status == BLK_STS_OK && remap_move_is_possible(rd))
		fetch_to_slot(job, m, mask);
	else
		give_up(job, m, status == BLK_STS_OK ? BLK_STS_IOERR : status);
	return status;
}

static void zero_sectors(void *buf, u64 mask)
{
	for (; mask; mask &= mask - 1)
		memset(buf + (__ffs64(mask) << SECTOR_SHIFT), 0, SECTOR_SIZE);
}

static blk_status_t read_mapped(struct remap_job *job, const struct remap_piece *p)
{
	struct remap_device *rd = job->rd;
	u64 mask = remap_piece_mask(p), lost, unread;
	struct remap_use use;
	blk_status_t status;

	remap_bio_io(job->bio)->spare = true;
	job->still_failing = true;
	/* Mark the slot as in use, so that it is not reused for another block during the read. */
	if (!remap_use_slot(job, p->block, &use))
		return BLK_STS_OK;
	unread = remap_sectors_missing(rd, use.slot, &lost) & mask;
	lost &= mask;
	if (lost && !READ_ONCE(rd->settings.on_read_error))
		status = BLK_STS_MEDIUM;
	else
		status = read_slot(job, p->block, use.slot, mask & ~(lost | unread));
	remap_unuse(rd, &use);
	if (status == BLK_STS_OK && unread)
		status = read_unread(job, p->block, use.slot, unread);
	if (status != BLK_STS_OK || job->again)
		return status;
	zero_sectors(job->batch->read_buf, lost);
	remap_copy_to_bio(job->bio, p->iter, job->batch->read_buf + (p->first << SECTOR_SHIFT));
	return BLK_STS_OK;
}

blk_status_t remap_read_piece(struct remap_job *job, const struct remap_piece *p,
			      blk_status_t status)
{
	struct remap_device *rd = job->rd;
	u64 word;
	u32 slot = remap_table_lookup(&rd->table, p->block, &word);

	if (slot == REMAP_NO_SLOT)
		return rd->store->incomplete ? BLK_STS_IOERR : read_main(job, p, status);
	switch (remap_word_state(word)) {
	case REMAP_MOVING:
		job->again = true;
		return BLK_STS_OK;
	case REMAP_INDETERMINATE:
		return BLK_STS_IOERR;
	case REMAP_PENDING:
		return read_pending(job, p, slot);
	default:
		return read_mapped(job, p);
	}
}
