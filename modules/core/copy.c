// SPDX-License-Identifier: GPL-2.0
/*
 * Copying the data of blocks that move.
 *
 * Blocks that only move are copied by kcopyd, in runs.  Those that a write brings
 * data for, and those in a run that failed, are put together one at a time in a
 * buffer.
 */
#include <linux/blkdev.h>
#include <linux/completion.h>

#include "copy.h"
#include "device.h"
#include "io.h"
#include "moves.h"
#include "observe.h"

/* The sectors that a move brings the content of itself. */
static u64 covered(const struct remap_device *rd, const struct remap_move *m)
{
	if (!m->bio)
		return 0;
	return remap_sector_mask(m->piece.bi_sector & (remap_block_sectors(rd) - 1),
				 m->piece.bi_size >> SECTOR_SHIFT);
}

/* Read all of a block of the main into @rd->copy_buf; each attempt counts. */
static blk_status_t read_whole(struct remap_device *rd, struct remap_move *m)
{
	unsigned int tries = max(READ_ONCE(rd->settings.retries), 1U);
	blk_status_t status;

	do {
		status = dm_remap_rw(rd->main, REQ_OP_READ, remap_main_sector(rd, m->block),
				     rd->copy_buf, remap_block_sectors(rd));
	} while (--tries && remap_medium_error(rd->main, status));
	m->assembled = status == BLK_STS_OK;
	return status;
}

/*
 * Whether the main can be read anywhere, or says itself that it is its medium that is
 * bad.  Many drivers have one and the same error for a bad sector and for a disk that
 * does not answer.
 */
static bool main_answers(struct remap_device *rd)
{
	sector_t places[] = { 0, rd->len / 2, rd->len - rd->unit };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		sector_t sector = rd->main_start + round_down(places[i], rd->unit);
		blk_status_t status;

		status = dm_remap_rw(rd->main, REQ_OP_READ, sector, rd->read_buf, rd->unit);
		if (status == BLK_STS_OK || status == BLK_STS_MEDIUM)
			return true;
	}
	return false;
}

/* Put the block together in @rd->copy_buf. */
static blk_status_t assemble(struct remap_device *rd, struct remap_move *m)
{
	unsigned int sectors = remap_block_sectors(rd);
	u64 mine = covered(rd, m), lost = 0;
	blk_status_t status;

	if (m->whole)
		return read_whole(rd, m);
	if (mine != remap_sector_mask(0, sectors)) {
		struct block_device *bdev = m->from == REMAP_NO_SLOT ? rd->main : rd->spare_bdev;
		sector_t sector = m->from == REMAP_NO_SLOT ?
				  remap_main_sector(rd, m->block) :
				  remap_spare_sector(rd, m->from);

		status = remap_read_units(rd, bdev, sector, rd->copy_buf, sectors, mine, &lost);
		if (status != BLK_STS_OK)
			return status;
		/*
		 * A disk that does not answer may be back soon, with all of its data: so
		 * nothing is given up for lost, and the write fails.
		 */
		if (lost == (remap_sector_mask(0, sectors) & ~mine) &&
		    m->from == REMAP_NO_SLOT && !main_answers(rd)) {
			DMERR_LIMIT("%s: the main cannot be read anywhere: block %llu stays there, see whether the disk is there",
				    rd->number, m->block);
			return BLK_STS_IOERR;
		}
	}
	/* What was lost before is not found again by moving it. */
	if (m->from != REMAP_NO_SLOT)
		lost |= remap_lost_get(&rd->lost, m->from);
	m->lost = lost & ~mine;
	if (mine)
		remap_copy_from_bio(rd->copy_buf + (__ffs64(mine) << SECTOR_SHIFT), m->bio,
				    m->piece);
	return BLK_STS_OK;
}

static void copy_block(struct remap_device *rd, struct remap_move *m)
{
	blk_opf_t opf = REQ_OP_WRITE | REQ_SYNC;

	m->status = assemble(rd, m);
	if (m->status != BLK_STS_OK)
		return;
	/* A store that keeps something flushes when it commits. */
	if (m->bio && rd->store_state == DM_REMAP_STORE_TRANSIENT)
		opf |= m->bio->bi_opf & REQ_FUA;
	for (;;) {
		m->status = dm_remap_rw(rd->spare_bdev, opf, remap_spare_sector(rd, m->slot),
					rd->copy_buf, remap_block_sectors(rd));
		if (m->status == BLK_STS_OK)
			break;
		remap_observe_error(rd, true, REQ_OP_WRITE, remap_spare_sector(rd, m->slot),
				    remap_block_sectors(rd), m->status);
		if (!remap_medium_error(rd->spare_bdev, m->status))
			return;
		m->status = remap_move_replace_slot(rd, m, m->status);
		if (m->status != BLK_STS_OK)
			return;
	}
	rd->spare_streak = 0;
}

static void run_put(struct remap_batch *batch)
{
	if (atomic_dec_and_test(&batch->runs))
		complete(&batch->copied);
}

static void run_done(int read_err, unsigned long write_err, void *context)
{
	struct remap_move *m = context;

	m->copied = !read_err && !write_err;
	run_put(m->batch);
}

/* Whether only the block itself is to be copied, to or from the main. */
static bool plain(const struct remap_move *m, bool back)
{
	return back ? m->was == REMAP_MAPPED : !m->bio && !m->whole && m->from == REMAP_NO_SLOT;
}

/* Blocks from @m on, up to @end, that are consecutive on both sides. */
static unsigned int run_length(const struct remap_move *m, const struct remap_move *end,
			       bool back)
{
	unsigned int n = 1;

	while (m + n < end && plain(m + n, back) && m[n].block == m->block + n &&
	       m[n].slot == m->slot + n)
		n++;
	return n;
}

static void copy_run(struct remap_device *rd, struct remap_move *m, bool back)
{
	struct dm_io_region main = {
		.bdev = rd->main,
		.sector = remap_main_sector(rd, m->block),
		.count = (sector_t)m->run << rd->block_shift,
	};
	struct dm_io_region spare = {
		.bdev = rd->spare_bdev,
		.sector = remap_spare_sector(rd, m->slot),
		.count = main.count,
	};

	atomic_inc(&m->batch->runs);
	dm_kcopyd_copy(rd->kcopyd, back ? &spare : &main, 1, back ? &main : &spare, 0,
		       run_done, m);
}

/*
 * Copy what kcopyd can copy.  For each move that begins a run, run is set to the
 * blocks in it and copied to whether they were; other moves are runs of one.
 */
static void copy_runs(struct remap_device *rd, struct remap_batch *batch, bool back)
{
	struct remap_move *m, *end = batch->moves + batch->nr;

	init_completion(&batch->copied);
	atomic_set(&batch->runs, 1);
	for (m = batch->moves; m < end; m += m->run) {
		m->run = 1;
		m->copied = false;
		m->batch = batch;
		if (plain(m, back)) {
			m->run = run_length(m, end, back);
			copy_run(rd, m, back);
		}
	}
	run_put(batch);
	wait_for_completion_io(&batch->copied);
}

void remap_copy_to_spare(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;
	unsigned int i;

	copy_runs(rd, batch, false);
	for (m = batch->moves; m < end; m += m->run)
		for (i = 0; !m->copied && i < m->run; i++)
			copy_block(rd, m + i);
}

static blk_status_t copy_block_back(struct remap_device *rd, struct remap_move *m)
{
	unsigned int sectors = remap_block_sectors(rd);
	blk_status_t status;

	status = dm_remap_rw(rd->spare_bdev, REQ_OP_READ, remap_spare_sector(rd, m->slot),
			     rd->copy_buf, sectors);
	if (status != BLK_STS_OK)
		return status;
	return dm_remap_rw(rd->main, REQ_OP_WRITE | REQ_SYNC, remap_main_sector(rd, m->block),
			   rd->copy_buf, sectors);
}

/* Whether the main and the spare have the same. */
static blk_status_t compare(struct remap_device *rd, struct remap_move *m)
{
	unsigned int sectors = remap_block_sectors(rd);
	blk_status_t status;

	status = dm_remap_rw(rd->main, REQ_OP_READ, remap_main_sector(rd, m->block),
			     rd->read_buf, sectors);
	if (status == BLK_STS_OK)
		status = dm_remap_rw(rd->spare_bdev, REQ_OP_READ,
				     remap_spare_sector(rd, m->slot), rd->copy_buf, sectors);
	if (status == BLK_STS_OK &&
	    memcmp(rd->read_buf, rd->copy_buf, sectors << SECTOR_SHIFT))
		status = BLK_STS_MEDIUM;
	return status;
}

void remap_copy_to_main(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;
	unsigned int i;
	int flushed;

	copy_runs(rd, batch, true);
	for (m = batch->moves; m < end; m += m->run)
		for (i = 0; !m->copied && m->was == REMAP_MAPPED && i < m->run; i++)
			m[i].status = copy_block_back(rd, m + i);

	flushed = blkdev_issue_flush(rd->main);
	for (m = batch->moves; m < end; m++) {
		if (m->was != REMAP_MAPPED || m->status != BLK_STS_OK)
			continue;
		m->status = flushed ? BLK_STS_IOERR : compare(rd, m);
	}
}
