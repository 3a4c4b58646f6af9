// SPDX-License-Identifier: GPL-2.0
/*
 * Writes that failed, and writes to blocks that need care.
 */
#include <linux/sizes.h>

#include "device.h"
#include "io.h"
#include "map.h"
#include "moves.h"
#include "observe.h"
#include "piece.h"
#include "relocate.h"
#include "writes.h"

/* A failed write larger than this is tried again in pieces of this size first. */
#define WINDOW	SZ_1M

/* Begin the move of a piece's block, and of what @bio writes to it. */
static blk_status_t move_piece(struct remap_device *rd, struct bio *bio,
			       const struct remap_piece *p)
{
	struct remap_move *m;

	rd->still_failing = true;
	if (!remap_relocate_possible(rd)) {
		remap_count(rd, DM_REMAP_REMAPS_FAILED, 1);
		return BLK_STS_IOERR;
	}
	if (rd->batch->nr == rd->batch->max)
		remap_relocate_flush(rd);
	m = remap_move_begin(rd, rd->batch, p->block);
	if (!m) {
		remap_event(rd, REMAP_EVENT_EXHAUSTED);
		remap_count(rd, DM_REMAP_REMAPS_FAILED, 1);
		return BLK_STS_NOSPC;
	}
	m->bio = bio;
	m->piece = p->iter;
	return BLK_STS_OK;
}

/* Write a piece up to @tries times; @status is the answer if that is never. */
static blk_status_t try_write(struct remap_device *rd, struct bio *bio,
			      const struct remap_piece *p, u32 slot, unsigned int tries,
			      blk_status_t status)
{
	struct block_device *bdev = slot == REMAP_NO_SLOT ? rd->main : rd->spare_bdev;
	bool again = false;

	while (tries--) {
		status = remap_rw_piece(rd, bio, p->iter, bdev, remap_piece_sector(rd, p, slot));
		if (status == BLK_STS_OK || !remap_medium_error(bdev, status))
			break;
		again = true;
	}
	if (again)
		rd->still_failing = true;
	if (again && status == BLK_STS_OK && slot == REMAP_NO_SLOT)
		rd->recovered = true;
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

blk_status_t remap_write_piece(struct remap_device *rd, struct bio *bio,
			       const struct remap_piece *p, blk_status_t status)
{
	unsigned int tries = rd->settings.retries + (status == BLK_STS_OK);
	u64 word;
	u32 slot = remap_relocate_lookup(rd, p->block, &word);

	if (slot != REMAP_NO_SLOT && remap_word_state(word) == REMAP_DOUBT)
		return BLK_STS_IOERR;
	if (slot == REMAP_NO_SLOT) {
		status = try_write(rd, bio, p, slot, tries, status);
		if (status == BLK_STS_OK)
			remap_main_answered(rd);
		else if (remap_medium_error(rd->main, status) && remap_relocate_allowed(rd))
			status = move_piece(rd, bio, p);
		return status;
	}
	if (remap_word_state(word) == REMAP_PENDING)
		return move_piece(rd, bio, p);

	remap_bio_io(bio)->spare = true;
	rd->still_failing = true;
	status = try_write(rd, bio, p, slot, 1 + rd->settings.retries, status);
	if (status == BLK_STS_OK)
		return found_again(rd, slot, p->block, remap_piece_mask(p));
	if (remap_medium_error(rd->spare_bdev, status))
		status = move_piece(rd, bio, p);
	return status;
}

unsigned int remap_write_window(struct remap_device *rd, struct bio *bio, struct bvec_iter rest)
{
	if (rest.bi_size <= WINDOW ||
	    !remap_regions_clean(rd->regions, rest.bi_sector, WINDOW >> SECTOR_SHIFT))
		return 0;
	rest.bi_size = WINDOW;
	if (remap_rw_piece(rd, bio, rest, rd->main,
			   rd->main_start + rest.bi_sector) != BLK_STS_OK)
		return 0;
	remap_main_answered(rd);
	return WINDOW;
}
