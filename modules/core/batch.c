// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "batch.h"
#include "device.h"
#include "trace.h"

struct remap_batch *remap_batch_alloc(struct remap_device *rd, unsigned int max, bool automatic,
				      gfp_t gfp)
{
	struct remap_batch *batch = kvzalloc(struct_size(batch, moves, max), gfp);

	if (!batch)
		return NULL;
	batch->max = max;
	batch->automatic = automatic;
	batch->commit.changes = kvmalloc_array(max, 2 * sizeof(*batch->commit.changes), gfp);
	/* kmalloc() returns aligned memory for powers of two from 512 on. */
	batch->copy_buf = kmalloc(rd->store->block_size, gfp);
	batch->read_buf = kmalloc(rd->store->block_size, gfp);
	if (!batch->commit.changes || !batch->copy_buf || !batch->read_buf) {
		remap_batch_free(batch);
		return NULL;
	}
	return batch;
}

void remap_batch_free(struct remap_batch *batch)
{
	if (!batch)
		return;
	kfree(batch->read_buf);
	kfree(batch->copy_buf);
	kvfree(batch->commit.changes);
	kvfree(batch);
}

void remap_batch_change(struct remap_device *rd, struct remap_batch *batch,
			struct dm_remap_entry entry)
{
	bool has_block = entry.state == DM_REMAP_ENTRY_MAPPED ||
			 entry.state == DM_REMAP_ENTRY_PENDING;

	if (WARN_ON_ONCE(batch->commit.nr == 2 * batch->max))
		return;
	if (has_block)
		entry.seq = remap_word_flags(remap_slots_word(&rd->slots, entry.slot)) &
			    REMAP_SLOT_SEQ;
	batch->commit.changes[batch->commit.nr++] = entry;
}

static struct remap_move *add_move(struct remap_batch *batch, u64 block, enum remap_goal goal)
{
	struct remap_move *m = &batch->moves[batch->nr++];

	memset(m, 0, sizeof(*m));
	m->block = block;
	m->goal = goal;
	m->from = REMAP_NO_SLOT;
	m->batch = batch;
	m->start_ns = ktime_get_ns();
	return m;
}

/* The owner has a slot, whose committed entry does not change. */
static void set_moving(struct remap_device *rd, u32 slot, u64 word)
{
	u8 was = remap_word_state(word) == REMAP_MAPPED ? REMAP_SLOT_WAS_MAPPED :
							  REMAP_SLOT_WAS_PENDING;
	u8 masks = remap_word_flags(word) & (REMAP_SLOT_LOST | REMAP_SLOT_UNREAD);

	remap_slots_change(&rd->slots, slot, REMAP_MOVING, was | masks);
}

/* Allocate a new slot for a block that has slot @old or REMAP_NO_SLOT. */
static u32 claim_slot(struct remap_device *rd, bool automatic, u64 block, u32 old)
{
	u32 slot = remap_spare_alloc(&rd->spare, &rd->table, block, automatic);
	u8 seq = 0;

	if (slot == REMAP_NO_SLOT)
		return slot;
	if (old != REMAP_NO_SLOT)
		seq = (remap_word_flags(remap_slots_word(&rd->slots, old)) + 1) & REMAP_SLOT_SEQ;
	remap_device_claim(rd, block, slot, REMAP_MOVING);
	remap_slots_set(&rd->slots, slot, remap_word(block, REMAP_MOVING, seq));
	return slot;
}

struct remap_move *remap_batch_own(struct remap_device *rd, struct remap_batch *batch, u64 block,
				   enum remap_goal goal)
{
	u64 word = 0;
	u32 old = remap_table_lookup(&rd->table, block, &word), slot = old;
	enum remap_slot_state was = old == REMAP_NO_SLOT ? REMAP_FREE : remap_word_state(word);
	bool new = was == REMAP_FREE || (was == REMAP_MAPPED && goal == REMAP_TO_SPARE);
	struct remap_move *m;

	lockdep_assert_held(&rd->lock);
	if (was == REMAP_MOVING)
		return ERR_PTR(-EBUSY);
	if (was == REMAP_INDETERMINATE)
		return ERR_PTR(-EIO);
	if (new) {
		slot = claim_slot(rd, batch->automatic, block, old);
		if (slot == REMAP_NO_SLOT)
			return ERR_PTR(-ENOSPC);
	}
	/*
	 * Also mark the old slot: a resize of the table may change which of the two a lookup finds.
	 */
	if (old != REMAP_NO_SLOT)
		set_moving(rd, old, word);
	m = add_move(batch, block, goal);
	m->was = was;
	m->slot = slot;
	if (new)
		m->from = old;
	m->reason = was == REMAP_FREE ? remap_batch_reason(batch) : remap_word_reason(word);
	if (was == REMAP_MAPPED) {
		m->lost = remap_masks_get(&rd->lost, old);
		m->unread = remap_masks_get(&rd->unread, old);
	}
	trace_dm_remap_relocation_begin(rd, m, goal == REMAP_TO_MAIN);
	return m;
}
