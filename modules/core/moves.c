// SPDX-License-Identifier: GPL-2.0
/*
 * Moves blocks. The order of the steps protects the data; docs/design.md describes it, and the
 * state after a crash between any two steps.
 */
#include "bio.h"
#include "copy.h"
#include "device.h"
#include "jobs.h"
#include "moves.h"
#include "observe.h"
#include "own.h"
#include "read_only.h"
#include "trace.h"

static void set_state(struct remap_device *rd, u32 slot, enum remap_slot_state state)
{
	remap_slots_change(&rd->slots, slot, state,
			   remap_slot_flags(remap_masks_get(&rd->lost, slot),
					    remap_masks_get(&rd->unread, slot)));
}

static void set_reason(struct remap_device *rd, const struct remap_move *m)
{
	u64 word = remap_slots_word(&rd->slots, m->slot);

	remap_slots_set(&rd->slots, m->slot, remap_word_with_reason(word, m->reason));
}

static void set_mapped(struct remap_device *rd, const struct remap_move *m)
{
	remap_masks_set(&rd->lost, m->slot, m->lost);
	/*
	 * Sectors that are forgotten are lost before they are no longer unread: pairs with
	 * remap_sectors_missing().
	 */
	smp_wmb();
	remap_masks_set(&rd->unread, m->slot, m->unread);
	/* Who reads the word has at least these masks: pairs with remap_sectors_missing(). */
	smp_wmb();
	set_reason(rd, m);
	set_state(rd, m->slot, REMAP_MAPPED);
}

/* The entries to commit for a move that has succeeded so far. */
static void stage_commit(struct remap_device *rd, struct remap_move *m)
{
	struct dm_remap_entry entry = {
		.slot = m->slot, .main_block = m->block, .reason = m->reason,
	};

	switch (m->goal) {
	case REMAP_TO_MAIN:
		entry = (struct dm_remap_entry) { .slot = m->slot };
		break;
	case REMAP_TO_PENDING:
		entry.state = DM_REMAP_ENTRY_PENDING;
		break;
	default:
		/*
		 * Reserve memory first, so that what becomes durable can also be stored in memory.
		 */
		if ((m->lost && remap_masks_reserve(&rd->lost, m->slot)) ||
		    (m->unread && remap_masks_reserve(&rd->unread, m->slot))) {
			m->status = BLK_STS_RESOURCE;
			return;
		}
		entry.state = DM_REMAP_ENTRY_MAPPED;
		entry.lost = m->lost;
		entry.unread = m->unread;
		break;
	}
	remap_batch_change(rd, m->batch, entry);
	if (m->from != REMAP_NO_SLOT)
		remap_batch_change(rd, m->batch, (struct dm_remap_entry) {
			.slot = m->from, .state = DM_REMAP_ENTRY_BAD });
}

static void count_state(struct remap_device *rd, enum remap_slot_state state, int n)
{
	if (state == REMAP_MAPPED)
		WRITE_ONCE(rd->mapped, rd->mapped + n);
	else if (state == REMAP_PENDING)
		WRITE_ONCE(rd->pending, rd->pending + n);
}

static void report_lost(struct remap_device *rd, const struct remap_move *m,
			unsigned int sectors)
{
	enum remap_event event = m->forget ? REMAP_EVENT_FORGOTTEN : REMAP_EVENT_LOST_DATA;

	if (m->forget)
		remap_count(rd, DM_REMAP_SECTORS_FORGOTTEN, sectors);
	remap_event(rd, event, m->block << rd->block_shift);
	remap_log(rd, event,
		  "sectors of the block at sector %llu of the main are lost (%u): restore the file that they are in from a backup",
		  (unsigned long long)remap_main_sector(rd, m->block), sectors);
}

/* Complete the move: I/O goes to the new place. */
static void complete_move(struct remap_device *rd, struct remap_move *m)
{
	u64 was_lost = m->was == REMAP_MAPPED ?
		       remap_masks_get(&rd->lost, m->from == REMAP_NO_SLOT ? m->slot : m->from) : 0;

	count_state(rd, m->was, -1);
	switch (m->goal) {
	case REMAP_TO_MAIN:
		remap_device_drop(rd, m->slot, false);
		return;
	case REMAP_TO_PENDING:
		count_state(rd, REMAP_PENDING, 1);
		set_reason(rd, m);
		set_state(rd, m->slot, REMAP_PENDING);
		return;
	default:
		count_state(rd, REMAP_MAPPED, 1);
		set_mapped(rd, m);
		if (m->from != REMAP_NO_SLOT) {
			remap_failures_move(&rd->failures, m->from, m->slot);
			remap_device_drop(rd, m->from, true);
		}
		if (!m->unread)
			remap_failures_forget(&rd->failures, m->slot);
		break;
	}
	if (m->lost & ~was_lost)
		report_lost(rd, m, hweight64(m->lost & ~was_lost));
}

/* Undo the move: the block is as before. */
static void undo_move(struct remap_device *rd, struct remap_move *m)
{
	if (m->from != REMAP_NO_SLOT || m->was == REMAP_FREE) {
		if (m->from != REMAP_NO_SLOT)
			set_state(rd, m->from, REMAP_MAPPED);
		remap_device_drop(rd, m->slot, m->slot_bad);
		return;
	}
	if (m->slot_bad) {
		count_state(rd, m->was, -1);
		remap_device_drop(rd, m->slot, true);
		return;
	}
	set_state(rd, m->slot, m->was);
}

/*
 * The store may have recorded the block in its old or its new place; which one is uncertain. If
 * either were used, writes from now on would be lost if it turned out to be the other. A block
 * whose data was not written to the spare is on the main in any case.
 */
static void doubt_move(struct remap_device *rd, struct remap_move *m)
{
	m->status = BLK_STS_IOERR;
	if (m->goal == REMAP_TO_PENDING ||
	    (m->goal == REMAP_TO_MAIN && m->was == REMAP_PENDING)) {
		undo_move(rd, m);
		return;
	}
	set_reason(rd, m);
	remap_slots_change(&rd->slots, m->slot, REMAP_INDETERMINATE, 0);
	if (m->from != REMAP_NO_SLOT)
		remap_slots_change(&rd->slots, m->from, REMAP_INDETERMINATE, 0);
}

/* Why a block was moved automatically. */
static const char *why_moved(const struct remap_move *m)
{
	if (m->was == REMAP_PENDING)
		return m->bio ? "it was written after it could not be read" :
				"it could be read at last";
	switch (m->reason) {
	case DM_REMAP_REASON_SLOW:
		return "the main took too long to read it";
	case DM_REMAP_REASON_LOST:
		return "the main did not keep a write";
	case DM_REMAP_REASON_WRITE:
		return "the main failed a write";
	default:
		return "the main failed reads before it gave the data";
	}
}

/* Report the result of a move to the spare. */
static void report_to_spare(struct remap_device *rd, const struct remap_move *m)
{
	bool automatic = m->batch->automatic;

	if (m->status != BLK_STS_OK) {
		/* A read that failed to rescue a block does not count as a failed move. */
		if (m->bio || m->assembled || !automatic)
			remap_count(rd, DM_REMAP_REMAPS_FAILED, 1);
		return;
	}
	remap_event(rd, automatic ? REMAP_EVENT_REMAPPED : REMAP_EVENT_ADDED,
		    m->block << rd->block_shift);
	if (m->from != REMAP_NO_SLOT) {
		remap_count(rd, DM_REMAP_RELOCATIONS, 1);
		trace_dm_remap_removed(rd, m->block, m->from, automatic);
	} else if (automatic) {
		remap_count(rd, DM_REMAP_REMAPS_AUTO, 1);
		/* A pending block has already been counted, or was marked by hand. */
		if (m->was == REMAP_FREE && !m->batch->patrol)
			remap_rate_count(rd);
		remap_log(rd, REMAP_EVENT_REMAPPED,
			  "the block at sector %llu of the main has moved to sector %llu of the spare: %s",
			  (unsigned long long)remap_main_sector(rd, m->block),
			  (unsigned long long)remap_spare_sector(rd, m->slot), why_moved(m));
		if (static_branch_unlikely(&remap_observed))
			remap_observe_latency(rd, DM_REMAP_REMAP_LATENCY,
					      ktime_get_ns() - m->start_ns);
	} else {
		remap_count(rd, DM_REMAP_REMAPS_MANUAL, 1);
	}
	trace_dm_remap_added(rd, m->block, m->slot, automatic);
}

/* The neighbours of a failed block are likely to fail, too. */
static void suspect_neighbours(struct remap_device *rd, const struct remap_move *m)
{
	if (m->was == REMAP_FREE && m->batch->automatic && !m->batch->background &&
	    remap_suspects_note(&rd->suspects, m->block, READ_ONCE(rd->settings.neighbours)))
		remap_background_wake(rd);
}

/* A block has become pending, because it cannot be read: what an addition finds is told as well. */
static void report_unreadable(struct remap_device *rd, const struct remap_move *m)
{
	remap_event(rd, REMAP_EVENT_PENDING, m->block << rd->block_shift);
	remap_log(rd, REMAP_EVENT_PENDING,
		  "the block at sector %llu of the main cannot be read: its next write goes to the spare; restore the file that it is in from a backup",
		  (unsigned long long)remap_main_sector(rd, m->block));
}

static void report_marked(struct remap_device *rd, const struct remap_move *m)
{
	remap_event(rd, REMAP_EVENT_MARKED, m->block << rd->block_shift);
	remap_log(rd, REMAP_EVENT_MARKED,
		  "the block at sector %llu of the main is marked as bad: its next write goes to the spare",
		  (unsigned long long)remap_main_sector(rd, m->block));
}

static void report_pending(struct remap_device *rd, const struct remap_move *m)
{
	bool automatic = m->batch->automatic;

	if (m->status != BLK_STS_OK || m->was == REMAP_PENDING)
		return;
	suspect_neighbours(rd, m);
	if (automatic && !m->batch->patrol)
		remap_rate_count(rd);
	if (!automatic)
		remap_count(rd, DM_REMAP_REMAPS_MARKED, 1);
	if (automatic || m->whole)
		report_unreadable(rd, m);
	else
		report_marked(rd, m);
}

static void report_move(struct remap_device *rd, const struct remap_move *m)
{
	trace_dm_remap_relocation_end(rd, m, m->goal == REMAP_TO_MAIN);
	switch (m->goal) {
	case REMAP_TO_SPARE:
		report_to_spare(rd, m);
		if (m->status == BLK_STS_OK)
			suspect_neighbours(rd, m);
		break;
	case REMAP_TO_MAIN:
		if (m->status != BLK_STS_OK || m->was != REMAP_MAPPED)
			break;
		remap_count(rd, DM_REMAP_REMAPS_REMOVED, 1);
		trace_dm_remap_removed(rd, m->block, m->slot, false);
		break;
	case REMAP_TO_PENDING:
		report_pending(rd, m);
		break;
	case REMAP_IN_PLACE:
		break;
	}
}

static void apply_moves(struct remap_device *rd, struct remap_commit *c)
{
	struct remap_batch *batch = container_of(c, struct remap_batch, commit);
	u32 free = remap_spare_free_blocks(&rd->spare);
	struct remap_move *m;

	lockdep_assert_held(&rd->commit_lock);
	lockdep_assert_held(&rd->lock);
	for (m = batch->moves; m < batch->moves + batch->nr; m++) {
		/* The slot was allocated when the move began. */
		free += m->was == REMAP_FREE || m->from != REMAP_NO_SLOT;
		/* Nothing has been written, so the block is where it was, without a doubt. */
		if (m->status == BLK_STS_OK && c->refused)
			m->status = BLK_STS_IOERR;
		if (m->status != BLK_STS_OK)
			undo_move(rd, m);
		else if (c->error)
			doubt_move(rd, m);
		else
			complete_move(rd, m);
		report_move(rd, m);
		remap_disown(rd, m->block);
	}
	remap_device_check_space(rd, free, rd->settings.low_water, rd->settings.reserve);
}

void remap_moves_drain(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m;

	remap_inflight_sync();
	for (m = batch->moves; m < batch->moves + batch->nr; m++)
		remap_inflight_wait(&rd->inflight, m->block);
}

void remap_moves_finish(struct remap_device *rd, struct remap_batch *batch)
{
	struct remap_move *m;

	if (!batch->nr)
		return;
	batch->commit.nr = 0;
	batch->commit.done = false;
	batch->commit.apply = apply_moves;
	for (m = batch->moves; m < batch->moves + batch->nr; m++) {
		/*
		 * An attempt to write to a store that cannot be written would fail it permanently.
		 */
		if (m->status == BLK_STS_OK && remap_turned_read_only(rd))
			m->status = BLK_STS_IOERR;
		if (m->status == BLK_STS_OK)
			stage_commit(rd, m);
		else if (m->slot_bad && !remap_turned_read_only(rd))
			/* The block stays where it was, but the change must become durable. */
			remap_batch_change(rd, batch, (struct dm_remap_entry) {
				.slot = m->slot, .state = DM_REMAP_ENTRY_BAD });
	}
	remap_commit(rd, &batch->commit);
	batch->nr = 0;
}

void remap_moves_run(struct remap_device *rd, struct remap_batch *batch)
{
	if (!batch->nr)
		return;
	remap_moves_drain(rd, batch);
	remap_copy(rd, batch);
	remap_moves_finish(rd, batch);
}

void remap_flush_batch(struct remap_job *job)
{
	struct remap_batch *batch = job->batch;
	unsigned int i, nr = batch->nr;

	remap_moves_run(job->rd, batch);
	for (i = 0; i < nr; i++)
		if (batch->moves[i].status != BLK_STS_OK)
			remap_bio_io(job->bio)->status = batch->moves[i].status;
}
