/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Observers, which count what a device does, and listeners for resizes of
 * its table.
 *
 * There is at most one observer. It is a module that may be loaded and unloaded at any time, with
 * devices in use and I/O running. Without one, a static key keeps everything here out of the I/O
 * path.
 *
 * All names are exported to GPL modules in the symbol namespace DM_REMAP.
 */
#ifndef _DM_REMAP_OBSERVER_H
#define _DM_REMAP_OBSERVER_H

#include <linux/blk_types.h>
#include <linux/list.h>
#include <linux/types.h>

struct kobject;
struct notifier_block;

/* The counters, in the order in which they are shown. Sectors have 512 bytes. */
enum dm_remap_count {
	/* Completed requests for data, by operation. */
	DM_REMAP_READS,
	DM_REMAP_WRITES,
	DM_REMAP_READ_SECTORS,
	DM_REMAP_WRITE_SECTORS,
	DM_REMAP_FLUSHES,
	DM_REMAP_DISCARDS,
	/* Reads and writes of blocks on the spare, which are also counted above. */
	DM_REMAP_REMAPPED_READS,
	DM_REMAP_REMAPPED_WRITES,
	/*
	 * Requests that a disk failed; attempts by the device itself do not count, except for
	 * writes of blocks that move to the spare.
	 */
	DM_REMAP_MAIN_READ_ERRORS,
	DM_REMAP_MAIN_WRITE_ERRORS,
	DM_REMAP_SPARE_READ_ERRORS,
	DM_REMAP_SPARE_WRITE_ERRORS,
	/* Errors of the main that did not recur on retry. */
	DM_REMAP_RETRIES_RECOVERED,
	/* Blocks: moved to the spare, moved back, not moved, moved on the spare. */
	DM_REMAP_REMAPS_AUTO,
	DM_REMAP_REMAPS_MANUAL,
	DM_REMAP_REMAPS_REMOVED,
	DM_REMAP_REMAPS_FAILED,
	DM_REMAP_RELOCATIONS,
	/* Blocks that became pending by hand. */
	DM_REMAP_REMAPS_MARKED,
	/*
	 * Requests answered with an error because the main failed to read the same sectors a moment
	 * ago.
	 */
	DM_REMAP_PENDING_ANSWERS,
	/* Sectors that were given up by hand. */
	DM_REMAP_SECTORS_FORGOTTEN,
	/* Blocks that moved because the main took longer than errors/slow_ms to read them. */
	DM_REMAP_SLOW_MOVES,
	/* Writes that could not be read back, or were read back with other data. */
	DM_REMAP_VERIFY_ERRORS,
	/* First writes of pending blocks that were tried on the main, and that it kept. */
	DM_REMAP_REWRITES_TRIED,
	DM_REMAP_REWRITES_CURED,
	/* Sectors that a scrub has read. */
	DM_REMAP_SCRUB_SECTORS,
	/* The table's resizes that have ended, and how long they took. */
	DM_REMAP_HASH_GROWS,
	DM_REMAP_HASH_SHRINKS,
	DM_REMAP_HASH_RESIZE_NS,
	/* Commits of the store, the pages that it wrote for them, and how long they took. */
	DM_REMAP_STORE_COMMITS,
	DM_REMAP_STORE_PAGES,
	DM_REMAP_STORE_COMMIT_NS,
	DM_REMAP_NR_COUNTS
};

enum dm_remap_latency {
	DM_REMAP_REMAP_LATENCY,	/* for each DM_REMAP_REMAPS_AUTO: how long its I/O waited */
	DM_REMAP_MAP_LATENCY,	/* of lookups; see dm_remap_observer_time() */
	DM_REMAP_NR_LATENCIES
};

struct dm_remap_observer;

/**
 * struct dm_remap_watch - an observer's state for one device.
 * @observer: the observer that owns it.
 *
 * Embedded in the observer's own structure.
 */
struct dm_remap_watch {
	const struct dm_remap_observer *observer;
};

/**
 * struct dm_remap_observed - a device, as observers see it.
 * @name: of the device, for messages; for as long as it is watched.
 * @dir: its directory in sysfs, /sys/block/dm-N/remap.
 * @watch: of the observer, if there is one and it watches this device; RCU-sched.
 * @hidden: that watch, between the last notification and detach().
 * @list: for the core.
 */
struct dm_remap_observed {
	const char *name;
	struct kobject *dir;
	struct dm_remap_watch __rcu *watch;
	struct dm_remap_watch *hidden;
	struct list_head list;
};

/**
 * struct dm_remap_gauges - the present state of a device, as numbers.
 * @pending_blocks: blocks that are pending.
 * @lost_sectors: sectors whose data is lost.
 */
struct dm_remap_gauges {
	u32 pending_blocks;
	u64 lost_sectors;
};

/**
 * struct dm_remap_observer - operations of an observer.
 * @attach: start to watch a device.  Process context, may sleep.  Returns the watch,
 *	with @observer set; or ERR_PTR(), and the device is not watched.
 * @detach: stop watching; there are no further notifications for the device.  Process context, may
 *	sleep; @dir is still valid, even if the disk has left sysfs.
 * @done: a request was answered.  @op is REQ_OP_READ and so on; @sectors is 0 for
 *	a flush.  Any context but NMI, not preemptible.
 * @count: add @n to a counter that @done does not cover.  Any context but NMI,
 *	not preemptible.
 * @latency: record a latency of @ns.  Context as @count.
 *
 * A request that lies partly on the main and partly on the spare is one for each
 * part, as it is in the statistics of the block device.
 */
struct dm_remap_observer {
	struct dm_remap_watch *(*attach)(struct dm_remap_observed *dev);
	void (*detach)(struct dm_remap_observed *dev, struct dm_remap_watch *watch);
	void (*done)(struct dm_remap_watch *watch, enum req_op op, unsigned int sectors);
	void (*count)(struct dm_remap_watch *watch, enum dm_remap_count what, u64 n);
	void (*latency)(struct dm_remap_watch *watch, enum dm_remap_latency what, u64 ns);
};

/**
 * dm_remap_observer_register() - watch all devices, including those created later.
 * @observer: the operations; must stay valid until they are unregistered.
 *
 * Context: process, may sleep.
 * Return: 0; -EBUSY if there is another observer; or the error of attach() for a device, in which
 * case none is watched.
 */
int dm_remap_observer_register(const struct dm_remap_observer *observer);

/**
 * dm_remap_observer_unregister() - stop watching all devices.
 * @observer: registered before; when this returns none of its operations runs.
 *
 * Context: process, may sleep.
 */
void dm_remap_observer_unregister(const struct dm_remap_observer *observer);

/**
 * dm_remap_observer_time() - switch DM_REMAP_MAP_LATENCY on or off.
 * @on: whether to report it; initially off. It costs two clock reads per request.
 *
 * Context: process, may sleep; by the observer, while it is registered.
 */
void dm_remap_observer_time(bool on);

/**
 * dm_remap_observed_gauges() - the present state of a device.
 * @dev: the device, watched.
 * @gauges: filled in; zeros while the mapped device has no table of this target.
 *
 * Context: process, may sleep; waits for a resume of the device that is under way.
 */
void dm_remap_observed_gauges(struct dm_remap_observed *dev, struct dm_remap_gauges *gauges);

/* Actions of the chain of dm_remap_resize_notifier_register(). */
enum dm_remap_resize_action {
	DM_REMAP_RESIZE_BEGIN,	/* a new table is being filled */
	DM_REMAP_RESIZE_END,	/* lookups use it; the old one is gone */
};

/**
 * struct dm_remap_resize_event - a resize of a device's remap table.
 * @name: of the device, as device-mapper numbers it ("253:0").
 * @from: buckets before.
 * @to: buckets afterwards.
 * @entries: remapped and pending blocks when it began.
 * @duration_ns: how long it took; 0 when it begins.
 */
struct dm_remap_resize_event {
	const char *name;
	u32 from;
	u32 to;
	u32 entries;
	u64 duration_ns;
};

/**
 * dm_remap_resize_notifier_register() - get notified of resizes of remap tables.
 * @nb: called with an enum dm_remap_resize_action and a struct dm_remap_resize_event, in process
 *	context, with the device's lock held: it must not wait for I/O to a remap device,
 *	allocate memory other than with GFP_NOIO, read or write attributes, or make or remove
 *	devices. Its return value is ignored.
 *
 * Context: process, may sleep.
 * Return: 0; -EEXIST if it is registered already.
 */
int dm_remap_resize_notifier_register(struct notifier_block *nb);

/**
 * dm_remap_resize_notifier_unregister() - stop being notified.
 * @nb: registered before; it is not running when this returns.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT if it was not registered.
 */
int dm_remap_resize_notifier_unregister(struct notifier_block *nb);

#endif /* _DM_REMAP_OBSERVER_H */
