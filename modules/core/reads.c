// SPDX-License-Identifier: GPL-2.0
/*
 * Reads that failed, and reads of blocks that need care.
 */
#include "device.h"
#include "io.h"
#include "map.h"
#include "moves.h"
#include "piece.h"
#include "reads.h"
#include "relocate.h"

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
static enum rescue rescue(struct remap_device *rd, const struct remap_piece *p,
			  blk_status_t *status)
{
	struct remap_move *m;

	if (!remap_relocate_possible(rd))
		return RESCUE_NOT_TRIED;
	remap_relocate_flush(rd);
	m = remap_move_begin(rd, rd->batch, p->block);
	if (!m)
		return RESCUE_NOT_TRIED;
	m->whole = true;
	remap_relocate_flush(rd);
	if (!m->assembled) {
		*status = m->status;
		return RESCUE_NO;
	}
	remap_main_answered(rd);
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
				 const struct remap_piece *p, blk_status_t status)
{
	u64 lost;

	if (!rd->settings.on_read_error)
		return status;
	status = remap_read_units(rd, rd->main, remap_piece_sector(rd, p, REMAP_NO_SLOT),
				  rd->read_buf, p->sectors, 0, &lost);
	if (status == BLK_STS_OK)
		remap_copy_to_bio(bio, p->iter, rd->read_buf);
	return status;
}

/* Read a piece from the main where its block does not move; @status is what it was. */
static blk_status_t try_read(struct remap_device *rd, struct bio *bio,
			     const struct remap_piece *p, blk_status_t status)
{
	unsigned int tries = max(rd->settings.retries, 1U);

	while (tries-- && remap_medium_error(rd->main, status))
		status = remap_rw_piece(rd, bio, p->iter, rd->main,
					remap_piece_sector(rd, p, REMAP_NO_SLOT));
	if (status == BLK_STS_OK) {
		remap_main_answered(rd);
		rd->recovered = true;
	}
	return status;
}

/*
 * Read a piece of the main that failed, with its block and a move of that, or alone.
 * Each attempt takes a disk seconds: a piece that is the whole block has been tried
 * often enough with it.
 */
static enum rescue read_again(struct remap_device *rd, struct bio *bio,
			      const struct remap_piece *p, bool move, blk_status_t *status)
{
	enum rescue how = move ? rescue(rd, p, status) : RESCUE_NOT_TRIED;

	rd->still_failing = true;
	if (how == RESCUE_MOVED || how == RESCUE_READ) {
		remap_copy_to_bio(bio, p->iter, rd->copy_buf + (p->first << SECTOR_SHIFT));
		*status = BLK_STS_OK;
		rd->recovered = true;
	} else if (how == RESCUE_NOT_TRIED || p->sectors < remap_block_sectors(rd)) {
		*status = try_read(rd, bio, p, *status);
	}
	return how;
}

/* @status is as for remap_read_piece(). */
static blk_status_t read_main(struct remap_device *rd, struct bio *bio,
			      const struct remap_piece *p, blk_status_t status)
{
	enum rescue how = RESCUE_NOT_TRIED;

	if (status == BLK_STS_OK) {
		/* Maybe it was another block of the bio that failed. */
		status = remap_rw_piece(rd, bio, p->iter, rd->main,
					remap_piece_sector(rd, p, REMAP_NO_SLOT));
		if (status == BLK_STS_OK)
			remap_main_answered(rd);
		if (!remap_medium_error(rd->main, status))
			return status;
	}
	rd->still_failing = true;
	if (rd->settings.retries)
		how = read_again(rd, bio, p, rd->settings.auto_remap && !rd->storm, &status);
	if (how == RESCUE_MOVED)
		return BLK_STS_OK;
	if (status != BLK_STS_OK && !remap_medium_error(rd->main, status))
		return status;
	if ((status != BLK_STS_OK || how != RESCUE_NOT_TRIED) && remap_relocate_allowed(rd))
		make_pending(rd, p->block);
	return status == BLK_STS_OK ? status : read_or_zero(rd, bio, p, status);
}

static blk_status_t read_pending(struct remap_device *rd, struct bio *bio,
				 const struct remap_piece *p)
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
static blk_status_t lose(struct remap_device *rd, const struct remap_piece *p, u32 slot, u64 *lost)
{
	u64 known = remap_lost_get(&rd->lost, slot);
	blk_status_t status;
	u64 all;

	remap_slots_change(&rd->slots, slot, REMAP_MOVING,
			   REMAP_SLOT_WAS_MAPPED | (known ? REMAP_SLOT_LOST : 0));
	remap_inflight_drain(&rd->inflight);
	status = remap_read_units(rd, rd->spare_bdev, remap_piece_sector(rd, p, slot), rd->read_buf,
				  p->sectors, (known & remap_piece_mask(p)) >> p->first, lost);
	all = known | *lost << p->first;
	if (status != BLK_STS_OK || remap_lost_set(&rd->lost, slot, all))
		all = known;
	remap_slots_change(&rd->slots, slot, REMAP_MAPPED, all ? REMAP_SLOT_LOST : 0);
	if (all == known)
		return status;
	remap_event(rd, REMAP_EVENT_LOST_DATA);
	if (remap_relocate_possible(rd)) {
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
			       const struct remap_piece *p, u32 slot)
{
	u64 lost, known = remap_lost_get(&rd->lost, slot) & remap_piece_mask(p);
	blk_status_t status;

	remap_bio_io(bio)->spare = true;
	rd->still_failing = true;
	if (known && !rd->settings.on_read_error)
		return BLK_STS_MEDIUM;
	status = remap_read_units(rd, rd->spare_bdev, remap_piece_sector(rd, p, slot), rd->read_buf,
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

blk_status_t remap_read_piece(struct remap_device *rd, struct bio *bio,
			      const struct remap_piece *p, blk_status_t status)
{
	u64 word;
	u32 slot = remap_relocate_lookup(rd, p->block, &word);

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
