// SPDX-License-Identifier: GPL-2.0
#include "auto_move.h"
#include "device.h"
#include "read_only.h"
#include "trace.h"

void remap_reset_streak(struct remap_device *rd)
{
	/* Nearly always 0 already: avoid writing to a shared cache line. */
	if (remap_has_streak(&rd->auto_moves))
		WRITE_ONCE(rd->auto_moves.consecutive, 0);
}

bool remap_move_is_possible(struct remap_device *rd)
{
	return !READ_ONCE(rd->read_only) && !remap_turned_read_only(rd) &&
	       !remap_store_has_failed(rd);
}

bool remap_may_move(struct remap_device *rd)
{
	return READ_ONCE(rd->settings.auto_remap) && !remap_has_storm(&rd->auto_moves) &&
	       remap_move_is_possible(rd);
}

static void begin_storm(struct remap_device *rd)
{
	struct remap_auto_moves *moves = &rd->auto_moves;

	WRITE_ONCE(moves->storm, true);
	remap_log(rd, REMAP_EVENT_STORM,
		  "%u automatic remaps in a row and no success of the main (%pg) between: automatic remapping is suspended; see whether the disk is there, and then write 1 to errors/resume, as dmremap resume %s does",
		  moves->consecutive, rd->main, rd->name);
	trace_dm_remap_storm(rd, moves->consecutive);
	remap_event(rd, REMAP_EVENT_STORM, REMAP_NO_SECTOR);
}

bool remap_admit_auto_move(struct remap_device *rd)
{
	struct remap_auto_moves *moves = &rd->auto_moves;
	u32 limit = READ_ONCE(rd->settings.storm_limit);

	lockdep_assert_held(&rd->lock);
	if (!remap_may_move(rd))
		return false;
	WRITE_ONCE(moves->consecutive, moves->consecutive + 1);
	if (limit && moves->consecutive >= limit)
		begin_storm(rd);
	return true;
}

bool remap_admit_owned(struct remap_device *rd)
{
	bool admitted;

	mutex_lock(&rd->lock);
	admitted = remap_admit_auto_move(rd);
	mutex_unlock(&rd->lock);
	return admitted;
}

bool remap_spare_is_gone(struct remap_device *rd)
{
	struct remap_auto_moves *moves = &rd->auto_moves;
	u32 limit = READ_ONCE(rd->settings.storm_limit);

	lockdep_assert_held(&rd->lock);
	WRITE_ONCE(moves->consecutive_spare_errors, moves->consecutive_spare_errors + 1);
	if (!limit || moves->consecutive_spare_errors < limit)
		return false;
	remap_log(rd, REMAP_LOG_OTHER,
		  "the last %u writes of blocks to the spare (%pg) failed: see whether it is there",
		  moves->consecutive_spare_errors, rd->spare_bdev);
	return true;
}

void remap_spare_is_there(struct remap_device *rd)
{
	WRITE_ONCE(rd->auto_moves.consecutive_spare_errors, 0);
}

void remap_end_storm(struct remap_device *rd)
{
	struct remap_auto_moves *moves = &rd->auto_moves;

	lockdep_assert_held(&rd->lock);
	WRITE_ONCE(moves->consecutive, 0);
	if (!moves->storm)
		return;
	WRITE_ONCE(moves->storm, false);
	remap_event(rd, REMAP_EVENT_STORM_OVER, REMAP_NO_SECTOR);
	remap_log(rd, REMAP_EVENT_STORM_OVER, "automatic remapping goes on");
}
