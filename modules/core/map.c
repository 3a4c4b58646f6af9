// SPDX-License-Identifier: GPL-2.0
/*
 * Where I/O goes.  What is here runs for every bio; remap_map() and
 * remap_end_io() are written for the one that touches no remapped block and
 * succeeds, and leave the others to functions of their own.
 */
#include <linux/blkdev.h>
#include <linux/sched/clock.h>

#include "device.h"
#include "errors.h"
#include "map.h"
#include "observe.h"
#include "target.h"

/* Lookups for one bio: a discard may have very many blocks. */
#define MAX_LOOKUPS	4096

static void to_main(struct bio *bio, struct block_device *main, sector_t sector)
{
	/* In this order no register need be saved for it. */
	bio->bi_iter.bi_sector = sector;
	bio_set_dev(bio, main);
}

static void to_spare(struct remap_device *rd, struct bio *bio, struct remap_io *io, u32 slot)
{
	sector_t offset = io->iter.bi_sector & (remap_block_sectors(rd) - 1);

	io->ticket = remap_inflight_at_spare(io->ticket);
	bio_set_dev(bio, rd->spare_bdev);
	bio->bi_iter.bi_sector = remap_spare_sector(rd, slot) + offset;
}

void remap_finish(struct remap_device *rd, struct bio *bio, blk_status_t status)
{
	remap_bio_io(bio)->ticket = remap_inflight_not(&rd->inflight);
	bio->bi_status = status;
	bio_endio(bio);
}

/* A discard of blocks that the device below can do nothing with is done. */
static bool nothing_to_discard(struct remap_device *rd, struct bio *bio)
{
	return bio_op(bio) == REQ_OP_DISCARD && !bdev_max_discard_sectors(rd->spare_bdev);
}

void remap_submit(struct remap_device *rd, struct bio *bio, u32 slot)
{
	struct remap_io *io = remap_bio_io(bio);

	bio->bi_status = BLK_STS_OK;
	bio->bi_iter = io->iter;
	if (slot != REMAP_NO_SLOT && nothing_to_discard(rd, bio)) {
		remap_finish(rd, bio, BLK_STS_OK);
		return;
	}
	io->ticket = remap_inflight_enter(&rd->inflight);
	if (slot == REMAP_NO_SLOT)
		to_main(bio, rd->main, rd->main_start + io->iter.bi_sector);
	else
		to_spare(rd, bio, io, slot);
	submit_bio_noacct(bio);
}

/* Whether I/O to a block needs the worker. */
static bool special(const struct remap_device *rd, u32 slot, u64 word)
{
	/* Part of the table is gone: the block may be anywhere. */
	if (slot == REMAP_NO_SLOT)
		return rd->store->incomplete;
	return remap_word_state(word) != REMAP_MAPPED ||
	       (remap_word_flags(word) & REMAP_SLOT_LOST);
}

/*
 * The blocks from @block on, up to and including @last, that are in one piece
 * with it: all on the main, or one after the other on the spare.
 *
 * Return: the block behind them.
 */
static u64 end_of_run(struct remap_device *rd, u64 block, u64 last, u32 slot)
{
	unsigned int lookups = 0;
	u64 b, word;
	u32 s;

	for (b = block + 1; b <= last && lookups < MAX_LOOKUPS; b++, lookups++) {
		if (slot == REMAP_NO_SLOT) {
			b = remap_regions_next(rd->regions, b << rd->block_shift) >>
			    rd->block_shift;
			if (b > last)
				break;
		}
		s = remap_table_lookup(&rd->table, b, &word);
		if (special(rd, s, word))
			break;
		if (slot == REMAP_NO_SLOT ? s != REMAP_NO_SLOT :
		    s == REMAP_NO_SLOT || s != slot + (b - block))
			break;
	}
	return min(b, last + 1);
}

/* A bio in a region that has remapped blocks; it is in flight already. */
static noinline int map_found(struct remap_target *rt, struct bio *bio)
{
	struct remap_device *rd = rt->rd;
	struct remap_io *io = bio->bi_private;
	u64 block = io->iter.bi_sector >> rd->block_shift;
	u64 last = (io->iter.bi_sector + bio_sectors(bio) - 1) >> rd->block_shift;
	u64 word = 0, end;
	sector_t sectors;
	u32 slot;

	slot = remap_table_lookup(&rd->table, block, &word);
	end = special(rd, slot, word) ? block + 1 : end_of_run(rd, block, last, slot);
	sectors = (end << rd->block_shift) - io->iter.bi_sector;
	if (sectors < bio_sectors(bio)) {
		dm_accept_partial_bio(bio, sectors);
		io->iter = bio->bi_iter;
	}

	if (special(rd, slot, word)) {
		remap_inflight_leave(io->ticket);
		io->failed = false;
		if (bio->bi_opf & REQ_NOWAIT)
			remap_finish(rd, bio, BLK_STS_AGAIN);
		else
			remap_queue(rd, bio);
		return DM_MAPIO_SUBMITTED;
	}
	if (slot != REMAP_NO_SLOT && nothing_to_discard(rd, bio)) {
		remap_inflight_leave(io->ticket);
		remap_finish(rd, bio, BLK_STS_OK);
		return DM_MAPIO_SUBMITTED;
	}
	if (slot == REMAP_NO_SLOT)
		to_main(bio, rt->main, rt->main_start + io->iter.bi_sector);
	else
		to_spare(rd, bio, io, slot);
	return DM_MAPIO_REMAPPED;
}

static int map_again(struct dm_target *ti, struct bio *bio);

/* A flush, a write to a device that may not be written, or I/O that is polled. */
static noinline int map_other(struct dm_target *ti, struct bio *bio)
{
	struct remap_target *rt = ti->private;
	struct remap_io *io = bio->bi_private;

	if (bio_sectors(bio) && !(rt->args.read_only && op_is_write(bio->bi_opf))) {
		/* Who polls may be waiting for the worker, and the worker for what is polled. */
		bio->bi_opf &= ~REQ_POLLED;
		return map_again(ti, bio);
	}
	io->iter = bio->bi_iter;
	io->ticket = remap_inflight_not(&rt->rd->inflight);
	if (bio_sectors(bio))
		return DM_MAPIO_KILL;
	bio_set_dev(bio, dm_bio_get_target_bio_nr(bio) ? rt->rd->spare_bdev : rt->main);
	return DM_MAPIO_REMAPPED;
}

static __always_inline int map(struct dm_target *ti, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	/* Read once, and not again after the barrier of remap_inflight_enter(). */
	struct bvec_iter iter = bio->bi_iter;
	struct remap_target *rt = ti->private;
	struct remap_device *rd = rt->rd;

	bio->bi_private = io;
	if (unlikely(!iter.bi_size || (bio->bi_opf & rt->special_opf)))
		return map_other(ti, bio);

	/* The target begins at sector 0 of the device. */
	io->iter = iter;
	io->ticket = remap_inflight_enter(&rd->inflight);
	if (unlikely(!remap_regions_clean(rd->regions, iter.bi_sector,
					  iter.bi_size >> SECTOR_SHIFT)))
		return map_found(rt, bio);
	to_main(bio, rt->main, rt->main_start + iter.bi_sector);
	return DM_MAPIO_REMAPPED;
}

static noinline int map_again(struct dm_target *ti, struct bio *bio)
{
	return map(ti, bio);
}

static noinline int map_timed(struct dm_target *ti, struct bio *bio)
{
	struct remap_target *rt = ti->private;
	u64 start;
	int ret;

	/* The other half of a flush. */
	if (!bio_sectors(bio) && dm_bio_get_target_bio_nr(bio))
		return map(ti, bio);
	/* The cheapest clock there is, which other processors need not agree with. */
	start = local_clock();
	ret = map(ti, bio);

	/* The bio may be gone; device-mapper keeps the target until we return. */
	remap_observe_latency(rt->rd, DM_REMAP_MAP_LATENCY,
			      max_t(s64, local_clock() - start, 0));
	return ret;
}

int remap_map(struct dm_target *ti, struct bio *bio)
{
	if (static_branch_unlikely(&remap_timed))
		return map_timed(ti, bio);
	return map(ti, bio);
}

/*
 * The ends of a bio that remap_end_io() leaves to others; it calls nothing itself, so
 * that it need save no register.
 */
static noinline int failed(struct dm_target *ti, struct bio *bio, blk_status_t status)
{
	int ret = remap_failed(ti, bio, status);

	/* Else the worker has it, or has even answered it. */
	if (ret == DM_ENDIO_DONE && static_branch_unlikely(&remap_observed))
		remap_observe_done(ti, bio);
	return ret;
}

static noinline int watched(struct dm_target *ti, struct bio *bio, remap_ticket ticket)
{
	remap_succeeded(ti, ticket);
	if (static_branch_unlikely(&remap_observed))
		remap_observe_done(ti, bio);
	return DM_ENDIO_DONE;
}

int remap_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *status)
{
	struct remap_io *io = bio->bi_private;
	remap_ticket ticket = io->ticket;

	remap_inflight_leave(ticket);
	if (unlikely(*status != BLK_STS_OK))
		return failed(ti, bio, *status);
	if (unlikely(remap_inflight_watched(ticket)))
		return watched(ti, bio, ticket);
	if (static_branch_unlikely(&remap_observed))
		return remap_observe_done(ti, bio);
	return DM_ENDIO_DONE;
}
