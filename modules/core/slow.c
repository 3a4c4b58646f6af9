// SPDX-License-Identifier: GPL-2.0
/*
 * A sector that takes a disk seconds will soon not be read at all. A job reads the slow block
 * once more, into memory of its own, and moves it. Writing from the pages of the bio would save
 * that read, but they belong to the reader: a program may write to its buffer while the read is
 * in flight, and would thus change a block that it may only read.
 */
#include <linux/device-mapper.h>

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
#include "slow.h"
#include "trace.h"

bool remap_slow_judge(struct remap_device *rd, sector_t sector, unsigned int sectors, u64 ns)
{
	u32 limit_ms = READ_ONCE(rd->settings.slow_ms);

	if (!ns || !limit_ms)
		return false;
	if (ns > (u64)limit_ms * NSEC_PER_MSEC) {
		trace_dm_remap_slow(rd, sector, sectors, ns);
		return !READ_ONCE(rd->slow.stopped) && remap_may_move(rd);
	}
	/* Nearly always 0 already: avoid writing to a shared cache line. */
	if (READ_ONCE(rd->slow.consecutive_moves))
		WRITE_ONCE(rd->slow.consecutive_moves, 0);
	return false;
}

/* Return: whether a block that the caller owns may move.  Only what moves is counted. */
static bool admit(struct remap_device *rd)
{
	u32 limit = READ_ONCE(rd->settings.slow_limit);
	bool admitted, last = false;

	mutex_lock(&rd->lock);
	admitted = !rd->slow.stopped && remap_may_move(rd);
	if (admitted) {
		WRITE_ONCE(rd->slow.consecutive_moves, rd->slow.consecutive_moves + 1);
		last = limit && rd->slow.consecutive_moves >= limit;
		WRITE_ONCE(rd->slow.stopped, last);
	}
	mutex_unlock(&rd->lock);
	if (last)
		DMERR("%s: %u slow reads in a row: the whole disk is slow, and slow blocks are not moved any more; copy the disk, or raise errors/slow_ms, and write 1 to errors/resume",
		      rd->name, limit);
	return admitted;
}

/* One more attempt: what cannot be read now is pending, as after any read that fails. */
static void move(struct remap_device *rd, struct remap_move *m)
{
	m->whole = true;
	m->reason = DM_REMAP_REASON_SLOW;
	remap_moves_drain(rd, m->batch);
	remap_copy(rd, m->batch);
	if (m->status == BLK_STS_OK && m->goal == REMAP_TO_PENDING) {
		m->reason = remap_batch_reason(m->batch);
		remap_failures_note(&rd->failures, m->slot,
				    remap_sector_mask(0, remap_block_sectors(rd)));
	}
	remap_moves_finish(rd, m->batch);
}

struct remap_move *remap_slow_move_block(struct remap_job *job, u64 block)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m;

	if (READ_ONCE(rd->slow.stopped) || !remap_may_move(rd))
		return NULL;
	m = remap_own(job, block, REMAP_FREE, REMAP_TO_SPARE);
	/* If the block has another owner, that one reads it, too. */
	job->again = false;
	if (!m)
		return NULL;
	if (!admit(rd)) {
		m->status = BLK_STS_AGAIN;
		remap_moves_finish(rd, job->batch);
		return NULL;
	}
	move(rd, m);
	if (m->status != BLK_STS_OK || m->goal == REMAP_TO_PENDING)
		return m;
	remap_count(rd, DM_REMAP_SLOW_MOVES, 1);
	remap_event(rd, REMAP_EVENT_SLOW, block << rd->block_shift);
	remap_log(rd, REMAP_EVENT_SLOW,
		  "reading the block at sector %llu of the main took more than %u ms",
		  (unsigned long long)remap_main_sector(rd, block),
		  READ_ONCE(rd->settings.slow_ms));
	return m;
}

/* Read a block alone.  Return: whether it is slow. */
static bool read_is_slow(struct remap_job *job, u64 block)
{
	struct remap_device *rd = job->rd;
	struct remap_service_time t;
	blk_status_t status;
	u64 ns;

	/* The job itself counts as one request in flight. */
	remap_service_begin(&rd->service, &t, 1);
	status = dm_remap_rw(rd->main, REQ_OP_READ, remap_main_sector(rd, block),
			     job->batch->read_buf, remap_block_sectors(rd));
	ns = remap_service_end(&rd->service, &t);
	return status == BLK_STS_OK && remap_slow_judge(rd, block << rd->block_shift,
							remap_block_sectors(rd), ns);
}

void remap_slow_move(struct remap_job *job, struct bio *bio)
{
	struct remap_device *rd = job->rd;
	struct bvec_iter iter = remap_bio_io(bio)->iter;
	u64 block = remap_iter_first_block(rd, iter), nr = remap_iter_blocks(rd, iter);

	job->bio = bio;
	job->again = false;
	remap_reset_streak(rd);
	if (nr == 1) {
		remap_slow_move_block(job, block);
		return;
	}
	for (; nr-- && !READ_ONCE(rd->slow.stopped); block++)
		if (read_is_slow(job, block))
			remap_slow_move_block(job, block);
}

void remap_slow_resume(struct remap_device *rd)
{
	lockdep_assert_held(&rd->lock);
	WRITE_ONCE(rd->slow.consecutive_moves, 0);
	WRITE_ONCE(rd->slow.stopped, false);
}
