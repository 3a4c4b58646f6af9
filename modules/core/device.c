// SPDX-License-Identifier: GPL-2.0
/*
 * Functions of a device that all parts of the core use, and the work item that repairs the store.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "device.h"
#include "read_only.h"
#include "resize.h"
#include "store.h"

/* A failed copy is retried after the first interval, which then doubles each time. */
#define FIRST_RETRY	(5 * HZ)
#define LAST_RETRY	(3600 * HZ)

enum remap_state remap_device_look(struct remap_device *rd, struct dm_remap_store_stat *stat)
{
	rd->store->type->stat(rd->store, stat);
	if (stat->state == DM_REMAP_STORE_FAILED)
		return REMAP_STATE_FAILED;
	if (READ_ONCE(rd->read_only) || remap_turned_read_only(rd))
		return REMAP_STATE_READ_ONLY;
	if (remap_has_storm(&rd->auto_moves))
		return REMAP_STATE_SUSPENDED_REMAPS;
	if (remap_spare_free_blocks(&rd->spare) <= READ_ONCE(rd->settings.reserve))
		return REMAP_STATE_EXHAUSTED;
	if (stat->state == DM_REMAP_STORE_DEGRADED || READ_ONCE(rd->pending) ||
	    remap_masks_sectors(&rd->lost) || remap_masks_sectors(&rd->unread))
		return REMAP_STATE_DEGRADED;
	return REMAP_STATE_OK;
}

const char *remap_state_name(enum remap_state state)
{
	static const char * const names[] = {
		[REMAP_STATE_OK]		= "ok",
		[REMAP_STATE_DEGRADED]		= "degraded",
		[REMAP_STATE_EXHAUSTED]		= "exhausted",
		[REMAP_STATE_SUSPENDED_REMAPS]	= "suspended-remaps",
		[REMAP_STATE_READ_ONLY]		= "read-only",
		[REMAP_STATE_FAILED]		= "failed",
	};

	return names[state];
}

void remap_device_claim(struct remap_device *rd, u64 block, u32 slot,
			enum remap_slot_state state)
{
	lockdep_assert_held(&rd->lock);
	remap_regions_add(remap_regions_in_use(rd), block << rd->block_shift, 1);
	remap_table_insert(&rd->table, slot, remap_word(block, state, 0));
	remap_device_balance(rd);
}

void remap_device_drop(struct remap_device *rd, u32 slot, bool bad)
{
	u64 block = remap_word_block(remap_slots_word(&rd->slots, slot));

	lockdep_assert_held(&rd->lock);
	remap_masks_set(&rd->lost, slot, 0);
	remap_masks_set(&rd->unread, slot, 0);
	remap_failures_forget(&rd->failures, slot);
	remap_table_remove(&rd->table, slot, bad ? REMAP_BAD : REMAP_FREE);
	remap_regions_add(remap_regions_in_use(rd), block << rd->block_shift, -1);
	if (bad)
		remap_spare_count_bad(&rd->spare);
	else
		remap_spare_release(&rd->spare, slot);
	remap_device_balance(rd);
}

static void report_store(struct remap_device *rd, enum dm_remap_store_state state)
{
	switch (state) {
	case DM_REMAP_STORE_FAILED:
		remap_event(rd, REMAP_EVENT_STORE_FAILED, REMAP_NO_SECTOR);
		remap_log(rd, REMAP_EVENT_STORE_FAILED,
			  "the remap table cannot be written to the spare (%pg): nothing is remapped any more; see whether the spare is there, and copy the data of the set to another disk",
			  rd->spare_bdev);
		break;
	case DM_REMAP_STORE_DEGRADED:
		remap_event(rd, REMAP_EVENT_STORE_DEGRADED, REMAP_NO_SECTOR);
		remap_log(rd, REMAP_EVENT_STORE_DEGRADED,
			  "a copy of the remap table on the spare (%pg) is bad, and is written anew; if that goes on, replace the spare",
			  rd->spare_bdev);
		break;
	case DM_REMAP_STORE_CLEAN:
		if (rd->health.state != DM_REMAP_STORE_DEGRADED)
			break;
		remap_event(rd, REMAP_EVENT_STORE_MENDED, REMAP_NO_SECTOR);
		remap_log(rd, REMAP_EVENT_STORE_MENDED,
			  "all copies of the remap table are whole again");
		break;
	case DM_REMAP_STORE_TRANSIENT:
		break;
	}
}

void remap_device_check_store(struct remap_device *rd)
{
	struct dm_remap_store_stat stat;

	lockdep_assert_held(&rd->commit_lock);
	lockdep_assert_held(&rd->lock);
	rd->store->type->stat(rd->store, &stat);
	if (stat.state != rd->health.state)
		report_store(rd, stat.state);
	if (stat.state == DM_REMAP_STORE_DEGRADED && stat.faults != rd->health.faults) {
		WRITE_ONCE(rd->health.repair_delay, 0);
		/* Frozen while a hibernation image is written: see background.c. */
		mod_delayed_work(system_freezable_wq, &rd->health.repair, 0);
	}
	WRITE_ONCE(rd->health.state, stat.state);
	rd->health.faults = stat.faults;
}

void remap_device_recheck_store(struct remap_device *rd)
{
	lockdep_assert_held(&rd->lock);
	rd->health.faults = 0;
}

void remap_device_init_repair(struct remap_device *rd, work_func_t repair)
{
	INIT_DELAYED_WORK(&rd->health.repair, repair);
}

/*
 * A failed copy may have recovered long before the next commit would notice, and until then the
 * other copy is the only one, so retry. A resume, or the next fault, retries at once.
 */
void remap_device_repair_later(struct remap_device *rd)
{
	struct remap_store_health *health = &rd->health;
	unsigned int delay;

	if (READ_ONCE(health->state) != DM_REMAP_STORE_DEGRADED ||
	    READ_ONCE(rd->suspended) || READ_ONCE(rd->read_only)) {
		WRITE_ONCE(health->repair_delay, 0);
		return;
	}
	delay = clamp_t(unsigned int, 2 * READ_ONCE(health->repair_delay), FIRST_RETRY,
			LAST_RETRY);
	WRITE_ONCE(health->repair_delay, delay);
	/* Does nothing if the work has been queued in between. */
	queue_delayed_work(system_freezable_wq, &health->repair, delay);
}

void remap_device_stop_repair(struct remap_device *rd)
{
	cancel_delayed_work_sync(&rd->health.repair);
}

void remap_device_check_space(struct remap_device *rd, u32 before, u32 was_low, u32 was_reserve)
{
	u32 after = remap_spare_free_blocks(&rd->spare);
	u32 low = rd->settings.low_water, reserve = rd->settings.reserve;

	lockdep_assert_held(&rd->lock);
	if (before > was_low && after <= low) {
		remap_event(rd, REMAP_EVENT_LOW_SPARE, REMAP_NO_SECTOR);
		remap_log(rd, REMAP_EVENT_LOW_SPARE,
			  "%u of %u blocks of the spare are free: prepare to replace the main, or to use a larger spare",
			  after, remap_slots_nr(&rd->slots));
	}
	if (before > was_reserve && after <= reserve) {
		remap_event(rd, REMAP_EVENT_EXHAUSTED, REMAP_NO_SECTOR);
		remap_log(rd, REMAP_EVENT_EXHAUSTED,
			  "no block of the spare is free, but for a reserve of %u: writes to bad sectors will fail; copy the data of the set to another disk",
			  reserve);
	}
}

int remap_device_begin_change(struct remap_device *rd)
{
	if (mutex_lock_killable(&rd->admin))
		return -EINTR;
	if (!rd->suspended)
		return 0;
	mutex_unlock(&rd->admin);
	return -EBUSY;
}

void remap_device_end_change(struct remap_device *rd)
{
	mutex_unlock(&rd->admin);
}
