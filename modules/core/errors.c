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
#include <linux/sizes.h>

#include "device.h"
#include "errors.h"
#include "io.h"
#include "map.h"
#include "moves.h"
#include "target.h"

/* A failed write larger than this is tried again in pieces of this size first. */
#define WINDOW	SZ_1M

/* The part of a bio that is in one block. */
struct piece {
	struct bvec_iter iter;
	u64 block;
	unsigned int first;	/* sector in the block */
	unsigned int sectors;
};

/* The main has taken or given something: it is there. */
static void end_streak(struct remap_device *rd)
{
	remap_inflight_watch(&rd->inflight, false);
	WRITE_ONCE(rd->streak, 0);
}

static struct remap_device *target_device(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;

	return rt->rd;
}

void remap_succeeded(struct dm_target *ti, remap_ticket ticket)
{
	if (remap_inflight_kind(ticket) == REMAP_INFLIGHT_MAIN)
		end_streak(target_device(ti));
}

int remap_failed(struct dm_target *ti, struct bio *bio, blk_status_t status)
{
	struct remap_device *rd = target_device(ti);
	struct remap_io *io = remap_bio_io(bio);
	enum remap_inflight_kind kind = remap_inflight_kind(io->ticket);
	bool main = kind == REMAP_INFLIGHT_MAIN;

	if (kind == REMAP_INFLIGHT_NOT || status == BLK_STS_AGAIN)
		return DM_ENDIO_DONE;
	if (!main)
		atomic64_inc(&rd->spare_errors);
	else if (op_is_write(bio_op(bio)))
		atomic64_inc(&rd->main_write_errors);
	else
		atomic64_inc(&rd->main_read_errors);

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

static struct piece first_piece(const struct remap_device *rd, struct bvec_iter rest)
{
	unsigned int block_sectors = remap_block_sectors(rd);
	struct piece p = {
		.iter = rest,
		.block = rest.bi_sector >> rd->block_shift,
		.first = rest.bi_sector & (block_sectors - 1),
	};

	p.sectors = min(rest.bi_size >> SECTOR_SHIFT, block_sectors - p.first);
	p.iter.bi_size = p.sectors << SECTOR_SHIFT;
	return p;
}

static sector_t piece_sector(const struct remap_device *rd, const struct piece *p, u32 slot)
{
	return p->first + (slot == REMAP_NO_SLOT ? remap_main_sector(rd, p->block) :
						   remap_spare_sector(rd, slot));
}

static u64 piece_mask(const struct piece *p)
{
	return remap_sector_mask(p->first, p->sectors);
}

/* Run the batch, and note which bios it failed. */
static void flush(struct remap_device *rd)
{
	struct remap_batch *batch = rd->batch;
	unsigned int i, nr = batch->nr;

	remap_moves_run(rd, batch);
	for (i = 0; i < nr; i++) {
		struct remap_move *m = &batch->moves[i];

		if (m->bio && m->status != BLK_STS_OK)
			remap_bio_io(m->bio)->status = m->status;
	}
}

/* Where a block is, when the batch does not move it any more. */
static u32 lookup(struct remap_device *rd, u64 block, u64 *word)
{
	u32 slot = remap_table_lookup(&rd->table, block, word);

	if (slot != REMAP_NO_SLOT && remap_word_state(*word) == REMAP_MOVING) {
		flush(rd);
		slot = remap_table_lookup(&rd->table, block, word);
	}
	return slot;
}

/* Whether a change could be made durable. */
static bool can_move(const struct remap_device *rd)
{
	return !rd->read_only && rd->store_state != DM_REMAP_STORE_FAILED;
}

/* Whether one more block may be moved for an error of the main. */
static bool may_move(struct remap_device *rd)
{
	u32 limit = rd->settings.storm_limit;

	if (!rd->settings.auto_remap || rd->storm || !can_move(rd))
		return false;
	/* Without a slot nothing moves, and it is no storm. */
	if (remap_spare_free_blocks(&rd->spare) <= (u64)rd->spare.reserve + rd->spare.held)
		return true;
	WRITE_ONCE(rd->streak, rd->streak + 1);
	remap_inflight_watch(&rd->inflight, true);
	if (limit && rd->streak >= limit) {
		WRITE_ONCE(rd->storm, true);
		DMERR("%s: %u automatic remaps in a row and no success of the main between: automatic remapping is suspended; see whether the disk is there, and write 1 to errors/resume",
		      rd->number, rd->streak);
		remap_event(rd, REMAP_EVENT_STORM);
	}
	return true;
}

/* Begin the move of a piece's block, and of what @bio writes to it. */
static blk_status_t move_piece(struct remap_device *rd, struct bio *bio, const struct piece *p)
{
	struct remap_move *m;

	if (!can_move(rd))
		return BLK_STS_IOERR;
	if (rd->batch->nr == rd->batch->max)
		flush(rd);
	m = remap_move_begin(rd, rd->batch, p->block);
	if (!m) {
		remap_event(rd, REMAP_EVENT_EXHAUSTED);
		return BLK_STS_NOSPC;
	}
	m->bio = bio;
	m->piece = p->iter;
	return BLK_STS_OK;
}

/* Write a piece up to @tries times; @status is the answer if that is never. */
static blk_status_t try_write(struct remap_device *rd, struct bio *bio, const struct piece *p,
			      u32 slot, unsigned int tries, blk_status_t status)
{
	struct block_device *bdev = slot == REMAP_NO_SLOT ? rd->main : rd->spare_bdev;

	while (tries--) {
		status = remap_rw_piece(rd, bio, p->iter, bdev, piece_sector(rd, p, slot));
		if (status == BLK_STS_OK || !remap_medium_error(bdev, status))
			break;
	}
	return status;
}

/* Sectors of a block have been written: they are not lost any more. */
static blk_status_t found_again(struct remap_device *rd, u32 slot, u64 block, u64 written)
{
	u64 lost = remap_lost_get(&rd->lost, slot);

	if (!(lost & written))
		return BLK_STS_OK;
	lost &= ~written;
	remap_batch_change(rd, rd->batch, slot, DM_REMAP_ENTRY_MAPPED, block, lost);
	if (remap_batch_commit(rd, rd->batch))
		return BLK_STS_IOERR;
	remap_lost_set(&rd->lost, slot, lost);
	remap_slots_change(&rd->slots, slot, REMAP_MAPPED, lost ? REMAP_SLOT_LOST : 0);
	return BLK_STS_OK;
}

/*
 * @status is that of the attempt that was this piece alone, or BLK_STS_OK if there
 * was none.
 */
static blk_status_t write_piece(struct remap_device *rd, struct bio *bio, const struct piece *p,
				blk_status_t status)
{
	unsigned int tries = rd->settings.retries + (status == BLK_STS_OK);
	u64 word;
	u32 slot = lookup(rd, p->block, &word);

	if (slot != REMAP_NO_SLOT && remap_word_state(word) == REMAP_DOUBT)
		return BLK_STS_IOERR;
	if (slot == REMAP_NO_SLOT) {
		status = try_write(rd, bio, p, slot, tries, status);
		if (status == BLK_STS_OK)
			end_streak(rd);
		else if (remap_medium_error(rd->main, status) && may_move(rd))
			status = move_piece(rd, bio, p);
		return status;
	}
	if (remap_word_state(word) == REMAP_PENDING)
		return move_piece(rd, bio, p);

	status = try_write(rd, bio, p, slot, 1 + rd->settings.retries, status);
	if (status == BLK_STS_OK)
		return found_again(rd, slot, p->block, piece_mask(p));
	if (remap_medium_error(rd->spare_bdev, status))
		status = move_piece(rd, bio, p);
	return status;
}

/* Try a large piece of a large write as a whole, where nothing is remapped. */
static bool write_window(struct remap_device *rd, struct bio *bio, struct bvec_iter rest)
{
	if (rest.bi_size <= WINDOW ||
	    !remap_regions_clean(rd->regions, rest.bi_sector, WINDOW >> SECTOR_SHIFT))
		return false;
	rest.bi_size = WINDOW;
	if (remap_rw_piece(rd, bio, rest, rd->main,
			   rd->main_start + rest.bi_sector) != BLK_STS_OK)
		return false;
	end_streak(rd);
	return true;
}

static void handle_write(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	struct bvec_iter rest = io->iter;
	struct piece p = first_piece(rd, rest);
	bool alone = p.iter.bi_size == rest.bi_size;
	blk_status_t before = alone ? io->status : BLK_STS_OK;
	blk_status_t status = BLK_STS_OK;

	/* From here on a batch that is run may set it. */
	io->status = BLK_STS_OK;
	while (rest.bi_size && status == BLK_STS_OK) {
		unsigned int done = WINDOW;

		if (!write_window(rd, bio, rest)) {
			p = first_piece(rd, rest);
			status = write_piece(rd, bio, &p, before);
			done = p.iter.bi_size;
		}
		bio_advance_iter(bio, &rest, done);
	}
	if (status != BLK_STS_OK)
		io->status = status;
}

/* What came of reading a block again, to move it. */
enum rescue {
	RESCUE_MOVED,	/* it has moved; it is in @rd->copy_buf */
	RESCUE_READ,	/* it is there, but where it was, too */
	RESCUE_NO,	/* not all of it can be read */
	RESCUE_NOT_TRIED,
};

/*
 * Try to read all of a block, and move it.  It is read while it
 * is being moved, and not before: what is written to it meanwhile waits.
 */
static enum rescue rescue(struct remap_device *rd, const struct piece *p, blk_status_t *status)
{
	struct remap_move *m;

	if (!can_move(rd))
		return RESCUE_NOT_TRIED;
	flush(rd);
	m = remap_move_begin(rd, rd->batch, p->block);
	if (!m)
		return RESCUE_NOT_TRIED;
	m->whole = true;
	flush(rd);
	if (!m->assembled) {
		*status = m->status;
		return RESCUE_NO;
	}
	end_streak(rd);
	return m->status == BLK_STS_OK ? RESCUE_MOVED : RESCUE_READ;
}

/* A block cannot be read: its next write goes to the spare. */
static void make_pending(struct remap_device *rd, u64 block)
{
	u32 free = remap_spare_free_blocks(&rd->spare);
	u32 slot = remap_spare_alloc(&rd->spare, &rd->table, block, true);

	if (slot == REMAP_NO_SLOT) {
		remap_event(rd, REMAP_EVENT_EXHAUSTED);
		return;
	}
	remap_batch_change(rd, rd->batch, slot, DM_REMAP_ENTRY_PENDING, block, 0);
	if (remap_batch_commit(rd, rd->batch)) {
		remap_spare_release(&rd->spare, slot);
		return;
	}
	remap_device_claim(rd, block, slot, REMAP_PENDING);
	WRITE_ONCE(rd->pending, rd->pending + 1);
	remap_device_check_space(rd, free);
}

/* Fill in what can be read, and zeros for the rest, if that is what is wanted. */
static blk_status_t read_or_zero(struct remap_device *rd, struct bio *bio,
				 const struct piece *p, blk_status_t status)
{
	u64 lost;

	if (!rd->settings.on_read_error)
		return status;
	status = remap_read_units(rd, rd->main, piece_sector(rd, p, REMAP_NO_SLOT),
				  rd->read_buf, p->sectors, 0, &lost);
	if (status == BLK_STS_OK)
		remap_copy_to_bio(bio, p->iter, rd->read_buf);
	return status;
}

/* Read a piece from the main where its block does not move; @status is what it was. */
static blk_status_t try_read(struct remap_device *rd, struct bio *bio, const struct piece *p,
			     blk_status_t status)
{
	unsigned int tries = max(rd->settings.retries, 1U);

	while (tries-- && remap_medium_error(rd->main, status))
		status = remap_rw_piece(rd, bio, p->iter, rd->main,
					piece_sector(rd, p, REMAP_NO_SLOT));
	if (status == BLK_STS_OK)
		end_streak(rd);
	return status;
}

/*
 * Read a piece of the main that failed, with its block and a move of that, or alone.
 * Each attempt takes a disk seconds: a piece that is the whole block has been tried
 * often enough with it.
 */
static enum rescue read_again(struct remap_device *rd, struct bio *bio, const struct piece *p,
			      bool move, blk_status_t *status)
{
	enum rescue how = move ? rescue(rd, p, status) : RESCUE_NOT_TRIED;

	if (how == RESCUE_MOVED || how == RESCUE_READ) {
		remap_copy_to_bio(bio, p->iter, rd->copy_buf + (p->first << SECTOR_SHIFT));
		*status = BLK_STS_OK;
	} else if (how == RESCUE_NOT_TRIED || p->sectors < remap_block_sectors(rd)) {
		*status = try_read(rd, bio, p, *status);
	}
	return how;
}

/* @status is as for write_piece(). */
static blk_status_t read_main(struct remap_device *rd, struct bio *bio, const struct piece *p,
			      blk_status_t status)
{
	enum rescue how = RESCUE_NOT_TRIED;

	if (status == BLK_STS_OK) {
		/* Maybe it was another block of the bio that failed. */
		status = remap_rw_piece(rd, bio, p->iter, rd->main,
					piece_sector(rd, p, REMAP_NO_SLOT));
		if (status == BLK_STS_OK)
			end_streak(rd);
		if (!remap_medium_error(rd->main, status))
			return status;
	}
	if (rd->settings.retries)
		how = read_again(rd, bio, p, rd->settings.auto_remap && !rd->storm, &status);
	if (how == RESCUE_MOVED)
		return BLK_STS_OK;
	if (status != BLK_STS_OK && !remap_medium_error(rd->main, status))
		return status;
	if ((status != BLK_STS_OK || how != RESCUE_NOT_TRIED) && may_move(rd))
		make_pending(rd, p->block);
	return status == BLK_STS_OK ? status : read_or_zero(rd, bio, p, status);
}

static blk_status_t read_pending(struct remap_device *rd, struct bio *bio,
				 const struct piece *p)
{
	blk_status_t status = BLK_STS_MEDIUM;

	read_again(rd, bio, p, true, &status);
	if (!remap_medium_error(rd->main, status))
		return status;
	return read_or_zero(rd, bio, p, status);
}

/*
 * Record what cannot be read of a piece of a block of the spare as lost.  Writes
 * that are on the way end first, and the piece is read again: they may have
 * mended it.
 */
static blk_status_t lose(struct remap_device *rd, const struct piece *p, u32 slot, u64 *lost)
{
	u64 known = remap_lost_get(&rd->lost, slot);
	blk_status_t status;
	u64 all;

	remap_slots_change(&rd->slots, slot, REMAP_MOVING,
			   REMAP_SLOT_WAS_MAPPED | (known ? REMAP_SLOT_LOST : 0));
	remap_inflight_drain(&rd->inflight);
	status = remap_read_units(rd, rd->spare_bdev, piece_sector(rd, p, slot), rd->read_buf,
				  p->sectors, (known & piece_mask(p)) >> p->first, lost);
	all = known | *lost << p->first;
	if (status != BLK_STS_OK || remap_lost_set(&rd->lost, slot, all))
		all = known;
	remap_slots_change(&rd->slots, slot, REMAP_MAPPED, all ? REMAP_SLOT_LOST : 0);
	if (all == known)
		return status;
	remap_event(rd, REMAP_EVENT_LOST_DATA);
	if (can_move(rd)) {
		/* If it is not durable the sectors fail to be read again. */
		remap_batch_change(rd, rd->batch, slot, DM_REMAP_ENTRY_MAPPED, p->block, all);
		remap_batch_commit(rd, rd->batch);
	}
	return status;
}

static void zero_sectors(void *buf, u64 mask)
{
	for (; mask; mask &= mask - 1)
		memset(buf + (__ffs64(mask) << SECTOR_SHIFT), 0, SECTOR_SIZE);
}

static blk_status_t read_spare(struct remap_device *rd, struct bio *bio,
			       const struct piece *p, u32 slot)
{
	u64 lost, known = remap_lost_get(&rd->lost, slot) & piece_mask(p);
	blk_status_t status;

	if (known && !rd->settings.on_read_error)
		return BLK_STS_MEDIUM;
	status = remap_read_units(rd, rd->spare_bdev, piece_sector(rd, p, slot), rd->read_buf,
				  p->sectors, known >> p->first, &lost);
	if (status == BLK_STS_OK && lost)
		status = lose(rd, p, slot, &lost);
	if (status != BLK_STS_OK)
		return status;
	if (lost && !rd->settings.on_read_error)
		return BLK_STS_MEDIUM;
	zero_sectors(rd->read_buf, known >> p->first);
	remap_copy_to_bio(bio, p->iter, rd->read_buf);
	return BLK_STS_OK;
}

static blk_status_t read_piece(struct remap_device *rd, struct bio *bio, const struct piece *p,
			       blk_status_t status)
{
	u64 word;
	u32 slot = lookup(rd, p->block, &word);

	if (slot == REMAP_NO_SLOT && rd->store->incomplete)
		return BLK_STS_IOERR;
	if (slot == REMAP_NO_SLOT)
		return read_main(rd, bio, p, status);
	if (remap_word_state(word) == REMAP_DOUBT)
		return BLK_STS_IOERR;
	if (remap_word_state(word) == REMAP_PENDING)
		return read_pending(rd, bio, p);
	return read_spare(rd, bio, p, slot);
}

static void handle_read(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	struct bvec_iter rest = io->iter;
	struct piece p = first_piece(rd, rest);
	bool alone = p.iter.bi_size == rest.bi_size;
	blk_status_t before = alone ? io->status : BLK_STS_OK;
	blk_status_t status = BLK_STS_OK;

	while (rest.bi_size && status == BLK_STS_OK) {
		p = first_piece(rd, rest);
		status = read_piece(rd, bio, &p, before);
		bio_advance_iter(bio, &rest, p.iter.bi_size);
	}
	io->status = status;
}

/*
 * A bio that has waited is within one block.  If the block needs no care any
 * more, or the bio has nothing to do with what it needs, the bio goes its way.
 *
 * Return: whether the bio is gone.
 */
static bool resubmit(struct remap_device *rd, struct bio *bio)
{
	struct piece p = first_piece(rd, remap_bio_io(bio)->iter);
	u64 word;
	u32 slot = lookup(rd, p.block, &word);

	if (slot == REMAP_NO_SLOT && rd->store->incomplete)
		return false;
	if (slot != REMAP_NO_SLOT) {
		if (remap_word_state(word) != REMAP_MAPPED)
			return false;
		if (remap_lost_get(&rd->lost, slot) & piece_mask(&p))
			return false;
	}
	remap_submit(rd, bio, slot);
	return true;
}

/* Return: whether the bio is to be answered. */
static bool handle(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);

	if (!io->failed) {
		if (resubmit(rd, bio))
			return false;
		io->status = BLK_STS_OK;
	}
	switch (bio_op(bio)) {
	case REQ_OP_READ:
		handle_read(rd, bio);
		break;
	case REQ_OP_WRITE:
	case REQ_OP_WRITE_ZEROES:
		handle_write(rd, bio);
		break;
	default:
		/* A discard of what is lost anyway. */
		break;
	}
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
		flush(rd);
		mutex_unlock(&rd->lock);
		while ((bio = bio_list_pop(&done)))
			remap_finish(rd, bio, remap_bio_io(bio)->status);
	}
}
