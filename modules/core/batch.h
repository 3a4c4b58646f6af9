/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Batches of moves: owned blocks that are moved together.
 *
 * A block whose slot is in state REMAP_MOVING is owned by the task that set that state, until
 * another state is set. Only the owner reads and writes the data of the block, on both devices, and
 * decides what happens to its slot.
 */
#ifndef _REMAP_BATCH_H
#define _REMAP_BATCH_H

#include <linux/atomic.h>
#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/types.h>

#include <dm-remap/store.h>

#include "commit.h"
#include "slots.h"

struct remap_device;

/* The goal of a move. */
enum remap_goal {
	REMAP_TO_SPARE,		/* to a slot, or from one slot to another */
	REMAP_TO_MAIN,		/* back to the main */
	REMAP_TO_PENDING,	/* reserve a slot, copy nothing */
	REMAP_IN_PLACE,		/* keep the slot, but change the masks of its sectors */
};

/**
 * struct remap_move - an owned block.
 * @block: block of the main.
 * @goal: enum remap_goal.
 * @slot: its slot from now on, or, for REMAP_TO_MAIN, until now.  If the slot fails, it is replaced
 *	during the move.
 * @from: its former slot, or REMAP_NO_SLOT.
 * @was: the state of @from, or of @slot if there is none; REMAP_FREE for a block
 *	that had no slot.
 * @lost: the sectors that are lost afterwards.
 * @unread: the sectors that are only on the main afterwards.
 * @bio: a write that covers a piece of the block, or NULL.
 * @piece: the piece of @bio; its sector counts from the start of the target.
 * @batch: the batch it is in.
 * @start_ns: when it began, by ktime_get_ns().
 * @run: number of blocks, from this one on, that are copied together (copy.c).
 * @copied: whether they were.
 * @assembled: its data is in the batch's copy_buf.
 * @whole: it moves only if all of it can be read; otherwise it becomes pending.
 * @forget: sectors that cannot be read are lost.
 * @try_twice: move it back only if all of it can be written to and read from the main twice.
 * @slot_bad: @slot failed, and was not replaced.
 * @reason: why the block left the main, enum dm_remap_reason.
 * @status: why it did not move; BLK_STS_OK if it did.
 */
struct remap_move {
	u64 block;
	u8 goal;
	u32 slot;
	u32 from;
	enum remap_slot_state was;
	u64 lost;
	u64 unread;
	struct bio *bio;
	struct bvec_iter piece;
	struct remap_batch *batch;
	u64 start_ns;
	unsigned int run;
	bool copied;
	bool assembled;
	bool whole;
	bool forget;
	bool try_twice;
	bool slot_bad;
	u8 reason;
	blk_status_t status;
};

/**
 * struct remap_batch - blocks that move together and share a commit.
 * @automatic: the moves are automatic, so they must not use the reserve.
 * @patrol: the moves come from a scrub, and do not count for the rate.
 * @background: a background read has found the blocks, and reads their neighbours itself.
 * @max: room in @moves.
 * @nr: moves.
 * @copy_buf: one block, for copy.c.
 * @read_buf: one block, for the owner of the batch.
 * @runs: copies under way (copy.c).
 * @copied: completed when there are none.
 * @commit: to make the moves durable; its changes have room for two of each move.
 * @moves: the moves.
 */
struct remap_batch {
	bool automatic;
	bool patrol;
	bool background;
	unsigned int max;
	unsigned int nr;
	void *copy_buf;
	void *read_buf;
	atomic_t runs;
	struct completion copied;
	struct remap_commit commit;
	struct remap_move moves[];
};

/**
 * remap_batch_alloc() - make an empty batch.
 * @rd: the device.
 * @max: room for moves.
 * @automatic: as in struct remap_batch.
 * @gfp: for the allocations.
 *
 * Context: as @gfp says.
 * Return: the batch, or NULL.
 */
struct remap_batch *remap_batch_alloc(struct remap_device *rd, unsigned int max, bool automatic,
				      gfp_t gfp);

/**
 * remap_batch_free() - free it.
 * @batch: from remap_batch_alloc(), or NULL.
 *
 * Context: process, may sleep.
 */
void remap_batch_free(struct remap_batch *batch);

/**
 * remap_batch_change() - add a slot to what the batch's commit makes durable.
 * @rd: the device.
 * @batch: the batch.
 * @entry: the slot's new state; its sequence number is filled in.
 *
 * Context: process; the slot is owned.
 */
void remap_batch_change(struct remap_device *rd, struct remap_batch *batch,
			struct dm_remap_entry entry);

/**
 * remap_batch_own() - take ownership of a block to move it.
 * @rd: the device.
 * @batch: a batch with room.
 * @block: the block.
 * @goal: enum remap_goal.
 *
 * I/O to the block is parked from now on.  A block without a slot gets a free one, and so does a
 * mapped block with the goal of moving to the spare.
 *
 * Context: process; @rd->lock.
 * Return: the move; ERR_PTR(-EBUSY) if the block has another owner, ERR_PTR(-EIO) if
 * its place is in doubt, ERR_PTR(-ENOSPC) if there is no free slot.
 */
struct remap_move *remap_batch_own(struct remap_device *rd, struct remap_batch *batch, u64 block,
				   enum remap_goal goal);

/* Default reason why a block of the batch leaves the main. */
static inline u8 remap_batch_reason(const struct remap_batch *batch)
{
	if (!batch->automatic)
		return DM_REMAP_REASON_MANUAL;
	return batch->patrol ? DM_REMAP_REASON_SCRUB : DM_REMAP_REASON_READ;
}

/**
 * remap_slot_flags() - the flags of a slot's masks.
 * @lost: lost sectors.
 * @unread: unread sectors.
 *
 * Return: the flags, or 0.
 */
static inline u8 remap_slot_flags(u64 lost, u64 unread)
{
	return (lost ? REMAP_SLOT_LOST : 0) | (unread ? REMAP_SLOT_UNREAD : 0);
}

#endif /* _REMAP_BATCH_H */
