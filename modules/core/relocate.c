// SPDX-License-Identifier: GPL-2.0
#include "device.h"
#include "map.h"
#include "moves.h"
#include "relocate.h"
#include "trace.h"

void remap_main_answered(struct remap_device *rd)
{
	remap_inflight_watch(&rd->inflight, false);
	WRITE_ONCE(rd->streak, 0);
}

bool remap_relocate_possible(const struct remap_device *rd)
{
	return !rd->read_only && rd->store_state != DM_REMAP_STORE_FAILED;
}

bool remap_relocate_allowed(struct remap_device *rd)
{
	u32 limit = rd->settings.storm_limit;

	if (!rd->settings.auto_remap || rd->storm || !remap_relocate_possible(rd))
		return false;
	/* Without a slot nothing moves, and it is no storm. */
	if (remap_spare_free_blocks(&rd->spare) <= (u64)rd->spare.reserve + rd->spare.held)
		return true;
	WRITE_ONCE(rd->streak, rd->streak + 1);
	remap_inflight_watch(&rd->inflight, true);
	if (limit && rd->streak >= limit) {
		WRITE_ONCE(rd->storm, true);
		DMERR("%s: %u automatic remaps in a row and no success of the main between: automatic remapping is suspended; see whether the disk is there, and write 1 to errors/resume",
		      rd->number, rd->streak);
		trace_dm_remap_storm(rd, rd->streak);
		remap_event(rd, REMAP_EVENT_STORM);
	}
	return true;
}

void remap_relocate_flush(struct remap_device *rd)
{
	struct remap_batch *batch = rd->batch;
	unsigned int i, nr = batch->nr;

	remap_moves_run(rd, batch);
	for (i = 0; i < nr; i++) {
		struct remap_move *m = &batch->moves[i];

		if (m->bio && m->status != BLK_STS_OK)
			remap_bio_io(m->bio)->status = m->status;
	}
}

u32 remap_relocate_lookup(struct remap_device *rd, u64 block, u64 *word)
{
	u32 slot = remap_table_lookup(&rd->table, block, word);

	if (slot != REMAP_NO_SLOT && remap_word_state(*word) == REMAP_MOVING) {
		remap_relocate_flush(rd);
		slot = remap_table_lookup(&rd->table, block, word);
	}
	return slot;
}
