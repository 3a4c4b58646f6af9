/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bios of the target: per-bio data, submission and completion.
 */
#ifndef _REMAP_BIO_H
#define _REMAP_BIO_H

#include <linux/bio.h>
#include <linux/device-mapper.h>
#include <linux/jump_label.h>

#include "device.h"

/*
 * Completions are reported: remap_observed or remap_tracked is on. A single key for both, which
 * remap_end_io() checks for every bio.
 */
DECLARE_STATIC_KEY_FALSE(remap_end_watched);

/* Where a bio was sent. */
enum remap_place {
	REMAP_NOWHERE,	/* it is waiting, has been completed, or carries no data */
	REMAP_ON_MAIN,
	REMAP_ON_SPARE,
};

/*
 * Flags of remap_io.tracked: the bio is counted in flight (inflight.h); it is timed (service.h);
 * it has waited for the owner of its block before it was sent.
 */
#define REMAP_COUNTED	BIT(0)
#define REMAP_TIMED	BIT(1)
#define REMAP_WAITED	BIT(2)

/**
 * struct remap_io - per-bio data.
 * @iter: its data, size and sector, which counts from the start of the target.
 * @place: enum remap_place.
 * @tracked: REMAP_COUNTED, REMAP_TIMED, REMAP_WAITED.
 * @epoch: in which it is counted in flight, if it is.
 * @failed: it was completed with an error.
 * @status: its status, while a job has it.
 * @spare: a job has served it from the spare.
 * @slow: it succeeded, but took long, so a job has it.
 * @took_long: it failed on the main after a long time (attempts.h).
 * @errors: errors of it that are counted: bit 0 of the main, bit 1 of the spare.
 * @rest: the part that a job has still to process.
 * @time: when it was sent to the main, if it is timed.
 *
 * The bio's bi_private points here, which device-mapper leaves to the target.
 */
struct remap_io {
	struct bvec_iter iter;
	u8 place;
	u8 tracked;
	u8 epoch;
	bool failed;
	blk_status_t status;
	bool spare;
	bool slow;
	bool took_long;
	u8 errors;
	struct bvec_iter rest;
	struct remap_service_time time;
};

static inline struct remap_io *remap_bio_io(struct bio *bio)
{
	return dm_per_bio_data(bio, sizeof(struct remap_io));
}

static inline u64 remap_iter_first_block(const struct remap_device *rd, struct bvec_iter iter)
{
	return iter.bi_sector >> rd->block_shift;
}

/* Number of blocks touched by data of at least one sector. */
static inline u64 remap_iter_blocks(const struct remap_device *rd, struct bvec_iter iter)
{
	u64 last = (iter.bi_sector + (iter.bi_size >> SECTOR_SHIFT) - 1) >> rd->block_shift;

	return last - remap_iter_first_block(rd, iter) + 1;
}

static inline void remap_bio_to_main(struct bio *bio, struct block_device *main, sector_t sector)
{
	/* In this order the compiler need not save a register. */
	bio->bi_iter.bi_sector = sector;
	bio_set_dev(bio, main);
}

/* Whether a move has to wait for I/O to the main: see inflight.h. */
static inline bool remap_counts_on_main(enum req_op op)
{
	return op_is_write(op) && op != REQ_OP_DISCARD;
}

static inline void remap_bio_enter(struct remap_device *rd, struct remap_io *io)
{
	io->epoch = remap_inflight_enter(&rd->inflight, remap_iter_first_block(rd, io->iter),
					 remap_iter_blocks(rd, io->iter));
	io->tracked |= REMAP_COUNTED;
}

static inline void remap_bio_leave(struct remap_device *rd, struct remap_io *io)
{
	remap_inflight_leave(&rd->inflight, remap_iter_first_block(rd, io->iter),
			     remap_iter_blocks(rd, io->iter), io->epoch);
	io->tracked &= ~REMAP_COUNTED;
}

/* Time a bio that is about to be sent to the main; its latency decides whether a read is slow. */
static inline void remap_bio_time(struct remap_device *rd, struct remap_io *io)
{
	remap_service_begin(&rd->service, &io->time, 0);
	io->tracked |= REMAP_TIMED;
}

/**
 * remap_bio_to_spare() - direct a bio to a slot.
 * @rd: the device.
 * @bio: the bio; its blocks are consecutive on the spare from the slot on.
 * @io: its per-bio data.
 * @slot: the slot of its first block.
 *
 * Context: any.
 */
void remap_bio_to_spare(struct remap_device *rd, struct bio *bio, struct remap_io *io, u32 slot);

/**
 * remap_nothing_to_discard() - whether a discard can be skipped because the spare does not support
 * it.
 * @rd: the device.
 * @bio: a bio for the spare.
 *
 * Context: any.
 * Return: true if the bio can be completed at once.
 */
static inline bool remap_nothing_to_discard(struct remap_device *rd, struct bio *bio)
{
	return bio_op(bio) == REQ_OP_DISCARD && !bdev_max_discard_sectors(rd->spare_bdev);
}

/**
 * remap_needs_worker() - whether I/O to a block needs a job.
 * @rd: the device.
 * @slot: the block's slot, or REMAP_NO_SLOT.
 * @word: the word of @slot.
 *
 * Context: any.
 * Return: true if it does.
 */
bool remap_needs_worker(const struct remap_device *rd, u32 slot, u64 word);

/**
 * remap_resubmit() - send a bio that has waited to the current location of its block.
 * @rd: the device.
 * @bio: a bio owned by the target, within one block.
 *
 * Context: process, may sleep.
 * Return: whether it was sent, in which case the caller no longer owns it; otherwise its block
 * needs a job.
 */
bool remap_resubmit(struct remap_device *rd, struct bio *bio);

/**
 * remap_resubmit_clean() - send a bio that has waited to the main, where nothing is remapped.
 * @rd: the device.
 * @bio: a bio owned by the target, over any number of blocks.
 *
 * Context: process, may sleep.
 * Return: whether it was sent, in which case the caller no longer owns it; otherwise some of its
 * blocks may not be on the main.
 */
bool remap_resubmit_clean(struct remap_device *rd, struct bio *bio);

/**
 * remap_sectors_missing() - what the slot of a mapped block does not have.
 * @rd: the device.
 * @slot: the slot, whose word the caller has read.
 * @lost: set to the lost sectors.
 *
 * Nobody need own the block: a sector that is forgotten meanwhile is in one mask or in both,
 * never in neither, since they are read here in the opposite order of set_mapped().
 *
 * Context: any.
 * Return: the unread sectors.
 */
u64 remap_sectors_missing(struct remap_device *rd, u32 slot, u64 *lost);

/**
 * remap_finish() - complete a bio.
 * @bio: a bio owned by the target, and not in flight.
 * @status: its status.
 *
 * Context: any.
 */
void remap_finish(struct bio *bio, blk_status_t status);

#endif /* _REMAP_BIO_H */
