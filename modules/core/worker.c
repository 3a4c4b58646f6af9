// SPDX-License-Identifier: GPL-2.0
/*
 * Handles failed I/O, and I/O to blocks that need care.
 *
 * A job looks at each block of its bio on its own. A block whose write the main fails is moved
 * to the spare, with the data that the bio writes to it; a block that cannot be read is made
 * pending, so that its next write goes to the spare. Moves of one bio are gathered in a batch
 * and share a commit, which other jobs share as well.
 *
 * A block that has another owner is not waited for: the job runs its batch, so that it
 * owns nothing any more, and parks the bio.
 */
#include <linux/device-mapper.h>
#include <linux/sizes.h>

#include "attempts.h"
#include "auto_move.h"
#include "bio.h"
#include "device.h"
#include "io.h"
#include "jobs.h"
#include "observe.h"
#include "moves.h"
#include "own.h"
#include "piece.h"
#include "read_only.h"
#include "reads.h"
#include "verify.h"
#include "worker.h"
#include "writes.h"

/* A bio larger than this is tried again in pieces of this size first. */
#define WINDOW	SZ_1M

/* A bio's place on its disk; the bio's own iterator has been advanced since. */
static sector_t sector_sent_to(struct remap_device *rd, const struct remap_io *io)
{
	sector_t sector = io->iter.bi_sector;
	u64 word;
	u32 slot;

	if (io->place == REMAP_ON_MAIN)
		return rd->main_start + sector;
	slot = remap_table_lookup(&rd->table, sector >> rd->block_shift, &word);
	if (slot == REMAP_NO_SLOT)
		return 0;
	return remap_spare_sector(rd, slot) + (sector & (remap_block_sectors(rd) - 1));
}

static void give_to_job(struct remap_device *rd, struct bio *bio, blk_status_t status, bool slow)
{
	struct remap_io *io = remap_bio_io(bio);

	io->failed = status != BLK_STS_OK;
	io->status = status;
	io->spare = false;
	io->slow = slow;
	io->took_long = io->failed && io->place == REMAP_ON_MAIN && remap_bio_took_long(rd, bio);
	io->errors = io->failed ? BIT(io->place == REMAP_ON_SPARE) : 0;
	io->rest = io->iter;
	remap_jobs_queue(&rd->jobs, bio);
}

int remap_failed(struct remap_device *rd, struct bio *bio, blk_status_t status)
{
	struct remap_io *io = remap_bio_io(bio);
	bool main = io->place == REMAP_ON_MAIN;

	if (io->place == REMAP_NOWHERE || status == BLK_STS_AGAIN)
		return DM_ENDIO_DONE;
	remap_observe_error(rd, !main, bio_op(bio), sector_sent_to(rd, io),
			    io->iter.bi_size >> SECTOR_SHIFT, status);
	if (!remap_medium_error(main ? rd->main : rd->spare_bdev, status))
		return DM_ENDIO_DONE;
	/* Read ahead is best effort: not retried. */
	if (bio_op(bio) == REQ_OP_DISCARD || (bio->bi_opf & REQ_RAHEAD))
		return DM_ENDIO_DONE;
	if (!READ_ONCE(rd->settings.auto_remap) || (main && remap_has_storm(&rd->auto_moves)) ||
	    READ_ONCE(rd->read_only) || remap_turned_read_only(rd))
		return DM_ENDIO_DONE;
	give_to_job(rd, bio, status, false);
	return DM_ENDIO_INCOMPLETE;
}

void remap_defer(struct remap_device *rd, struct bio *bio)
{
	give_to_job(rd, bio, BLK_STS_OK, false);
}

void remap_defer_slow(struct remap_device *rd, struct bio *bio)
{
	give_to_job(rd, bio, BLK_STS_OK, true);
}

/*
 * The status of the attempt on this piece alone: the failed bio itself was one if it is within
 * one block and was at the main. If it failed on the spare, the block may have moved back since,
 * and then the main has not been tried.
 */
static blk_status_t tried_alone(const struct remap_io *io, const struct remap_piece *p)
{
	if (!io->failed || p->iter.bi_size != io->iter.bi_size || io->place != REMAP_ON_MAIN)
		return BLK_STS_OK;
	return io->status;
}

/*
 * Try a large piece of what is left of a large bio as a whole, where nothing is remapped. If
 * that fails, its blocks are handled one by one, so that a bad block fails in one window only.
 *
 * Return: the bytes that are done.
 */
static unsigned int try_window(struct remap_job *job, struct bvec_iter rest)
{
	struct remap_device *rd = job->rd;
	blk_status_t status;
	struct remap_use use;

	if (op_is_write(bio_op(job->bio)) && remap_verifies(rd, false))
		return remap_write_window(job, rest);
	if (rest.bi_size <= WINDOW || rest.bi_sector < job->single_until)
		return 0;
	rest.bi_size = WINDOW;
	job->single_until = rest.bi_sector + (WINDOW >> SECTOR_SHIFT);
	if (!remap_use_main(job, remap_iter_first_block(rd, rest), remap_iter_blocks(rd, rest),
			    &use))
		return 0;
	status = remap_rw_piece(rd, job->bio, rest, rd->main, rd->main_start + rest.bi_sector);
	remap_unuse(rd, &use);
	if (status != BLK_STS_OK)
		return 0;
	remap_reset_streak(rd);
	return WINDOW;
}

/* Handle the next part of the bio. Return: its number of bytes. */
static unsigned int next_part(struct remap_job *job, blk_status_t *status)
{
	struct remap_io *io = remap_bio_io(job->bio);
	struct remap_piece p = remap_first_piece(job->rd, io->rest);
	blk_status_t before = tried_alone(io, &p);
	unsigned int done = try_window(job, io->rest);

	job->took_long = before != BLK_STS_OK && io->took_long;
	/* Clear the error of the first attempt; from here on, running the batch may set one. */
	if (io->failed) {
		io->failed = false;
		io->status = BLK_STS_OK;
	}
	*status = BLK_STS_OK;
	if (done)
		return done;
	if (op_is_write(bio_op(job->bio)))
		*status = remap_write_piece(job, &p, before);
	else
		*status = remap_read_piece(job, &p, before);
	return p.iter.bi_size;
}

/*
 * Let a bio wait for the owner of its next block, if the block has one.
 *
 * Return: true if it waits, in which case it may even be completed by now.
 */
static bool park(struct remap_job *job)
{
	struct remap_device *rd = job->rd;
	u64 block = remap_iter_first_block(rd, remap_bio_io(job->bio)->rest), word;
	u32 slot;
	bool moving;

	mutex_lock(&rd->lock);
	slot = remap_table_lookup(&rd->table, block, &word);
	moving = slot != REMAP_NO_SLOT && remap_word_state(word) == REMAP_MOVING;
	if (moving)
		remap_jobs_park(&rd->jobs, block, job->bio);
	mutex_unlock(&rd->lock);
	return moving;
}

/* Return: whether the caller has to complete the bio. */
static bool handle_parts(struct remap_job *job)
{
	struct remap_io *io = remap_bio_io(job->bio);
	blk_status_t status = BLK_STS_OK;
	unsigned int done;

	while (io->rest.bi_size && status == BLK_STS_OK) {
		job->again = false;
		done = next_part(job, &status);
		if (!job->again) {
			bio_advance_iter(job->bio, &io->rest, done);
			continue;
		}
		status = BLK_STS_OK;
		remap_flush_batch(job);
		if (park(job))
			return false;
	}
	remap_flush_batch(job);
	if (status != BLK_STS_OK)
		io->status = status;
	return true;
}

/*
 * A bio that has not been begun can be sent as it is, if it is within one block, or if none of its
 * blocks is remapped.
 *
 * Return: whether it was sent.
 */
static bool try_resubmit(struct remap_device *rd, struct bio *bio)
{
	const struct remap_io *io = remap_bio_io(bio);
	bool counts = remap_counts_on_main(bio_op(bio));

	if (io->failed || io->rest.bi_size != io->iter.bi_size)
		return false;
	if (remap_iter_blocks(rd, io->iter) > 1)
		return !(counts && remap_verifies(rd, false)) && remap_resubmit_clean(rd, bio);
	/* Its block may have moved to the spare since, where writes need verification as well. */
	return !(counts && remap_verifies(rd, true)) && remap_resubmit(rd, bio);
}

/* Whether a write may go on: see intent.h. */
static bool may_write(struct remap_device *rd, const struct remap_io *io)
{
	/* It was queued before the disk turned read-only. */
	return !remap_turned_read_only(rd) &&
	       remap_intent_mark(rd, io->iter.bi_sector, io->iter.bi_size >> SECTOR_SHIFT);
}

void remap_handle(struct remap_job *job, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	bool main_failed = io->failed && io->place == REMAP_ON_MAIN;

	if (op_is_write(bio_op(bio)) && !may_write(job->rd, io)) {
		remap_finish(bio, BLK_STS_IOERR);
		return;
	}
	if (io->slow) {
		remap_slow_move(job, bio);
		remap_finish(bio, BLK_STS_OK);
		return;
	}
	if (try_resubmit(job->rd, bio))
		return;
	/* A discard is only a hint: complete it without effect if the block needs care. */
	if (bio_op(bio) == REQ_OP_DISCARD) {
		remap_finish(bio, BLK_STS_OK);
		return;
	}
	job->bio = bio;
	job->single_until = 0;
	job->lost_block = REMAP_NO_BLOCK;
	job->lost_write = false;
	job->still_failing = false;
	job->recovered = false;
	if (!handle_parts(job))
		return;
	if (io->status == BLK_STS_OK && (job->recovered || (main_failed && !job->still_failing)))
		remap_count(job->rd, DM_REMAP_RETRIES_RECOVERED, 1);
	remap_finish(bio, io->status);
}
