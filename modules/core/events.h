/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: a change uevent of the dm device and a wake-up of `dmsetup wait`.
 */
#ifndef _REMAP_EVENTS_H
#define _REMAP_EVENTS_H

#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct dm_target;
struct remap_device;

enum remap_event {
	REMAP_EVENT_REMAPPED,
	REMAP_EVENT_LOST_DATA,
	REMAP_EVENT_LOW_SPARE,
	REMAP_EVENT_EXHAUSTED,
	REMAP_EVENT_STORM,
	REMAP_EVENT_STORE_DEGRADED,
	REMAP_EVENT_STORE_FAILED,
	REMAP_EVENT_PENDING,
	REMAP_EVENT_SLOW,
	REMAP_EVENT_READ_ONLY,
	REMAP_EVENT_SCRUB_DONE,
	REMAP_EVENT_STORE_MENDED,
	REMAP_EVENT_STORM_OVER,
	REMAP_EVENT_RATE,
	/* Caused by a command; the names are the same as for automatic events. */
	REMAP_EVENT_ADDED,
	REMAP_EVENT_FORGOTTEN,
	REMAP_EVENT_MARKED,
	REMAP_NR_EVENTS
};

/* The sector of an event that is not about a block. */
#define REMAP_NO_SECTOR	U64_MAX

/**
 * struct remap_events - events that wait to be sent.
 * @pending: by enum remap_event.
 * @sectors: the sector of the newest event of each kind, or REMAP_NO_SECTOR.
 * @work: sends them.
 * @lock: for @ti.
 * @ti: the target in use, or NULL.
 */
struct remap_events {
	unsigned long pending;
	u64 sectors[REMAP_NR_EVENTS];
	struct delayed_work work;
	struct mutex lock;
	struct dm_target *ti;
};

/**
 * remap_events_init() - get ready.
 * @rd: the device.
 *
 * Context: any.
 */
void remap_events_init(struct remap_device *rd);

/**
 * remap_events_attach() - set the target in use.
 * @rd: the device.
 * @ti: its target.
 *
 * Context: process, may sleep.
 */
void remap_events_attach(struct remap_device *rd, struct dm_target *ti);

/**
 * remap_events_detach() - a target goes away.
 * @rd: the device.
 * @ti: the target; not used any more after this returns.
 *
 * If it was in use, what has not been sent yet is left to the device that is in force instead, or
 * sent now if there is none. If the whole mapped device is being removed, it is dropped: the
 * kernel log has it.
 *
 * Context: process, may sleep.
 */
void remap_events_detach(struct remap_device *rd, struct dm_target *ti);

/**
 * remap_events_exit() - drop events not sent yet.
 * @rd: the device.
 *
 * Context: process, may sleep.
 */
void remap_events_exit(struct remap_device *rd);

/**
 * remap_event() - send an event.
 * @rd: the device.
 * @event: which.
 * @sector: first sector of its block, from the start of the target; or REMAP_NO_SECTOR.
 *
 * Those of one kind that come within a second of each other are sent as one, with the
 * sector of the newest.
 *
 * Context: any but NMI.
 */
void remap_event(struct remap_device *rd, enum remap_event event, u64 sector);

#endif /* _REMAP_EVENTS_H */
