// SPDX-License-Identifier: GPL-2.0
/*
 * Maps I/O. This code runs for every bio; remap_map() and remap_end_io() are optimized for a bio
 * that touches no remapped block and succeeds, and leave all others to separate functions.
 *
 * A read of the main is not counted in flight (inflight.h): it writes only to its per-bio data. All
 * other I/O is counted in the RCU read-side section of the lookup that decided where it goes.
 */
#include <linux/blkdev.h>
#include <linux/sched/clock.h>

#include "auto_move.h"
#include "bio.h"
#include "device.h"
#include "map.h"
#include "observe.h"
#include "read_only.h"
#include "target.h"
#include "track.h"
#include "verify.h"
#include "worker.h"

/* Maximum number of lookups for one bio: a discard may cover very many blocks. */
#define MAX_LOOKUPS	4096

/*
 * Find the run of blocks from @block on, up to and including @last, that is contiguous: all on the
 * main, or consecutive on the spare.
 *
 * Return: the block after the run.
 */
static u64 end_of_run(struct remap_device *rd, u64 block, u64 last, u32 slot)
{
	unsigned int lookups = 0;
	u64 b, word;
	u32 s;

	for (b = block + 1; b <= last && lookups < MAX_LOOKUPS; b++, lookups++) {
		if (slot == REMAP_NO_SLOT) {
			b = remap_regions_next(remap_regions_in_use(rd), b << rd->block_shift) >>
			    rd->block_shift;
			if (b > last)
				break;
		}
		s = remap_table_lookup(&rd->table, b, &word);
		if (remap_needs_worker(rd, s, word))
			break;
		if (slot == REMAP_NO_SLOT ? s != REMAP_NO_SLOT :
		    s == REMAP_NO_SLOT || s != slot + (b - block))
			break;
	}
	return min(b, last + 1);
}

/* Whether a job must write a bio and read it back. */
static bool verifies_bio(const struct remap_device *rd, const struct bio *bio, bool spare)
{
	return remap_verifies(rd, spare) && remap_counts_on_main(bio_op(bio));
}

/*
 * Look up the location of a bio's first block, cut the bio to the run contiguous with it, and count
 * it, atomically.
 *
 * Return: whether it can be sent there.
 */
static bool place(struct remap_device *rd, struct bio *bio, struct remap_io *io, u32 *slot)
{
	u64 block = remap_iter_first_block(rd, io->iter);
	u64 last = block + remap_iter_blocks(rd, io->iter) - 1;
	u64 word = 0, end = block + 1;
	sector_t sectors;
	bool ready;

	rcu_read_lock();
	*slot = remap_table_lookup(&rd->table, block, &word);
	ready = !remap_needs_worker(rd, *slot, word) &&
		!(*slot != REMAP_NO_SLOT && verifies_bio(rd, bio, true));
	if (ready)
		end = end_of_run(rd, block, last, *slot);
	sectors = (end << rd->block_shift) - io->iter.bi_sector;
	if (sectors < bio_sectors(bio)) {
		dm_accept_partial_bio(bio, sectors);
		io->iter = bio->bi_iter;
	}
	if (ready && (*slot != REMAP_NO_SLOT || remap_counts_on_main(bio_op(bio))))
		remap_bio_enter(rd, io);
	rcu_read_unlock();
	return ready;
}

static int map_to_job(struct remap_device *rd, struct bio *bio, struct remap_io *io)
{
	io->place = REMAP_NOWHERE;
	if (bio->bi_opf & REQ_NOWAIT)
		remap_finish(bio, BLK_STS_AGAIN);
	else
		remap_defer(rd, bio);
	return DM_MAPIO_SUBMITTED;
}

/* Map a bio in a region with remapped blocks. */
static noinline int map_found(struct remap_target *rt, struct bio *bio)
{
	struct remap_device *rd = rt->rd;
	struct remap_io *io = bio->bi_private;
	u32 slot;

	if (!place(rd, bio, io, &slot))
		return map_to_job(rd, bio, io);
	if (slot != REMAP_NO_SLOT && remap_nothing_to_discard(rd, bio)) {
		remap_bio_leave(rd, io);
		remap_finish(bio, BLK_STS_OK);
		return DM_MAPIO_SUBMITTED;
	}
	if (slot == REMAP_NO_SLOT)
		remap_bio_to_main(bio, rt->main, rt->main_start + io->iter.bi_sector);
	else
		remap_bio_to_spare(rd, bio, io, slot);
	return DM_MAPIO_REMAPPED;
}

/* Whether a disk has turned read-only, so that neither disk may be written. */
static noinline int refuse_write(struct remap_device *rd, struct remap_io *io)
{
	remap_turned_read_only(rd);
	io->place = REMAP_NOWHERE;
	return DM_MAPIO_KILL;
}

/* Map a write, which is counted, or a discard, which is not. */
static noinline int map_write(struct remap_target *rt, struct bio *bio)
{
	struct remap_device *rd = rt->rd;
	struct remap_io *io = bio->bi_private;
	bool clean;

	if (unlikely(READ_ONCE(rd->turned_read_only) || bdev_read_only(rt->main)))
		return refuse_write(rd, io);
	rcu_read_lock();
	clean = remap_regions_clean(remap_regions_in_use(rd), io->iter.bi_sector,
				    io->iter.bi_size >> SECTOR_SHIFT);
	if (likely(clean) && remap_counts_on_main(bio_op(bio)))
		remap_bio_enter(rd, io);
	rcu_read_unlock();
	if (unlikely(!clean))
		return map_found(rt, bio);
	remap_bio_to_main(bio, rt->main, rt->main_start + io->iter.bi_sector);
	return DM_MAPIO_REMAPPED;
}

/* Whether a write has to wait until its regions are marked in the intent map. */
static bool needs_mark(struct remap_device *rd, const struct bio *bio)
{
	struct remap_intent *in = &rd->intent;
	sector_t sector = bio->bi_iter.bi_sector;

	if (!op_is_write(bio_op(bio)) || remap_intent_covers(in, sector, bio_sectors(bio)))
		return false;
	remap_intent_want(in, sector, bio_sectors(bio));
	return true;
}

static int map_data(struct remap_target *rt, struct bio *bio);

static int map_watched(struct remap_target *rt, struct bio *bio)
{
	struct remap_io *io = bio->bi_private;
	int ret;

	if (needs_mark(rt->rd, bio) || verifies_bio(rt->rd, bio, false)) {
		io->iter = bio->bi_iter;
		io->tracked = 0;
		return map_to_job(rt->rd, bio, io);
	}
	ret = map_data(rt, bio);
	if (ret == DM_MAPIO_REMAPPED && io->place == REMAP_ON_MAIN &&
	    READ_ONCE(rt->rd->settings.slow_ms))
		remap_bio_time(rt->rd, io);
	return ret;
}

/*
 * Map a flush, a write to a read-only device, polled I/O, or any I/O of a device that sends all
 * of it along the slow path.
 */
static noinline int map_other(struct dm_target *ti, struct bio *bio)
{
	struct remap_target *rt = ti->private;
	struct remap_io *io = bio->bi_private;

	if (bio_sectors(bio) && !(rt->args.read_only && op_is_write(bio->bi_opf))) {
		/*
		 * No polling: a job may wait for this I/O, which would only end when its submitter
		 * polls; and a job may send it to the other disk, whose queues are not those that
		 * the submitter polls.
		 */
		bio->bi_opf &= ~REQ_POLLED;
		return map_watched(rt, bio);
	}
	io->iter = bio->bi_iter;
	io->place = REMAP_NOWHERE;
	io->tracked = 0;
	if (bio_sectors(bio))
		return DM_MAPIO_KILL;
	bio_set_dev(bio, dm_bio_get_target_bio_nr(bio) ? rt->rd->spare_bdev : rt->main);
	return DM_MAPIO_REMAPPED;
}

static __always_inline int map_inline(struct remap_target *rt, const struct remap_device *rd,
				      struct bio *bio, struct remap_io *io,
				      struct bvec_iter iter)
{
	/* The target begins at sector 0 of the device. */
	io->iter = iter;
	io->place = REMAP_ON_MAIN;
	io->tracked = 0;
	io->epoch = 0;
	io->failed = false;
	if (op_is_write(bio->bi_opf))
		return map_write(rt, bio);
	/* No RCU: the regions are replaced only while no I/O is mapped. */
	if (unlikely(!remap_regions_clean(remap_regions_of_io(rd), iter.bi_sector,
					  iter.bi_size >> SECTOR_SHIFT)))
		return map_found(rt, bio);
	remap_bio_to_main(bio, rt->main, rt->main_start + iter.bi_sector);
	return DM_MAPIO_REMAPPED;
}

static noinline int map_data(struct remap_target *rt, struct bio *bio)
{
	return map_inline(rt, rt->rd, bio, bio->bi_private, bio->bi_iter);
}

/*
 * Load a bio's iterator field by field: device-mapper has just stored the size alone, and a wider
 * load would stall until that store has reached the cache.
 */
static __always_inline struct bvec_iter load_iter(const struct bio *bio)
{
	return (struct bvec_iter) {
		.bi_sector = READ_ONCE(bio->bi_iter.bi_sector),
		.bi_size = READ_ONCE(bio->bi_iter.bi_size),
		.bi_idx = READ_ONCE(bio->bi_iter.bi_idx),
		.DM_REMAP_BVEC_DONE = READ_ONCE(bio->bi_iter.DM_REMAP_BVEC_DONE),
	};
}

static __always_inline int map(struct dm_target *ti, struct bio *bio)
{
	struct remap_io *io = remap_bio_io(bio);
	struct bvec_iter iter = load_iter(bio);
	struct remap_target *rt = ti->private;
	const struct remap_device *rd = rt->rd;

	bio->bi_private = io;
	/* Compared in memory, without a separate load; a stale value is harmless. */
	if (unlikely(iter.bi_size <= data_race(rd->slow_path_size) ||
		     (bio->bi_opf & rt->slow_path_opf)))
		return map_other(ti, bio);
	return map_inline(rt, rd, bio, io, iter);
}

static noinline int map_timed(struct dm_target *ti, struct bio *bio)
{
	struct remap_target *rt = ti->private;
	u64 start;
	int ret;

	/* The flush of the spare. */
	if (!bio_sectors(bio) && dm_bio_get_target_bio_nr(bio))
		return map(ti, bio);
	/* The cheapest clock; it need not be consistent between processors. */
	start = local_clock();
	ret = map(ti, bio);

	/* The bio may already be completed; device-mapper keeps the target until we return. */
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
 * Whether this is the flush of a spare that no block is on. Whatever was written to a block that
 * was there, and was answered, is durable on the main by now: a move back flushes the main before
 * it is committed.
 */
static bool flushes_nothing(const struct remap_device *rd, struct bio *bio)
{
	const struct remap_io *io = bio->bi_private;

	return io->place == REMAP_NOWHERE && !io->iter.bi_size && dm_bio_get_target_bio_nr(bio) &&
	       !READ_ONCE(rd->mapped);
}

/*
 * The cases that remap_end_io() delegates; it only makes tail calls, so it need not save registers.
 */
static noinline int failed(struct dm_target *ti, struct bio *bio, blk_status_t *status)
{
	struct remap_target *rt = ti->private;
	int ret;

	/* The spare may have left the system, and nobody needs it. */
	if (flushes_nothing(rt->rd, bio)) {
		*status = BLK_STS_OK;
		return DM_ENDIO_DONE;
	}
	ret = remap_failed(rt->rd, bio, *status);
	/* Otherwise a job owns (or has even answered) the bio. */
	if (ret == DM_ENDIO_DONE && static_branch_unlikely(&remap_observed))
		remap_observe_done(ti, bio);
	return ret;
}

/* The main has completed I/O after automatic moves. */
static noinline int reset(struct dm_target *ti, struct bio *bio)
{
	struct remap_target *rt = ti->private;
	const struct remap_io *io = bio->bi_private;

	if (io->place == REMAP_ON_MAIN)
		remap_reset_streak(rt->rd);
	if (static_branch_unlikely(&remap_observed))
		remap_observe_done(ti, bio);
	return DM_ENDIO_DONE;
}

/* Return: whether it was a slow read. */
static bool timed(struct remap_device *rd, struct bio *bio, struct remap_io *io,
		  blk_status_t status)
{
	u64 ns = remap_service_end(&rd->service, &io->time);

	io->tracked &= ~REMAP_TIMED;
	return status == BLK_STS_OK && bio_op(bio) == REQ_OP_READ &&
	       remap_slow_judge(rd, io->iter.bi_sector, io->iter.bi_size >> SECTOR_SHIFT, ns);
}

static noinline int tracked(struct dm_target *ti, struct bio *bio, blk_status_t *status)
{
	struct remap_target *rt = ti->private;
	struct remap_io *io = bio->bi_private;
	bool slow = false;

	if (io->tracked & REMAP_TIMED)
		slow = timed(rt->rd, bio, io, *status);
	if (io->tracked & REMAP_COUNTED)
		remap_bio_leave(rt->rd, io);
	if (unlikely(*status != BLK_STS_OK))
		return failed(ti, bio, status);
	if (unlikely(slow)) {
		remap_defer_slow(rt->rd, bio);
		return DM_ENDIO_INCOMPLETE;
	}
	return reset(ti, bio);
}

static __always_inline int end_io(struct dm_target *ti, struct bio *bio, blk_status_t *status,
				  bool watched)
{
	const struct remap_io *io = bio->bi_private;
	const struct remap_target *rt = ti->private;

	if (io->tracked)
		return tracked(ti, bio, status);
	if (unlikely(*status != BLK_STS_OK))
		return failed(ti, bio, status);
	if (unlikely(remap_has_streak(&rt->rd->auto_moves)))
		return reset(ti, bio);
	if (watched && static_branch_unlikely(&remap_observed))
		return remap_observe_done(ti, bio);
	return DM_ENDIO_DONE;
}

static noinline int end_io_watched(struct dm_target *ti, struct bio *bio, blk_status_t *status)
{
	struct remap_target *rt = ti->private;

	if (static_branch_unlikely(&remap_tracked))
		remap_track_note(rt->rd, bio);
	return end_io(ti, bio, status, true);
}

int remap_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *status)
{
	if (static_branch_unlikely(&remap_end_watched))
		return end_io_watched(ti, bio, status);
	return end_io(ti, bio, status, false);
}
