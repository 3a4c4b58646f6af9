// SPDX-License-Identifier: GPL-2.0
#include <linux/device-mapper.h>
#include <linux/kobject.h>
#include <linux/sched/mm.h>

#include "device.h"

/* The next events after some were sent wait for this long, to be sent as one. */
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
};

static void send(struct remap_device *rd, enum remap_event event)
{
	char event_var[40], name_var[DM_NAME_LEN + 16], uuid_var[UUID_STRING_LEN + 16];
	char *envp[4] = { event_var, name_var, uuid_var };
	unsigned int noio;

	snprintf(event_var, sizeof(event_var), "DM_REMAP_EVENT=%s", event_names[event]);
	snprintf(name_var, sizeof(name_var), "DM_REMAP_NAME=%s", rd->name);
	snprintf(uuid_var, sizeof(uuid_var), "DM_REMAP_UUID=%pU", &rd->store->uuid);
	/* A resume waits for the lock that is held here, and I/O for the resume. */
	noio = memalloc_noio_save();
	kobject_uevent_env(&disk_to_dev(dm_disk(rd->md))->kobj, KOBJ_CHANGE, envp);
	memalloc_noio_restore(noio);
}

static void events_work(struct work_struct *work)
{
	struct remap_device *rd = container_of(to_delayed_work(work), struct remap_device,
					       events.work);
	enum remap_event event;
	bool any = false;

	mutex_lock(&rd->events.lock);
	/* Without a target in use the events wait for the next one. */
	if (rd->events.ti) {
		for (event = 0; event < REMAP_NR_EVENTS; event++) {
			if (!test_and_clear_bit(event, &rd->events.pending))
				continue;
			send(rd, event);
			any = true;
		}
		if (any) {
			dm_table_event(rd->events.ti->table);
			/* Nothing to do then, if nothing happens until then. */
			schedule_delayed_work(&rd->events.work, EVENT_INTERVAL);
		}
	}
	mutex_unlock(&rd->events.lock);
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

void remap_events_detach(struct remap_device *rd, struct dm_target *ti)
{
	mutex_lock(&rd->events.lock);
	if (rd->events.ti == ti)
		rd->events.ti = NULL;
	mutex_unlock(&rd->events.lock);
}

void remap_events_exit(struct remap_device *rd)
{
	cancel_delayed_work_sync(&rd->events.work);
}

void remap_event(struct remap_device *rd, enum remap_event event)
{
	set_bit(event, &rd->events.pending);
	/* Leaves the work alone where it is waiting for the interval to end. */
	schedule_delayed_work(&rd->events.work, 0);
}
