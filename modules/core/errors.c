// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to I/O that failed, and to I/O to blocks that need care.
 *
 * One worker for each device takes such bios one after the other and looks at
 * each of their blocks on its own.  A block that the main does not take is moved
 * to the spare with what the bio writes to it; a block that cannot be read is
 * marked pending, so that its next write goes to the spare.  Moves are gathered
 * in a batch, so that those which come together share a commit; a bio is
 * answered after the batch that its blocks are in.
 */
#include <linux/device-mapper.h>

#include "device.h"
#include "errors.h"
#include "io.h"
#include "map.h"
#include "observe.h"
#include "piece.h"
#include "reads.h"
#include "relocate.h"
#include "target.h"
#include "writes.h"

static struct remap_device *target_device(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;

	return rt->rd;
}

/* Where on a disk a bio was; what is in the bio has been advanced since. */
static sector_t sector_sent_to(struct remap_device *rd, const struct remap_io *io, bool main)
{
	sector_t sector = io->iter.bi_sector;
	u64 word;
	u32 slot;

	if (main)
		return rd->main_start + sector;
	slot = remap_table_lookup(&rd->table, sector >> rd->block_shift, &word);
	if (slot == REMAP_NO_SLOT)
		return 0;
	return remap_spare_sector(rd, slot) + (sector & (remap_block_sectors(rd) - 1));
}

void remap_succeeded(struct dm_target *ti, remap_ticket ticket)
{
	if (remap_inflight_kind(ticket) == REMAP_INFLIGHT_MAIN)
		remap_main_answered(target_device(ti));
}

int remap_failed(struct dm_target *ti, struct bio *bio, blk_status_t status)
{
	struct remap_device *rd = target_device(ti);
	struct remap_io *io = remap_bio_io(bio);
	enum remap_inflight_kind kind = remap_inflight_kind(io->ticket);
	bool main = kind == REMAP_INFLIGHT_MAIN;

	if (kind == REMAP_INFLIGHT_NOT || status == BLK_STS_AGAIN)
		return DM_ENDIO_DONE;
	remap_observe_error(rd, !main, bio_op(bio), sector_sent_to(rd, io, main),
			    io->iter.bi_size >> SECTOR_SHIFT, status);
	if (!remap_medium_error(main ? rd->main : rd->spare_bdev, status))
		return DM_ENDIO_DONE;
	/* Nobody waits for what is only read ahead; who wants it asks again. */
	if (bio_op(bio) == REQ_OP_DISCARD || (bio->bi_opf & REQ_RAHEAD))
		return DM_ENDIO_DONE;
	if (!READ_ONCE(rd->settings.auto_remap) || (main && READ_ONCE(rd->storm)) ||
	    READ_ONCE(rd->read_only))
		return DM_ENDIO_DONE;
	io->failed = true;
	io->status = status;
	remap_queue(rd, bio);
	return DM_ENDIO_INCOMPLETE;
}

void remap_queue(struct remap_device *rd, struct bio *bio)
{
	unsigned long flags;

	spin_lock_irqsave(&rd->queue_lock, flags);
	bio_list_add(&rd->queue, bio);
	/* Before the bio can be taken and answered, and the device be gone. */
	queue_work(rd->wq, &rd->work);
	spin_unlock_irqrestore(&rd->queue_lock, flags);
}

/*
 * What the main gave for a bio that is within one block: that was an attempt of its
 * own.  If it was the spare that failed, the block may have gone back to the main
 * since, which has not been tried then.
 */
static blk_status_t tried_alone(const struct remap_io *io, const struct remap_piece *p)
{
	if (p->iter.bi_size != io->iter.bi_size ||
	    remap_inflight_kind(io->ticket) != REMAP_INFLIGHT_MAIN)
		return BLK_STS_OK;
	return io->status;
}

/* Look at each piece of a bio. */
static void handle_pieces(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	bool write = op_is_write(bio_op(bio));
	struct bvec_iter rest = io->iter;
	struct remap_piece p = remap_first_piece(rd, rest);
	blk_status_t before = tried_alone(io, &p);
	blk_status_t status = BLK_STS_OK;
	unsigned int done;

	/* From here on a batch that is run may set it. */
	io->status = BLK_STS_OK;
	rd->still_failing = false;
	rd->recovered = false;
	while (rest.bi_size && status == BLK_STS_OK) {
		done = write ? remap_write_window(rd, bio, rest) : 0;
		if (!done) {
			p = remap_first_piece(rd, rest);
			status = write ? remap_write_piece(rd, bio, &p, before) :
					 remap_read_piece(rd, bio, &p, before);
			done = p.iter.bi_size;
		}
		bio_advance_iter(bio, &rest, done);
	}
	if (status != BLK_STS_OK)
		io->status = status;
	else if (rd->recovered ||
		 (io->failed && !rd->still_failing &&
		  remap_inflight_kind(io->ticket) == REMAP_INFLIGHT_MAIN))
		remap_count(rd, DM_REMAP_RETRIES_RECOVERED, 1);
}

/*
 * A bio that has waited is within one block.  If the block needs no care any
 * more, or the bio has nothing to do with what it needs, the bio goes its way.
 *
 * Return: whether the bio is gone.
 */
static bool resubmit(struct remap_device *rd, struct bio *bio)
{
	struct remap_piece p = remap_first_piece(rd, remap_bio_io(bio)->iter);
	u64 word;
	u32 slot = remap_relocate_lookup(rd, p.block, &word);

	if (slot == REMAP_NO_SLOT && rd->store->incomplete)
		return false;
	if (slot != REMAP_NO_SLOT) {
		if (remap_word_state(word) != REMAP_MAPPED)
			return false;
		if (remap_lost_get(&rd->lost, slot) & remap_piece_mask(&p))
			return false;
	}
	remap_submit(rd, bio, slot);
	return true;
}

/* Return: whether the bio is to be answered. */
static bool handle(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);

	io->spare = false;
	if (!io->failed) {
		if (resubmit(rd, bio))
			return false;
		io->status = BLK_STS_OK;
	}
	/* A discard of what is lost anyway is done. */
	if (bio_op(bio) != REQ_OP_DISCARD)
		handle_pieces(rd, bio);
	return true;
}

void remap_worker(struct work_struct *work)
{
	struct remap_device *rd = container_of(work, struct remap_device, work);
	struct bio_list todo, done;
	struct bio *bio;

	for (;;) {
		spin_lock_irq(&rd->queue_lock);
		todo = rd->queue;
		bio_list_init(&rd->queue);
		spin_unlock_irq(&rd->queue_lock);
		if (bio_list_empty(&todo))
			return;

		bio_list_init(&done);
		mutex_lock(&rd->lock);
		while ((bio = bio_list_pop(&todo)))
			if (handle(rd, bio))
				bio_list_add(&done, bio);
		remap_relocate_flush(rd);
		mutex_unlock(&rd->lock);
		while ((bio = bio_list_pop(&done)))
			remap_finish(rd, bio, remap_bio_io(bio)->status);
	}
}
