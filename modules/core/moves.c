// SPDX-License-Identifier: GPL-2.0
/*
 * Moving blocks.  The order of the steps is what keeps data whole; docs/design.md
 * has it, with what is true if the machine stops between any two of them.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "copy.h"
#include "device.h"
#include "moves.h"
#include "observe.h"
#include "trace.h"

struct remap_batch *remap_batch_alloc(unsigned int max, bool automatic)
{
	struct remap_batch *batch;

	batch = kvzalloc(struct_size(batch, moves, max), GFP_KERNEL);
	if (!batch)
		return NULL;
	batch->changes = kvmalloc_array(max, 3 * sizeof(*batch->changes), GFP_KERNEL);
	if (!batch->changes) {
		kvfree(batch);
		return NULL;
	}
	batch->max = max;
	batch->automatic = automatic;
	return batch;
}

void remap_batch_free(struct remap_batch *batch)
{
	if (batch)
		kvfree(batch->changes);
	kvfree(batch);
}

int remap_batch_commit(struct remap_device *rd, struct remap_batch *batch)
{
	struct dm_remap_store_stat before, after;
	unsigned int nr = batch->nr_changes;
	u64 start, ns;
	int ret;

	batch->nr_changes = 0;
	if (!nr)
		return 0;
	rd->store->type->stat(rd->store, &before);
	start = ktime_get_ns();
	ret = rd->store->type->commit(rd->store, batch->changes, nr);
	ns = ktime_get_ns() - start;
	rd->store->type->stat(rd->store, &after);
	/* A store that keeps nothing does not commit. */
	if (after.commits != before.commits) {
		remap_count(rd, DM_REMAP_STORE_COMMITS, after.commits - before.commits);
		remap_count(rd, DM_REMAP_STORE_PAGES, after.pages - before.pages);
		remap_count(rd, DM_REMAP_STORE_COMMIT_NS, ns);
		trace_dm_remap_commit(rd, nr, after.pages - before.pages, ns, ret);
	}
	remap_device_check_store(rd);
	return ret;
}

void remap_batch_change(struct remap_device *rd, struct remap_batch *batch, u32 slot,
			enum dm_remap_entry_state state, u64 block, u64 lost)
{
	u8 flags = remap_word_flags(remap_slots_word(&rd->slots, slot));
	bool has_block = state == DM_REMAP_ENTRY_MAPPED || state == DM_REMAP_ENTRY_PENDING;

	if (WARN_ON_ONCE(batch->nr_changes == 3 * batch->max))
		return;
	batch->changes[batch->nr_changes++] = (struct dm_remap_entry) {
		.slot = slot,
		.state = state,
		.main_block = block,
		.lost = lost,
		.age = has_block ? flags & REMAP_SLOT_AGE : 0,
	};
}

void remap_batch_bad(struct remap_device *rd, struct remap_batch *batch, u32 slot)
{
	/*
	 * If they cannot be made durable they fail again some other day.  Moves
	 * must not be split over two commits: for the second those in the first
	 * would still be on their way.
	 */
	if (batch->nr_changes == batch->max)
		remap_batch_commit(rd, batch);
	remap_batch_change(rd, batch, slot, DM_REMAP_ENTRY_BAD, 0, 0);
}

static void set_state(struct remap_device *rd, u32 slot, enum remap_slot_state state, u64 lost)
{
	remap_slots_change(&rd->slots, slot, state, lost ? REMAP_SLOT_LOST : 0);
}

/* I/O to the block waits from now on. */
static void set_moving(struct remap_device *rd, u32 slot, enum remap_slot_state was)
{
	remap_slots_change(&rd->slots, slot, REMAP_MOVING,
			   was == REMAP_MAPPED ? REMAP_SLOT_WAS_MAPPED : REMAP_SLOT_WAS_PENDING);
}

/* A block goes to @slot instead of @old, which the store knows if @newer. */
static void set_age(struct remap_device *rd, u32 slot, u32 old, bool newer)
{
	u64 word = remap_slots_word(&rd->slots, slot);
	u8 age = remap_word_flags(remap_slots_word(&rd->slots, old)) & REMAP_SLOT_AGE;

	remap_slots_set(&rd->slots, slot,
			remap_word(remap_word_block(word), remap_word_state(word),
				   (age + newer) % DM_REMAP_ENTRY_AGES));
}

static struct remap_move *add_move(struct remap_batch *batch, u64 block)
{
	struct remap_move *m = &batch->moves[batch->nr++];

	memset(m, 0, sizeof(*m));
	m->block = block;
	m->from = REMAP_NO_SLOT;
	m->batch = batch;
	m->start_ns = ktime_get_ns();
	return m;
}

struct remap_move *remap_move_begin(struct remap_device *rd, struct remap_batch *batch,
				    u64 block)
{
	enum remap_slot_state was = REMAP_FREE;
	struct remap_move *m;
	u32 old, slot;
	u64 word;

	old = remap_table_lookup(&rd->table, block, &word);
	if (old != REMAP_NO_SLOT)
		was = remap_word_state(word);

	if (was == REMAP_PENDING) {
		slot = old;
		set_moving(rd, slot, was);
	} else {
		slot = remap_spare_alloc(&rd->spare, &rd->table, block, batch->automatic);
		if (slot == REMAP_NO_SLOT)
			return NULL;
		remap_device_claim(rd, block, slot, REMAP_MOVING);
	}
	m = add_move(batch, block);
	m->slot = slot;
	m->was = was;
	if (was == REMAP_MAPPED) {
		m->from = old;
		set_age(rd, slot, old, true);
		/*
		 * The old one as well: which of the two a lookup finds changes when
		 * the table is resized.
		 */
		remap_slots_change(&rd->slots, old, REMAP_MOVING, REMAP_SLOT_WAS_MAPPED |
				   (remap_word_flags(word) & REMAP_SLOT_LOST));
	}
	trace_dm_remap_relocation_begin(rd, m, false);
	return m;
}

/* Whether the spare fails whatever is written to it. */
static bool spare_is_gone(struct remap_device *rd)
{
	u32 limit = rd->settings.storm_limit;

	if (!limit || ++rd->spare_streak < limit)
		return false;
	DMERR_LIMIT("%s: the last %u writes of blocks to the spare failed: see whether it is there",
		    rd->number, rd->spare_streak);
	return true;
}

blk_status_t remap_move_replace_slot(struct remap_device *rd, struct remap_move *m,
				     blk_status_t status)
{
	u32 bad = m->slot, slot = REMAP_NO_SLOT;
	u8 flags = remap_word_flags(remap_slots_word(&rd->slots, bad));

	remap_batch_bad(rd, m->batch, bad);
	if (!spare_is_gone(rd)) {
		slot = remap_spare_alloc(&rd->spare, &rd->table, m->block, m->batch->automatic);
		status = BLK_STS_NOSPC;
	}
	if (slot == REMAP_NO_SLOT) {
		m->slot_bad = true;
		return status;
	}
	DMWARN_LIMIT("%s: spare block %u failed a write, block %llu goes to %u",
		     rd->number, bad, m->block, slot);
	/* The new one first: a lookup must find the block at all times. */
	remap_device_claim(rd, m->block, slot, REMAP_MOVING);
	set_age(rd, slot, bad, flags & REMAP_SLOT_WAS_PENDING);
	remap_device_drop(rd, bad, true);
	m->slot = slot;
	return BLK_STS_OK;
}

/* What the store is to know of a move that succeeded so far. */
static void note_change(struct remap_device *rd, struct remap_batch *batch,
			struct remap_move *m)
{
	if (m->lost && remap_lost_set(&rd->lost, m->slot, m->lost)) {
		m->status = BLK_STS_RESOURCE;
		return;
	}
	remap_batch_change(rd, batch, m->slot, DM_REMAP_ENTRY_MAPPED, m->block, m->lost);
	if (m->from != REMAP_NO_SLOT)
		remap_batch_change(rd, batch, m->from, DM_REMAP_ENTRY_BAD, 0, 0);
}

/* I/O goes to the new place. */
static void finish(struct remap_device *rd, struct remap_move *m)
{
	set_state(rd, m->slot, REMAP_MAPPED, m->lost);
	switch (m->was) {
	case REMAP_FREE:
		WRITE_ONCE(rd->mapped, rd->mapped + 1);
		break;
	case REMAP_PENDING:
		WRITE_ONCE(rd->mapped, rd->mapped + 1);
		WRITE_ONCE(rd->pending, rd->pending - 1);
		break;
	default:
		remap_device_drop(rd, m->from, true);
		break;
	}
	if (m->lost)
		remap_event(rd, REMAP_EVENT_LOST_DATA);
}

/* Tell what came of a move to the spare. */
static void tell(struct remap_device *rd, const struct remap_move *m)
{
	bool automatic = m->batch->automatic;

	trace_dm_remap_relocation_end(rd, m, false);
	if (m->status != BLK_STS_OK) {
		/* One that was to move only if it could be read has not failed then. */
		if (!m->whole || m->assembled)
			remap_count(rd, DM_REMAP_REMAPS_FAILED, 1);
		return;
	}
	if (m->from != REMAP_NO_SLOT) {
		remap_count(rd, DM_REMAP_RELOCATIONS, 1);
		trace_dm_remap_removed(rd, m->block, m->from, automatic);
	} else if (automatic) {
		remap_count(rd, DM_REMAP_REMAPS_AUTO, 1);
		if (static_branch_unlikely(&remap_observed))
			remap_observe_latency(rd, DM_REMAP_REMAP_LATENCY,
					      ktime_get_ns() - m->start_ns);
	} else {
		remap_count(rd, DM_REMAP_REMAPS_MANUAL, 1);
	}
	trace_dm_remap_added(rd, m->block, m->slot, automatic);
}

/* The block is as it was before. */
static void undo(struct remap_device *rd, struct remap_move *m)
{
	remap_lost_set(&rd->lost, m->slot, 0);
	if (m->was == REMAP_PENDING && !m->slot_bad) {
		set_state(rd, m->slot, REMAP_PENDING, 0);
		return;
	}
	if (m->was == REMAP_PENDING)
		WRITE_ONCE(rd->pending, rd->pending - 1);
	if (m->was == REMAP_MAPPED)
		set_state(rd, m->from, REMAP_MAPPED, remap_lost_get(&rd->lost, m->from));
	remap_device_drop(rd, m->slot, m->slot_bad);
}

/*
 * The store may know the block in its old or its new place, and nobody can say
 * in which.  Were it used in either, what is written there from now on would be
 * lost if it turned out to be the other.
 */
static void doubt(struct remap_device *rd, struct remap_move *m)
{
	/* Only a move that is known to be durable has lost anything. */
	remap_lost_set(&rd->lost, m->slot, 0);
	set_state(rd, m->slot, REMAP_DOUBT, 0);
	if (m->from != REMAP_NO_SLOT)
		set_state(rd, m->from, REMAP_DOUBT, 0);
	m->status = BLK_STS_IOERR;
}

unsigned int remap_moves_run(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;
	u32 free = remap_spare_free_blocks(&rd->spare) + batch->nr;
	unsigned int moved = 0;
	int failed;

	if (!batch->nr)
		return 0;
	remap_inflight_drain(&rd->inflight);
	remap_copy_to_spare(rd, batch);
	for (m = batch->moves; m < end; m++)
		if (m->status == BLK_STS_OK)
			note_change(rd, batch, m);
	failed = remap_batch_commit(rd, batch);
	for (m = batch->moves; m < end; m++) {
		if (m->status != BLK_STS_OK) {
			undo(rd, m);
		} else if (failed) {
			doubt(rd, m);
		} else {
			finish(rd, m);
			moved++;
		}
		tell(rd, m);
	}
	batch->nr = 0;
	if (moved)
		remap_event(rd, REMAP_EVENT_REMAPPED);
	remap_device_check_space(rd, free);
	return moved;
}

void remap_move_back(struct remap_device *rd, struct remap_batch *batch, u32 slot)
{
	u64 word = remap_slots_word(&rd->slots, slot);
	struct remap_move *m = add_move(batch, remap_word_block(word));

	m->slot = slot;
	m->was = remap_word_state(word);
	set_moving(rd, slot, m->was);
	trace_dm_remap_relocation_begin(rd, m, true);
}

/* The block is on the main again. */
static void went_back(struct remap_device *rd, const struct remap_move *m)
{
	if (m->was == REMAP_MAPPED) {
		WRITE_ONCE(rd->mapped, rd->mapped - 1);
		remap_count(rd, DM_REMAP_REMAPS_REMOVED, 1);
		trace_dm_remap_removed(rd, m->block, m->slot, false);
	} else {
		WRITE_ONCE(rd->pending, rd->pending - 1);
	}
	remap_device_drop(rd, m->slot, false);
}

unsigned int remap_moves_back_run(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m, *end = batch->moves + batch->nr;
	unsigned int moved = 0;
	int failed;

	if (!batch->nr)
		return 0;
	remap_inflight_drain(&rd->inflight);
	remap_copy_to_main(rd, batch);
	for (m = batch->moves; m < end; m++)
		if (m->status == BLK_STS_OK)
			remap_batch_change(rd, batch, m->slot, DM_REMAP_ENTRY_FREE, 0, 0);
	failed = remap_batch_commit(rd, batch);
	for (m = batch->moves; m < end; m++) {
		if (m->status != BLK_STS_OK) {
			set_state(rd, m->slot, m->was, 0);
		} else if (failed) {
			doubt(rd, m);
		} else {
			went_back(rd, m);
			moved++;
		}
		trace_dm_remap_relocation_end(rd, m, true);
	}
	batch->nr = 0;
	return moved;
}
