/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving blocks: from the main to the spare, from one block of the spare to
 * another one, and back to the main.
 */
#ifndef _REMAP_MOVES_H
#define _REMAP_MOVES_H

#include <linux/atomic.h>
#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/types.h>

#include <dm-remap/store.h>

struct remap_device;

/**
 * struct remap_move - a block that changes its place.
 * @block: block of the main.
 * @slot: the block of the spare that it goes to, or, in remap_moves_back(), that
 *	it comes from.  A block of the spare that fails is replaced on the way.
 * @from: where its data is now: a slot, or REMAP_NO_SLOT for the main.
 * @was: what @from, or @slot if that was REMAP_PENDING, was before; REMAP_FREE
 *	for a block that had no slot.
 * @lost: the sectors that are lost once it has moved.
 * @bio: a write that covers a piece of the block, or NULL.  What it writes is
 *	not read from where the data is now.
 * @piece: the piece of @bio; its sector counts from the start of the target.
 * @batch: the batch it is in.
 * @start_ns: when it began, by ktime_get_ns().
 * @run: blocks from this one on that are copied in one go (copy.c).
 * @copied: whether they were.
 * @whole: it comes from the main, and is to move only if all of it can be read.
 * @assembled: of such a one, that it could be read; if it is the last move of its
 *	batch it is in the device's copy_buf.
 * @slot_bad: @slot failed, and was not replaced.
 * @status: why it did not move; BLK_STS_OK if it did.
 */
struct remap_move {
	u64 block;
	u32 slot;
	u32 from;
	enum remap_slot_state was;
	u64 lost;
	struct bio *bio;
	struct bvec_iter piece;
	struct remap_batch *batch;
	u64 start_ns;
	unsigned int run;
	bool copied;
	bool whole;
	bool assembled;
	bool slot_bad;
	blk_status_t status;
};

/**
 * struct remap_batch - blocks that move together and share a commit.
 * @automatic: whether they move by themselves; those leave the reserve alone.
 * @max: room in @moves.
 * @nr: moves.
 * @nr_changes: entries of @changes in use.
 * @runs: copies under way (copy.c).
 * @copied: completed when there are none.
 * @changes: what is to be committed, three times @max entries: of each move its
 *	new slot and its old one, and slots that failed.
 * @moves: the moves.
 */
struct remap_batch {
	bool automatic;
	unsigned int max;
	unsigned int nr;
	unsigned int nr_changes;
	atomic_t runs;
	struct completion copied;
	struct dm_remap_entry *changes;
	struct remap_move moves[];
};

/**
 * remap_batch_alloc() - make an empty batch.
 * @max: room for moves.
 * @automatic: as in struct remap_batch.
 *
 * Context: process, may sleep.
 * Return: the batch, or NULL.
 */
struct remap_batch *remap_batch_alloc(unsigned int max, bool automatic);

/**
 * remap_batch_free() - free it.
 * @batch: from remap_batch_alloc(), or NULL.
 *
 * Context: process, may sleep.
 */
void remap_batch_free(struct remap_batch *batch);

/**
 * remap_move_begin() - add a block to a batch, to be moved to the spare.
 * @rd: the device.
 * @batch: a batch with room.
 * @block: a block that is in no move of the batch.
 *
 * Takes a block of the spare and makes I/O to the block wait.  A block that is
 * pending goes to the block reserved for it; one that is mapped goes to another
 * one.
 *
 * Context: process, may sleep; @rd->lock.
 * Return: the move, for the caller to fill in bio or data; NULL if the spare is
 * exhausted.
 */
struct remap_move *remap_move_begin(struct remap_device *rd, struct remap_batch *batch,
				    u64 block);

/**
 * remap_moves_run() - move the blocks of a batch to the spare.
 * @rd: the device.
 * @batch: its moves; it is empty for new ones afterwards, but the moves
 *	and their results can be looked at until the next one begins.
 *
 * In this order: I/O that is on the way to the blocks ends; the data is on the
 * spare; the store has it; I/O goes to the new place.  A block that fails is as
 * it was before, and its move says why.
 *
 * Context: process, may sleep; @rd->lock.
 * Return: how many blocks were moved.
 */
unsigned int remap_moves_run(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_move_back() - add a block to a batch, to be moved back to the main.
 * @rd: the device.
 * @batch: a batch with room.
 * @slot: the slot of a block that is mapped and has lost no sectors, or pending.
 *
 * Context: process; @rd->lock.
 */
void remap_move_back(struct remap_device *rd, struct remap_batch *batch, u32 slot);

/**
 * remap_moves_back_run() - move the blocks of a batch back to the main.
 * @rd: the device.
 * @batch: as for remap_moves_run().
 *
 * A block stays where it is unless the main takes its data and reads back the
 * same.  One that is pending has no data on the spare and only loses its slot.
 *
 * Context: process, may sleep; @rd->lock.
 * Return: how many blocks were moved.
 */
unsigned int remap_moves_back_run(struct remap_device *rd, struct remap_batch *batch);

/**
 * remap_batch_change() - add a slot to what the next commit makes durable.
 * @rd: the device.
 * @batch: the batch.
 * @slot: the slot.
 * @state: its state.
 * @block: its block of the main, or 0.
 * @lost: its lost sectors, or 0.
 *
 * Context: process, may sleep; @rd->lock.
 */
void remap_batch_change(struct remap_device *rd, struct remap_batch *batch, u32 slot,
			enum dm_remap_entry_state state, u64 block, u64 lost);

/**
 * remap_batch_bad() - add a slot that failed to what the next commit makes durable.
 * @rd: the device.
 * @batch: the batch; so far only such slots have been added.
 * @slot: the slot.
 *
 * Commits what there is if there is no room.
 *
 * Context: process, may sleep; @rd->lock.
 */
void remap_batch_bad(struct remap_device *rd, struct remap_batch *batch, u32 slot);

/**
 * remap_move_replace_slot() - the slot that a move goes to has failed.
 * @rd: the device.
 * @m: the move.
 * @status: how it failed.
 *
 * Marks it bad and takes another one, but for a spare that fails all the time.
 *
 * Context: process, may sleep; @rd->lock.
 * Return: BLK_STS_OK; or BLK_STS_NOSPC if there is no other one, @status if none
 * is taken.
 */
blk_status_t remap_move_replace_slot(struct remap_device *rd, struct remap_move *m,
				     blk_status_t status);

/**
 * remap_batch_commit() - make them durable.
 * @rd: the device.
 * @batch: the batch.
 *
 * Context: process, may sleep; @rd->lock.
 * Return: 0, or -EIO.
 */
int remap_batch_commit(struct remap_device *rd, struct remap_batch *batch);

#endif /* _REMAP_MOVES_H */
