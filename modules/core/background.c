// SPDX-License-Identifier: GPL-2.0
#include "background.h"
#include "device.h"

/*
 * Not on the queue of the jobs, which must keep running while a hibernation image is written to the
 * set: if a block moved at that time, it would be on the main again for the kernel restored from
 * the image, but on the spare for the next activation. No one waits for a step that has not
 * started, and a step that has started ends before the queue is frozen, so no rescuer is needed.
 */
static void background_work(struct work_struct *work)
{
	struct remap_background *bg = container_of(to_delayed_work(work), struct remap_background,
						   work);
	unsigned long delay = bg->step(bg->rd);

	mutex_lock(&bg->rd->lock);
	/* Does nothing if the work has been queued in between. */
	if (bg->running && delay != REMAP_NO_STEP)
		queue_delayed_work(system_freezable_wq, &bg->work, delay);
	mutex_unlock(&bg->rd->lock);
}

void remap_background_init(struct remap_device *rd, unsigned long (*step)(struct remap_device *rd))
{
	rd->background.rd = rd;
	rd->background.step = step;
	INIT_DELAYED_WORK(&rd->background.work, background_work);
}

void remap_background_start(struct remap_device *rd)
{
	mutex_lock(&rd->lock);
	WRITE_ONCE(rd->background.running, true);
	remap_background_wake(rd);
	mutex_unlock(&rd->lock);
}

void remap_background_stop(struct remap_device *rd)
{
	mutex_lock(&rd->lock);
	WRITE_ONCE(rd->background.running, false);
	mutex_unlock(&rd->lock);
	/* The work is only queued under the lock, and only while @running is set. */
	cancel_delayed_work_sync(&rd->background.work);
}

void remap_background_wake(struct remap_device *rd)
{
	lockdep_assert_held(&rd->lock);
	if (rd->background.running)
		mod_delayed_work(system_freezable_wq, &rd->background.work, 0);
}

bool remap_background_stopping(const struct remap_device *rd)
{
	return !READ_ONCE(rd->background.running);
}
