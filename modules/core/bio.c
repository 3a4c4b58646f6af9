// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/blkdev.h>

#include "bio.h"
#include "io.h"

DEFINE_STATIC_KEY_FALSE(remap_end_watched);

void remap_bio_to_spare(struct remap_device *rd, struct bio *bio, struct remap_io *io, u32 slot)
{
	sector_t offset = io->iter.bi_sector & (remap_block_sectors(rd) - 1);

	io->place = REMAP_ON_SPARE;
	bio_set_dev(bio, rd->spare_bdev);
	bio->bi_iter.bi_sector = remap_spare_sector(rd, slot) + offset;
}

bool remap_needs_worker(const struct remap_device *rd, u32 slot, u64 word)
{
	/* Part of the table is lost, so the block may be anywhere. */
	if (slot == REMAP_NO_SLOT)
		return rd->store->incomplete;
	return remap_word_state(word) != REMAP_MAPPED ||
	       (remap_word_flags(word) & (REMAP_SLOT_LOST | REMAP_SLOT_UNREAD));
}

void remap_finish(struct bio *bio, blk_status_t status)
{
	remap_bio_io(bio)->place = REMAP_NOWHERE;
	bio->bi_status = status;
	bio_endio(bio);
}

/* Mask of the sectors of its block that a bio within one block covers. */
static u64 bio_sector_mask(const struct remap_device *rd, const struct remap_io *io)
{
	return remap_sector_mask(io->iter.bi_sector & (remap_block_sectors(rd) - 1),
				 io->iter.bi_size >> SECTOR_SHIFT);
}

u64 remap_sectors_missing(struct remap_device *rd, u32 slot, u64 *lost)
{
	u64 unread;

	/* The masks are at least as new as the word: pairs with set_mapped(). */
	smp_rmb();
	unread = remap_masks_get(&rd->unread, slot);
	/* Pairs with set_mapped(). */
	smp_rmb();
	*lost = remap_masks_get(&rd->lost, slot);
	return unread;
}

/* Whether the block needs care, but these sectors of it do not. */
static bool sectors_are_there(struct remap_device *rd, u32 slot, u64 word, u64 mask)
{
	u64 lost, unread;

	if (slot == REMAP_NO_SLOT || remap_word_state(word) != REMAP_MAPPED)
		return false;
	unread = remap_sectors_missing(rd, slot, &lost);
	return !((lost | unread) & mask);
}

/* Decide where a bio goes and count it, atomically. */
static bool place(struct remap_device *rd, struct bio *bio, u32 *slot)
{
	struct remap_io *io = remap_bio_io(bio);
	bool ready;
	u64 word;

	rcu_read_lock();
	*slot = remap_table_lookup(&rd->table, remap_iter_first_block(rd, io->iter), &word);
	ready = !remap_needs_worker(rd, *slot, word) ||
		sectors_are_there(rd, *slot, word, bio_sector_mask(rd, io));
	if (ready && (*slot != REMAP_NO_SLOT || remap_counts_on_main(bio_op(bio))))
		remap_bio_enter(rd, io);
	rcu_read_unlock();
	return ready;
}

static void prepare_main(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);

	io->place = REMAP_ON_MAIN;
	remap_bio_to_main(bio, rd->main, rd->main_start + io->iter.bi_sector);
	if (READ_ONCE(rd->settings.slow_ms))
		remap_bio_time(rd, io);
}

static void prepare_again(struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);

	io->tracked |= REMAP_WAITED;
	bio->bi_status = BLK_STS_OK;
	bio->bi_iter = io->iter;
	/*
	 * As in a new bio. If a disk has split it and then failed it, the count is 0, and a part
	 * that is split off now would complete the whole.
	 */
	atomic_set(&bio->__bi_remaining, 1);
}

bool remap_resubmit_clean(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	bool clean;

	rcu_read_lock();
	clean = remap_regions_clean(remap_regions_in_use(rd), io->iter.bi_sector,
				    io->iter.bi_size >> SECTOR_SHIFT);
	if (clean && remap_counts_on_main(bio_op(bio)))
		remap_bio_enter(rd, io);
	rcu_read_unlock();
	if (!clean)
		return false;
	prepare_again(bio);
	prepare_main(rd, bio);
	submit_bio_noacct(bio);
	return true;
}

bool remap_resubmit(struct remap_device *rd, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	u32 slot;

	if (!place(rd, bio, &slot))
		return false;
	prepare_again(bio);
	if (slot != REMAP_NO_SLOT && remap_nothing_to_discard(rd, bio)) {
		remap_bio_leave(rd, io);
		remap_finish(bio, BLK_STS_OK);
		return true;
	}
	if (slot == REMAP_NO_SLOT)
		prepare_main(rd, bio);
	else
		remap_bio_to_spare(rd, bio, io, slot);
	submit_bio_noacct(bio);
	return true;
}
