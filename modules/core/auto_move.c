// SPDX-License-Identifier: GPL-2.0
#include "auto_move.h"
#include "device.h"
#include "read_only.h"
#include "trace.h"

void remap_reset_streak(struct remap_device *rd)
{
	/* Nearly always 0: no write to what CPUs share. */
	if (READ_ONCE(rd->consecutive_remaps))
		WRITE_ONCE(rd->consecutive_remaps, 0);
}

bool remap_move_is_possible(struct remap_device *rd)
{
	return !READ_ONCE(rd->read_only) && !remap_turned_read_only(rd) &&
	       READ_ONCE(rd->store_state) != DM_REMAP_STORE_FAILED;
}

bool remap_may_move(struct remap_device *rd)
{
	return READ_ONCE(rd->settings.auto_remap) && !READ_ONCE(rd->storm) &&
	       remap_move_is_possible(rd);
}

static void begin_storm(struct remap_device *rd)
{
	WRITE_ONCE(rd->storm, true);
	remap_log(rd, REMAP_EVENT_STORM,
		  "%u automatic remaps in a row and no success of the main (%pg) between: automatic remapping is suspended; see whether the disk is there, and then write 1 to errors/resume, as dmremap resume %s does",
		  rd->consecutive_remaps, rd->main, rd->name);
	trace_dm_remap_storm(rd, rd->consecutive_remaps);
	remap_event(rd, REMAP_EVENT_STORM, REMAP_NO_SECTOR);
}

bool remap_admit_auto_move(struct remap_device *rd)
{
	u32 limit = READ_ONCE(rd->settings.storm_limit);

	lockdep_assert_held(&rd->lock);
	if (!remap_may_move(rd))
		return false;
	WRITE_ONCE(rd->consecutive_remaps, rd->consecutive_remaps + 1);
	if (limit && rd->consecutive_remaps >= limit)
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
	u32 limit = READ_ONCE(rd->settings.storm_limit);

	lockdep_assert_held(&rd->lock);
	WRITE_ONCE(rd->consecutive_spare_errors, rd->consecutive_spare_errors + 1);
	if (!limit || rd->consecutive_spare_errors < limit)
		return false;
	remap_log(rd, REMAP_LOG_OTHER,
		  "the last %u writes of blocks to the spare (%pg) failed: see whether it is there",
		  rd->consecutive_spare_errors, rd->spare_bdev);
	return true;
}
