/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A dm-remap device: everything that outlives a table reload.
 *
 * Locks, in the order in which they are taken:
 *
 *   observe_lock (observe.c)       the observer, and its flags
 *   remap_dirs.sem                 the device in force of a mapped device; held by
 *                                  attributes
 *   remap_device.admin             one manual change at a time; held by suspend
 *                                  to wait for it
 *   remap_device.commit_lock       the store's operations; held across its I/O,
 *                                  never across I/O of data
 *   remap_device.lock              the table, the slots, the spare, the masks;
 *                                  never held across I/O
 *   remap_jobs.lock                bios that wait for a job; interrupts off
 *
 * remap_devices_lock (lifecycle.c; the list of devices, their users) and dirs_lock
 * (dirs.c; names of directories) are shared by all devices.  Nothing waits for I/O
 * under them, and none of the above is taken there.
 *
 * A block whose slot is in state REMAP_MOVING is owned by the task that set that state: see
 * batch.h. remap_device.inflight is not a lock: see inflight.h.
 */
#ifndef _REMAP_DEVICE_H
#define _REMAP_DEVICE_H

#include <linux/atomic.h>
#include <linux/bio.h>
#include <linux/device-mapper.h>
#include <linux/dm-ioctl.h>
#include <linux/dm-kcopyd.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include <dm-remap/compat.h>
#include <dm-remap/store.h>

#include "auto_move.h"
#include "background.h"
#include "commit.h"
#include "events.h"
#include "failures.h"
#include "floor.h"
#include "inflight.h"
#include "intent.h"
#include "jobs.h"
#include "lifecycle.h"
#include "log.h"
#include "masks.h"
#include "observe.h"
#include "probe.h"
#include "rate.h"
#include "regions.h"
#include "resize.h"
#include "scrub.h"
#include "service.h"
#include "slots.h"
#include "slow.h"
#include "spare.h"
#include "suspects.h"
#include "table.h"

#define DM_MSG_PREFIX "remap"

/* Largest block, in bytes and in sectors: a mask of lost sectors has 64 bits. */
#define REMAP_MAX_BLOCK_SIZE	32768U
#define REMAP_MAX_BLOCK_SECTORS	(REMAP_MAX_BLOCK_SIZE >> SECTOR_SHIFT)

struct remap_dirs;
struct remap_track;

/**
 * struct remap_store_health - the state of the store, as tracked by device.c.
 * @state: its state at the last check.
 * @faults: the number of bad copies found by then.
 * @repair: lets the store repair itself.
 * @repair_delay: delay until the next attempt, in jiffies; 0 after a new fault.
 */
struct remap_store_health {
	enum dm_remap_store_state state;
	u64 faults;
	struct delayed_work repair;
	unsigned int repair_delay;
};

/**
 * struct remap_device - see above.
 * @inflight: bios at the main or the spare.
 * @regions: tells which parts of the main have remaps.
 * @slow_path_size: remap_map() sends bios of up to this many bytes along the slow path: 0 for those
 *	without data, U32_MAX for all.
 * @auto_moves: whether blocks may move by themselves.
 * @service: requests at the main; jobs and changes by hand count as one each, whatever
 *	they do.
 * @slow: slow reads.
 * @table: from main blocks to slots.
 * @main: the main device.
 * @spare_bdev: the spare device.
 * @main_start: sector of @main at which block 0 is.
 * @len: sectors of the target; changes only while suspended, under @admin.
 * @block_shift: log2 of a block's sectors.
 * @unit: sectors of the larger logical block of the two devices, the smallest
 *	piece that is read or written.
 * @main_unit: sectors of a physical block of the main, at least @unit and at most a
 *	block: the smallest piece that fails alone.
 * @settings: written under @lock; single values are read without it.
 * @no_auto_remap: errors/auto_remap is 0 because of the table line; it is stored as 1.
 * @line_no_auto_remap: the table line in use has the argument no_auto_remap.
 * @turned_read_only: a disk has turned read-only since the last resume: read_only.h.
 *
 * @life: its stage in its life.
 * @md: the dm device.
 * @dirs: the directories of @md.
 * @name: its name, as of the last resume or of the check once a second, for messages and the
 *	store; written under @commit_lock and @lock.
 * @number: its number, as dm_device_name() has it.
 * @read_only: nothing may be written to either device; as the table in use has it.
 *
 * @admin: see above.
 * @suspended: no manual change may be made; @admin.
 *
 * @commit_lock: see above.
 * @commits: requests to the store.
 * @lock: see above.
 * @slots: the state of each block of the spare.
 * @floor: memory that @settings.min_buckets has been granted.
 * @spare: the spare allocator.
 * @lost: lost sectors; the part that a store may read changes only under @commit_lock as well.
 * @unread: sectors that are only on the main; as @lost.
 * @failures: recent read failures of the main.
 * @mapped: blocks in state REMAP_MAPPED, or that will be again.
 * @pending: blocks in state REMAP_PENDING.
 * @store: where the table is kept.
 * @saved: what the store keeps beside the table; @saved.rate
 *	and @saved.scrub are in use, under @lock.
 * @health: health of @store at the last check.
 * @track: the tracker of written regions, or NULL; changed under @lock.
 * @intent: regions that may have been written during a copy to a new main, kept by @store.
 * @resize: the rest of a resize that remap_table_balance() has left.
 *
 * @jobs: for I/O that failed or has to wait.
 * @disowned: woken when a block is released by its owner.
 * @bios: for bios of jobs.
 * @kcopyd: for copies of many blocks.
 *
 * @background: background reads of the main.
 * @probe: state of these reads.
 * @suspects: blocks near bad ones, for @background to read; @lock.
 * @scrub: the scrub under way.
 *
 * @errors: requests that failed.
 * @events: events for user space.
 * @logs: rate limits for the kernel log.
 * @rate: the rates derived from the counts in @saved; @lock.
 */
struct remap_device {
	struct remap_inflight inflight;
	struct remap_regions __rcu *regions;
	u32 slow_path_size;
	struct remap_auto_moves auto_moves;
	struct remap_service service;
	struct remap_slow slow;
	struct remap_table table;
	struct block_device *main;
	struct block_device *spare_bdev;
	sector_t main_start;
	sector_t len;
	unsigned int block_shift;
	unsigned int unit;
	unsigned int main_unit;
	struct dm_remap_settings settings;
	bool no_auto_remap;
	bool line_no_auto_remap;
	u32 turned_read_only;

	struct remap_life life;
	struct mapped_device *md;
	struct remap_dirs *dirs;
	char name[DM_NAME_LEN];
	char number[16];
	bool read_only;

	struct mutex admin;
	bool suspended;

	struct mutex commit_lock;
	struct remap_commits commits;
	struct mutex lock;
	struct remap_slots slots;
	struct remap_floor floor;
	struct remap_spare spare;
	struct remap_masks lost;
	struct remap_masks unread;
	struct remap_failures failures;
	u32 mapped;
	u32 pending;
	struct dm_remap_store *store;
	struct dm_remap_saved saved;
	struct remap_store_health health;
	struct remap_track __rcu *track;
	struct remap_intent intent;
	struct remap_resize resize;

	struct remap_jobs jobs;
	wait_queue_head_t disowned;
	struct bio_set bios;
	struct dm_kcopyd_client *kcopyd;

	struct remap_background background;
	struct remap_probe probe;
	struct remap_suspects suspects;
	struct remap_scrub scrub;

	struct remap_error_counts errors;
	struct remap_events events;
	struct remap_logs logs;
	struct remap_rate rate;
};

/* In order of precedence, the strongest last. */
enum remap_state {
	REMAP_STATE_OK,
	REMAP_STATE_DEGRADED,
	REMAP_STATE_EXHAUSTED,
	REMAP_STATE_SUSPENDED_REMAPS,
	REMAP_STATE_READ_ONLY,
	REMAP_STATE_FAILED,
};

static inline unsigned int remap_block_sectors(const struct remap_device *rd)
{
	return 1U << rd->block_shift;
}

static inline u64 remap_nr_blocks(const struct remap_device *rd)
{
	return rd->len >> rd->block_shift;
}

/* The regions: under @rd->lock, or in an RCU read-side section. */
static inline struct remap_regions *remap_regions_in_use(const struct remap_device *rd)
{
	return rcu_dereference_check(rd->regions, lockdep_is_held(&rd->lock));
}

/* The same, while a bio is mapped: regions are never replaced while one is. */
static inline struct remap_regions *remap_regions_of_io(const struct remap_device *rd)
{
	return rcu_dereference_raw(rd->regions);
}

/* Sector of the main at which a block is. */
static inline sector_t remap_main_sector(const struct remap_device *rd, u64 block)
{
	return rd->main_start + (block << rd->block_shift);
}

/* Sector of the spare at which a slot's block is. */
static inline sector_t remap_spare_sector(const struct remap_device *rd, u32 slot)
{
	return rd->store->data_start + ((sector_t)slot << rd->block_shift);
}

/* Whether nothing more can be made durable. */
static inline bool remap_store_has_failed(const struct remap_device *rd)
{
	return READ_ONCE(rd->health.state) == DM_REMAP_STORE_FAILED;
}

static inline bool remap_store_is_transient(const struct remap_device *rd)
{
	return READ_ONCE(rd->health.state) == DM_REMAP_STORE_TRANSIENT;
}

/**
 * remap_device_look() - read the state as users see it, and the statistics of the store.
 * @rd: the device.
 * @stat: set to the statistics of the store that match the state.
 *
 * Context: process; no lock needed.
 * Return: the state.
 */
enum remap_state remap_device_look(struct remap_device *rd, struct dm_remap_store_stat *stat);

/* The state alone. */
static inline enum remap_state remap_device_state(struct remap_device *rd)
{
	struct dm_remap_store_stat stat;

	return remap_device_look(rd, &stat);
}

/**
 * remap_device_name() - the name that the dm device has now.
 * @rd: the device.
 * @name: takes DM_NAME_LEN bytes; the device number if the device is being removed.
 *
 * Context: process, may sleep; never for I/O.
 */
static inline void remap_device_name(const struct remap_device *rd, char *name)
{
	if (dm_copy_name_and_uuid(rd->md, name, NULL))
		strscpy(name, rd->number, DM_NAME_LEN);
}

/**
 * remap_state_name() - a state as a word.
 * @state: the state.
 *
 * Context: any.
 * Return: the word.
 */
const char *remap_state_name(enum remap_state state);

/**
 * remap_device_claim() - put a slot from the allocator into the table.
 * @rd: the device.
 * @block: block of the main.
 * @slot: from remap_spare_alloc().
 * @state: its state.
 *
 * If the block is in the table already, lookups find the new slot from now on.
 *
 * Context: process; @rd->lock.
 */
void remap_device_claim(struct remap_device *rd, u64 block, u32 slot,
			enum remap_slot_state state);

/**
 * remap_device_drop() - take a slot out of the table.
 * @rd: the device.
 * @slot: a slot in the table.
 * @bad: its block must not be used again.
 *
 * Clears its lost and unread sectors.
 *
 * Context: process; @rd->lock.
 */
void remap_device_drop(struct remap_device *rd, u32 slot, bool bad);

/**
 * remap_device_check_store() - check the health of the store.
 * @rd: the device.
 *
 * Call this after the store has written something. Sends events, and starts repairs.
 *
 * Context: process; @rd->commit_lock and @rd->lock.
 */
void remap_device_check_store(struct remap_device *rd);

/**
 * remap_device_recheck_store() - resume repairs that were postponed.
 * @rd: the device; the next remap_device_check_store() does it.
 *
 * Context: process; @rd->lock.
 */
void remap_device_recheck_store(struct remap_device *rd);

/**
 * remap_device_init_repair() - set up the work that repairs the store.
 * @rd: the device.
 * @repair: run in a work queue.
 *
 * Context: any.
 */
void remap_device_init_repair(struct remap_device *rd, work_func_t repair);

/**
 * remap_device_repair_later() - repair again, if the store is still degraded.
 * @rd: the device.
 *
 * Context: process; the end of the repair work.
 */
void remap_device_repair_later(struct remap_device *rd);

/**
 * remap_device_stop_repair() - wait for a repair under way.
 * @rd: the device; nothing starts a repair any more.
 *
 * Context: process, may sleep.
 */
void remap_device_stop_repair(struct remap_device *rd);

/**
 * remap_device_check_space() - send the events that free space calls for.
 * @rd: the device.
 * @before: free blocks before the change.
 * @was_low: spare/low_water before it.
 * @was_reserve: spare/reserve before it.
 *
 * Context: process; @rd->lock.
 */
void remap_device_check_space(struct remap_device *rd, u32 before, u32 was_low, u32 was_reserve);

/**
 * remap_device_begin_change() - wait until a manual change may begin.
 * @rd: the device.
 *
 * Context: process, may sleep; no locks held.
 * Return: 0, in which case the caller must call remap_device_end_change(); -EBUSY while it is
 * suspended, -EINTR for a fatal signal.
 */
int remap_device_begin_change(struct remap_device *rd);

/**
 * remap_device_end_change() - let the next change begin.
 * @rd: from remap_device_begin_change().
 *
 * Context: process.
 */
void remap_device_end_change(struct remap_device *rd);

#endif /* _REMAP_DEVICE_H */
