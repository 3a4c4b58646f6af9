// SPDX-License-Identifier: GPL-2.0
#include <linux/device-mapper.h>
#include <linux/kobject.h>
#include <linux/sched/mm.h>

#include "device.h"
#include "dirs.h"

/* After events were sent, further ones are collected for this long. */
#define EVENT_INTERVAL	HZ

static const char * const event_names[REMAP_NR_EVENTS] = {
	[REMAP_EVENT_REMAPPED]		= "remapped",
	[REMAP_EVENT_LOST_DATA]		= "lost-data",
	[REMAP_EVENT_LOW_SPARE]		= "low-spare",
	[REMAP_EVENT_EXHAUSTED]		= "exhausted",
	[REMAP_EVENT_STORM]		= "storm",
	[REMAP_EVENT_STORE_DEGRADED]	= "store-degraded",
	[REMAP_EVENT_STORE_FAILED]	= "store-failed",
	[REMAP_EVENT_PENDING]		= "pending",
	[REMAP_EVENT_SLOW]		= "slow",
	[REMAP_EVENT_READ_ONLY]		= "read-only",
	[REMAP_EVENT_SCRUB_DONE]	= "scrub-done",
	[REMAP_EVENT_STORE_MENDED]	= "store-mended",
	[REMAP_EVENT_STORM_OVER]	= "storm-over",
	[REMAP_EVENT_RATE]		= "rate",
	[REMAP_EVENT_ADDED]		= "remapped",
	[REMAP_EVENT_FORGOTTEN]		= "lost-data",
	[REMAP_EVENT_MARKED]		= "pending",
};

static void send(struct remap_device *rd, enum remap_event event)
{
	char event_var[40], name_var[DM_NAME_LEN + 16], uuid_var[UUID_STRING_LEN + 16];
	u64 sector = READ_ONCE(rd->events.sectors[event]);
	char *envp[6] = { event_var, name_var, uuid_var };
	char name[DM_NAME_LEN], sector_var[40];
	unsigned int noio, nr = 3;

	remap_device_name(rd, name);
	snprintf(event_var, sizeof(event_var), "DM_REMAP_EVENT=%s", event_names[event]);
	snprintf(name_var, sizeof(name_var), "DM_REMAP_NAME=%s", name);
	snprintf(uuid_var, sizeof(uuid_var), "DM_REMAP_UUID=%pU", &rd->store->uuid);
	if (sector != REMAP_NO_SECTOR) {
		snprintf(sector_var, sizeof(sector_var), "DM_REMAP_SECTOR=%llu", sector);
		envp[nr++] = sector_var;
	}
	if (event >= REMAP_EVENT_ADDED)
		envp[nr++] = "DM_REMAP_BY=command";
	/* Removal of a device waits for this work, and the device may be suspended. */
	noio = memalloc_noio_save();
	kobject_uevent_env(&disk_to_dev(dm_disk(rd->md))->kobj, KOBJ_CHANGE, envp);
	memalloc_noio_restore(noio);
}

/* Take the events to send.  Without a target in use they wait for the next one. */
static unsigned long take_pending(struct remap_device *rd)
{
	unsigned long events = 0;

	mutex_lock(&rd->events.lock);
	if (rd->events.ti)
		events = xchg(&rd->events.pending, 0);
	mutex_unlock(&rd->events.lock);
	return events;
}

/* Resume takes the lock, so nothing that handling a uevent may block on is done under it. */
static void events_work(struct work_struct *work)
{
	struct remap_device *rd = container_of(to_delayed_work(work), struct remap_device,
					       events.work);
	unsigned long events = take_pending(rd);
	unsigned int event;

	if (!events)
		return;
	for_each_set_bit(event, &events, REMAP_NR_EVENTS)
		send(rd, event);
	mutex_lock(&rd->events.lock);
	if (rd->events.ti)
		dm_table_event(rd->events.ti->table);
	mutex_unlock(&rd->events.lock);
	/* The work does nothing if no event arrives until then. */
	schedule_delayed_work(&rd->events.work, EVENT_INTERVAL);
}

void remap_events_init(struct remap_device *rd)
{
	mutex_init(&rd->events.lock);
	INIT_DELAYED_WORK(&rd->events.work, events_work);
}

void remap_events_attach(struct remap_device *rd, struct dm_target *ti)
{
	mutex_lock(&rd->events.lock);
	rd->events.ti = ti;
	mutex_unlock(&rd->events.lock);
	schedule_delayed_work(&rd->events.work, 0);
}

/* Events that wait longer than the set is in force are sent by the one that follows. */
static void inherit(struct remap_device *rd, struct remap_device *old, unsigned long events)
{
	unsigned int event;

	for_each_set_bit(event, &events, REMAP_NR_EVENTS)
		if (!test_bit(event, &rd->events.pending))
			remap_event(rd, event, READ_ONCE(old->events.sectors[event]));
}

static void send_rest(struct remap_device *rd, unsigned long events)
{
	char name[DM_NAME_LEN];
	unsigned int event;

	/* User space has been told that a device without a name is gone. */
	if (dm_copy_name_and_uuid(rd->md, name, NULL))
		return;
	for_each_set_bit(event, &events, REMAP_NR_EVENTS)
		send(rd, event);
}

/* No target uses the device any more: its work would wait for one. */
static void pass_on(struct remap_device *rd)
{
	unsigned long events = xchg(&rd->events.pending, 0);
	struct remap_device *heir;
	unsigned int noio;

	if (!events)
		return;
	heir = remap_dirs_enter(rd->dirs, &noio);
	if (heir && heir != rd)
		inherit(heir, rd, events);
	else
		send_rest(rd, events);
	remap_dirs_leave(rd->dirs, noio);
}

void remap_events_detach(struct remap_device *rd, struct dm_target *ti)
{
	bool last;

	mutex_lock(&rd->events.lock);
	last = rd->events.ti == ti;
	if (last)
		rd->events.ti = NULL;
	mutex_unlock(&rd->events.lock);
	if (last)
		pass_on(rd);
}

void remap_events_exit(struct remap_device *rd)
{
	cancel_delayed_work_sync(&rd->events.work);
}

void remap_event(struct remap_device *rd, enum remap_event event, u64 sector)
{
	WRITE_ONCE(rd->events.sectors[event], sector);
	/* A reader that sees the bit also sees this sector, or a newer one. */
	smp_mb__before_atomic();
	set_bit(event, &rd->events.pending);
	/* Does nothing if the work is already waiting for the interval to end. */
	schedule_delayed_work(&rd->events.work, 0);
}
