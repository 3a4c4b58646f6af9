// SPDX-License-Identifier: GPL-2.0
/*
 * Copying the data of blocks that move.
 *
 * Blocks that only move are copied by kcopyd, in runs. Blocks with new data from a write, blocks
 * that move only in part, and blocks of a run that failed are assembled one at a time in a buffer.
 */
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/sizes.h>

#include "auto_move.h"
#include "copy.h"
#include "device.h"
#include "io.h"
#include "moves.h"
#include "observe.h"
#include "read_only.h"
#include "verify.h"

static u64 all_sectors(const struct remap_device *rd)
{
	return remap_sector_mask(0, remap_block_sectors(rd));
}

/* The sectors whose content a move itself provides. */
static u64 bio_sector_mask(const struct remap_device *rd, const struct remap_move *m)
{
	if (!m->bio)
		return 0;
	return remap_sector_mask(m->piece.bi_sector & (remap_block_sectors(rd) - 1),
				 m->piece.bi_size >> SECTOR_SHIFT);
}

/* Whether the main has just failed to read some of these sectors, and would fail again. */
static bool failed_a_moment_ago(struct remap_device *rd, const struct remap_move *m, u64 mask)
{
	u32 slot = m->from == REMAP_NO_SLOT ? m->slot : m->from;
	unsigned int ms = READ_ONCE(rd->settings.pending_retry_ms);

	return ms && m->was != REMAP_FREE &&
	       (remap_failures_get(&rd->failures, slot, ms) & mask);
}

/*
 * Read the main's copy of a block that leaves it. Sectors that cannot be read stay unread, and are
 * tried again when they are next read; or they are lost, if a person has given them up.
 */
static blk_status_t read_from_main(struct remap_device *rd, struct remap_move *m, u64 want)
{
	blk_status_t status;
	u64 bad = want;

	if (!want)
		return BLK_STS_OK;
	if (m->forget || m->whole || !failed_a_moment_ago(rd, m, want)) {
		status = remap_read_sectors(rd, rd->main, remap_main_sector(rd, m->block),
					    m->batch->copy_buf, want, 1, m->whole, &bad);
		if (status != BLK_STS_OK)
			return status;
		/* Spare the next reader an attempt that would fail. */
		if (bad && !m->whole && !m->forget)
			remap_failures_note(&rd->failures, m->slot, bad);
	}
	if (m->whole && bad)
		m->goal = REMAP_TO_PENDING;
	else if (m->forget)
		m->lost |= bad;
	else
		m->unread |= bad;
	return BLK_STS_OK;
}

/*
 * Read the slot that a block leaves. The slot has failed a write permanently, and the main has
 * older content, so sectors that cannot be read from this slot exist nowhere.
 */
static blk_status_t read_from_slot(struct remap_device *rd, struct remap_move *m, u64 want)
{
	unsigned int tries = READ_ONCE(rd->settings.retries) + 1;
	blk_status_t status;
	u64 bad = 0;

	if (!want)
		return BLK_STS_OK;
	status = remap_read_sectors(rd, rd->spare_bdev, remap_spare_sector(rd, m->from),
				    m->batch->copy_buf, want, tries, false, &bad);
	if (status == BLK_STS_OK)
		m->lost |= bad;
	return status;
}

/* Assemble the block in the batch's copy_buf. */
static blk_status_t assemble(struct remap_device *rd, struct remap_move *m)
{
	u64 mine = bio_sector_mask(rd, m);
	blk_status_t status;

	memset(m->batch->copy_buf, 0, rd->store->block_size);
	m->lost &= ~mine;
	m->unread &= ~mine;
	if (m->from == REMAP_NO_SLOT)
		status = read_from_main(rd, m, all_sectors(rd) & ~mine);
	else
		status = read_from_slot(rd, m, all_sectors(rd) & ~(mine | m->lost | m->unread));
	if (status == BLK_STS_OK && mine)
		remap_copy_from_bio(m->batch->copy_buf + (__ffs64(mine) << SECTOR_SHIFT),
				    m->bio, m->piece);
	return status;
}

/**
 * struct replacement - a slot that replaces another.
 * @c: makes it durable.
 * @changes: for the store, which may reorder them.
 * @bad: the slot that failed.
 * @slot: its replacement.
 * @pending: in the store, @bad is a pending slot of the block.
 */
struct replacement {
	struct remap_commit c;
	struct dm_remap_entry changes[2];
	u32 bad;
	u32 slot;
	bool pending;
};

static void apply_replace(struct remap_device *rd, struct remap_commit *c)
{
	const struct replacement *r = container_of(c, struct replacement, c);

	remap_device_drop(rd, r->bad, true);
	if (r->pending)
		remap_slots_change(&rd->slots, r->slot, REMAP_MOVING, REMAP_SLOT_WAS_PENDING);
}

/* Durably mark a slot as bad, and record the new slot of the block if it was pending there. */
static void retire_slot(struct remap_device *rd, struct replacement *r, u64 block)
{
	u64 word = remap_slots_word(&rd->slots, r->slot);

	r->changes[0] = (struct dm_remap_entry) { .slot = r->bad, .state = DM_REMAP_ENTRY_BAD };
	r->changes[1] = (struct dm_remap_entry) {
		.slot = r->slot, .state = DM_REMAP_ENTRY_PENDING, .main_block = block,
		.seq = remap_word_flags(word) & REMAP_SLOT_SEQ, .reason = remap_word_reason(word),
	};
	r->c.changes = r->changes;
	r->c.nr = 1 + r->pending;
	r->c.apply = apply_replace;
	remap_commit(rd, &r->c);
}

/* The slot that a move goes to has failed: take another. */
static blk_status_t replace_slot(struct remap_device *rd, struct remap_move *m,
				 blk_status_t status)
{
	u32 bad = m->slot, slot = REMAP_NO_SLOT;
	bool pending = m->was == REMAP_PENDING;
	struct replacement r = { .bad = bad, .pending = pending };
	u64 word;
	u8 seq;

	/* If so, the whole spare is failing, not just this block. */
	if (remap_turned_read_only(rd))
		return status;
	mutex_lock(&rd->lock);
	if (!remap_spare_is_gone(rd)) {
		slot = remap_spare_alloc(&rd->spare, &rd->table, m->block, m->batch->automatic);
		status = BLK_STS_NOSPC;
	}
	if (slot != REMAP_NO_SLOT) {
		seq = remap_word_flags(remap_slots_word(&rd->slots, bad)) + pending;
		/* Insert the new slot first: a lookup must find the block at all times. */
		remap_device_claim(rd, m->block, slot, REMAP_MOVING);
		word = remap_word(m->block, REMAP_MOVING, seq & REMAP_SLOT_SEQ);
		remap_slots_set(&rd->slots, slot, remap_word_with_reason(word, m->reason));
		remap_failures_move(&rd->failures, bad, slot);
	}
	mutex_unlock(&rd->lock);
	if (slot == REMAP_NO_SLOT) {
		m->slot_bad = true;
		return status;
	}
	remap_log(rd, REMAP_LOG_OTHER,
		  "sector %llu of the spare failed a write: the block at sector %llu of the main goes to sector %llu of the spare",
		  (unsigned long long)remap_spare_sector(rd, bad),
		  (unsigned long long)remap_main_sector(rd, m->block),
		  (unsigned long long)remap_spare_sector(rd, slot));
	r.slot = slot;
	retire_slot(rd, &r, m->block);
	m->slot = slot;
	/* The store has failed, so no slot can take the block: do not try one after the other. */
	return r.c.error ? BLK_STS_IOERR : BLK_STS_OK;
}

static blk_status_t write_slot(struct remap_device *rd, const struct remap_move *m)
{
	blk_opf_t opf = REQ_SYNC;
	sector_t sector = remap_spare_sector(rd, m->slot);
	blk_status_t status;

	/* A persistent store flushes when it commits. */
	if (m->bio && remap_store_is_transient(rd))
		opf |= m->bio->bi_opf & REQ_FUA;
	status = remap_write_spare(rd, opf, sector, m->batch->copy_buf, m->batch->read_buf,
				   remap_block_sectors(rd));
	if (status != BLK_STS_OK)
		remap_observe_error(rd, true, REQ_OP_WRITE, sector, remap_block_sectors(rd),
				    status);
	return status;
}

void remap_copy_block(struct remap_device *rd, struct remap_move *m)
{
	m->status = m->assembled ? BLK_STS_OK : assemble(rd, m);
	if (m->status != BLK_STS_OK || m->goal == REMAP_TO_PENDING)
		return;
	for (;;) {
		m->status = write_slot(rd, m);
		if (m->status == BLK_STS_OK)
			break;
		if (!remap_medium_error(rd->spare_bdev, m->status))
			return;
		m->status = replace_slot(rd, m, m->status);
		if (m->status != BLK_STS_OK)
			return;
	}
	remap_spare_is_there(rd);
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

/* Whether the move copies only the block itself, to or from the main, without verification. */
static bool kcopyd_can_copy(const struct remap_device *rd, const struct remap_move *m)
{
	switch (m->goal) {
	case REMAP_TO_MAIN:
		return m->was == REMAP_MAPPED && !m->unread;
	case REMAP_TO_SPARE:
		return m->whole && m->from == REMAP_NO_SLOT && !remap_verifies(rd, true);
	default:
		return false;
	}
}

/* Number of blocks from @m on, up to @end, that are consecutive on both sides. */
static unsigned int run_length(const struct remap_device *rd, const struct remap_move *m,
			       const struct remap_move *end)
{
	unsigned int n = 1;

	while (m + n < end && kcopyd_can_copy(rd, m + n) && m[n].goal == m->goal &&
	       m[n].block == m->block + n && m[n].slot == m->slot + n)
		n++;
	return n;
}

static void copy_run(struct remap_device *rd, struct remap_move *m)
{
	bool back = m->goal == REMAP_TO_MAIN;
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
 * Copy what kcopyd can copy. For each move that begins a run, sets @run to the number of its
 * blocks, and @copied to whether they were copied; other moves are runs of one block.
 */
static void copy_runs(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;

	init_completion(&batch->copied);
	atomic_set(&batch->runs, 1);
	for (m = batch->moves; m < end; m += m->run) {
		m->run = 1;
		m->copied = false;
		if (kcopyd_can_copy(rd, m)) {
			m->run = run_length(rd, m, end);
			/* kcopyd does not distinguish a bad sector from a disk that is gone. */
			if (m->run > 1 || m->goal == REMAP_TO_MAIN)
				copy_run(rd, m);
		}
	}
	run_put(batch);
	wait_for_completion_io(&batch->copied);
}

/* An operation on sectors of a block that moves back. */
typedef blk_status_t run_fn(struct remap_device *rd, struct remap_move *m, unsigned int first,
			    unsigned int nr);

/* Apply the operation to each run of set bits. */
static blk_status_t do_runs(struct remap_device *rd, struct remap_move *m, u64 mask, run_fn *fn)
{
	blk_status_t status = BLK_STS_OK;
	unsigned int first, nr;

	for (; mask && status == BLK_STS_OK; mask &= ~remap_sector_mask(first, nr)) {
		first = __ffs64(mask);
		nr = remap_run_length(mask, first);
		status = fn(rd, m, first, nr);
	}
	return status;
}

static blk_status_t copy_back(struct remap_device *rd, struct remap_move *m, unsigned int first,
			      unsigned int nr)
{
	void *buf = m->batch->copy_buf;
	blk_status_t status;

	status = dm_remap_rw(rd->spare_bdev, REQ_OP_READ, remap_spare_sector(rd, m->slot) + first,
			     buf, nr);
	if (status != BLK_STS_OK)
		return status;
	return dm_remap_rw(rd->main, REQ_OP_WRITE | REQ_SYNC,
			   remap_main_sector(rd, m->block) + first, buf, nr);
}

/* Whether main and spare have the same content. */
static blk_status_t compare(struct remap_device *rd, struct remap_move *m, unsigned int first,
			    unsigned int nr)
{
	void *a = m->batch->read_buf, *b = m->batch->copy_buf;
	blk_status_t status;

	status = dm_remap_rw(rd->main, REQ_OP_READ, remap_main_sector(rd, m->block) + first,
			     a, nr);
	if (status == BLK_STS_OK)
		status = dm_remap_rw(rd->spare_bdev, REQ_OP_READ,
				     remap_spare_sector(rd, m->slot) + first, b, nr);
	if (status == BLK_STS_OK && memcmp(a, b, nr << SECTOR_SHIFT))
		status = BLK_STS_MEDIUM;
	return status;
}

/* Unread sectors are on the main already. */
static u64 sectors_to_return(const struct remap_device *rd, const struct remap_move *m)
{
	return m->was == REMAP_MAPPED ? all_sectors(rd) & ~m->unread : 0;
}

static blk_status_t read_main(struct remap_device *rd, struct remap_move *m, unsigned int first,
			      unsigned int nr)
{
	return dm_remap_rw(rd->main, REQ_OP_READ, remap_main_sector(rd, m->block) + first,
			   m->batch->read_buf, nr);
}

static bool goes_back(const struct remap_move *m)
{
	return m->goal == REMAP_TO_MAIN && m->was == REMAP_MAPPED && m->status == BLK_STS_OK;
}

static void verify_main(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;
	int flushed = blkdev_issue_flush(rd->main);

	for (m = batch->moves; m < end; m++) {
		if (!goes_back(m))
			continue;
		m->status = flushed ? BLK_STS_IOERR :
			    do_runs(rd, m, sectors_to_return(rd, m), compare);
		if (m->status == BLK_STS_OK && m->try_twice)
			m->status = do_runs(rd, m, m->unread, read_main);
	}
}

/* Between the two attempts of a cure, read at a place half the disk away. */
#define ELSEWHERE_BYTES	SZ_1M

static void read_elsewhere(struct remap_device *rd, struct remap_batch *batch)
{
	u64 nr = remap_nr_blocks(rd), i, block = batch->moves->block;
	blk_status_t status = BLK_STS_OK;

	block += block < nr / 2 ? nr / 2 : -(nr / 2);
	for (i = 0; i < ELSEWHERE_BYTES / rd->store->block_size && status == BLK_STS_OK; i++)
		status = dm_remap_rw(rd->main, REQ_OP_READ,
				     remap_main_sector(rd, min(block + i, nr - 1)),
				     batch->read_buf, remap_block_sectors(rd));
}

/* Repeat the test for blocks that are tested twice. */
static void return_again(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;

	read_elsewhere(rd, batch);
	for (m = batch->moves; m < end; m++)
		if (goes_back(m))
			m->status = do_runs(rd, m, sectors_to_return(rd, m), copy_back);
	verify_main(rd, batch);
}

/* Copy a block that kcopyd did not copy; the goals of the blocks in a run may differ by now. */
static void copy_alone(struct remap_device *rd, struct remap_move *m)
{
	if (m->goal == REMAP_TO_MAIN)
		m->status = do_runs(rd, m, sectors_to_return(rd, m), copy_back);
	else if (m->goal == REMAP_TO_SPARE)
		remap_copy_block(rd, m);
}

void remap_copy(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;
	bool back = false;
	unsigned int i;

	copy_runs(rd, batch);
	for (m = batch->moves; m < end; m += m->run) {
		back |= m->goal == REMAP_TO_MAIN;
		for (i = 0; !m->copied && i < m->run; i++)
			copy_alone(rd, m + i);
	}
	if (!back)
		return;
	verify_main(rd, batch);
	/* This holds for all moves of a batch, or for none. */
	if (batch->moves->try_twice)
		return_again(rd, batch);
}
