// SPDX-License-Identifier: GPL-2.0
#include <linux/device-mapper.h>

#include "auto_move.h"
#include "bio.h"
#include "device.h"
#include "io.h"
#include "moves.h"
#include "observe.h"
#include "own.h"
#include "piece.h"
#include "rewrite.h"
#include "verify.h"
#include "writes.h"

/* Not while another part of the block, which the bio does not write, is known to fail. */
static bool may_help(struct remap_device *rd, const struct remap_piece *p)
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

/* Return: whether the main has taken the piece, and gives the whole block. */
static bool main_keeps(struct remap_job *job, const struct remap_piece *p)
{
	struct remap_device *rd = job->rd;
	unsigned int offset = p->first << SECTOR_SHIFT;
	void *data = job->batch->copy_buf + offset, *back = job->batch->read_buf;
	blk_status_t status;

	remap_copy_from_bio(data, job->bio, p->iter);
	status = dm_remap_rw(rd->main, REQ_OP_WRITE | REQ_SYNC,
			     remap_piece_sector(rd, p, REMAP_NO_SLOT), data, p->sectors);
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

bool remap_rewrite(struct remap_job *job, const struct remap_piece *p)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m;

	if (!may_help(rd, p))
		return false;
	/* What the batch has must not wait for this, which may take long. */
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
