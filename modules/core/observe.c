// SPDX-License-Identifier: GPL-2.0
#include <linux/mutex.h>
#include <linux/notifier.h>

#include <dm-remap/namespace.h>

#include "bio.h"
#include "device.h"
#include "dirs.h"
#include "observe.h"
#include "target.h"
#include "trace.h"

DEFINE_STATIC_KEY_FALSE(remap_observed);
DEFINE_STATIC_KEY_FALSE(remap_timed);

/* One registration at a time; the static keys are changed under it. */
static DEFINE_MUTEX(register_lock);
/* Protects the observer and the list of devices that it watches. */
static DEFINE_MUTEX(observe_lock);
static const struct dm_remap_observer *observer;
/* The observer being unregistered; devices removed during that still refer to it. */
static const struct dm_remap_observer *leaving;
static LIST_HEAD(observed_devices);

static BLOCKING_NOTIFIER_HEAD(resize_chain);

static int watch(struct dm_remap_observed *dev)
{
	struct dm_remap_watch *w = observer->attach(dev);

	if (IS_ERR(w))
		return PTR_ERR(w);
	rcu_assign_pointer(dev->watch, w);
	return 0;
}

/* After a grace period, for which the caller waits, the watch has no readers. */
static void hide(struct dm_remap_observed *dev)
{
	dev->hidden = rcu_replace_pointer(dev->watch, NULL, lockdep_is_held(&observe_lock));
}

static void forget(struct dm_remap_observed *dev, const struct dm_remap_observer *by)
{
	if (dev->hidden)
		by->detach(dev, dev->hidden);
	dev->hidden = NULL;
}

/* Start to observe all devices, including those created concurrently. */
static int watch_all(const struct dm_remap_observer *new)
{
	struct dm_remap_observed *dev;
	int ret = 0;

	mutex_lock(&observe_lock);
	observer = new;
	list_for_each_entry(dev, &observed_devices, list) {
		ret = watch(dev);
		/* Its disk has gone, and its directory is about to. */
		if (ret == -ENOENT)
			ret = 0;
		if (ret)
			break;
	}
	mutex_unlock(&observe_lock);
	return ret;
}

/*
 * Wait for one grace period for all devices, without the lock, because creating, renaming and
 * removing directories waits for the lock.
 */
static void unwatch_all(void)
{
	const struct dm_remap_observer *old = observer;
	struct dm_remap_observed *dev;

	mutex_lock(&observe_lock);
	list_for_each_entry(dev, &observed_devices, list)
		hide(dev);
	leaving = old;
	observer = NULL;
	mutex_unlock(&observe_lock);

	synchronize_rcu();

	mutex_lock(&observe_lock);
	list_for_each_entry(dev, &observed_devices, list)
		forget(dev, old);
	leaving = NULL;
	mutex_unlock(&observe_lock);
}

void remap_observe_attach(struct dm_remap_observed *dev)
{
	int ret = 0;

	mutex_lock(&observe_lock);
	list_add(&dev->list, &observed_devices);
	if (observer)
		ret = watch(dev);
	mutex_unlock(&observe_lock);
	if (ret)
		DMWARN("%s: has no statistics: error %d", dev->name, ret);
}

void remap_observe_detach(struct dm_remap_observed *dev)
{
	mutex_lock(&observe_lock);
	list_del(&dev->list);
	if (rcu_access_pointer(dev->watch))
		hide(dev);
	/* The grace period of an observer that is leaving may not be over yet. */
	if (dev->hidden)
		synchronize_rcu();
	forget(dev, observer ?: leaving);
	mutex_unlock(&observe_lock);
}

static void begin_watching(void)
{
	static_branch_enable(&remap_observed);
	static_branch_inc(&remap_end_watched);
}

int dm_remap_observer_register(const struct dm_remap_observer *new)
{
	int ret = -EBUSY;

	mutex_lock(&register_lock);
	if (!observer) {
		ret = watch_all(new);
		if (ret)
			unwatch_all();
		else
			begin_watching();
	}
	mutex_unlock(&register_lock);
	return ret;
}
EXPORT_SYMBOL_NS_GPL(dm_remap_observer_register, DM_REMAP_NS);

void dm_remap_observer_unregister(const struct dm_remap_observer *old)
{
	mutex_lock(&register_lock);
	if (!WARN_ON_ONCE(observer != old)) {
		static_branch_disable(&remap_timed);
		static_branch_dec(&remap_end_watched);
		static_branch_disable(&remap_observed);
		unwatch_all();
	}
	mutex_unlock(&register_lock);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_observer_unregister, DM_REMAP_NS);

void dm_remap_observer_time(bool on)
{
	if (on)
		static_branch_enable(&remap_timed);
	else
		static_branch_disable(&remap_timed);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_observer_time, DM_REMAP_NS);

void dm_remap_observed_gauges(struct dm_remap_observed *dev, struct dm_remap_gauges *gauges)
{
	struct remap_dirs *dirs = container_of(dev, struct remap_dirs, observed);
	const struct remap_device *rd;
	unsigned int noio;

	*gauges = (struct dm_remap_gauges) {};
	rd = remap_dirs_enter(dirs, &noio);
	if (rd) {
		gauges->pending_blocks = READ_ONCE(rd->pending);
		gauges->lost_sectors = remap_masks_sectors(&rd->lost);
	}
	remap_dirs_leave(dirs, noio);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_observed_gauges, DM_REMAP_NS);

/*
 * The watch is read with preemption disabled, which synchronize_rcu() also waits for, and which
 * costs less than rcu_read_lock().
 */
static struct dm_remap_watch *get_watch(struct remap_device *rd)
	__acquires(RCU_SCHED)
{
	rcu_read_lock_sched();
	return rcu_dereference_sched(rd->dirs->observed.watch);
}

static void put_watch(void)
	__releases(RCU_SCHED)
{
	rcu_read_unlock_sched();
}

/* A bio not sent to the main: it was at the spare, or a job has completed it. */
static void count_remapped(struct dm_remap_watch *w, const struct remap_io *io, enum req_op op)
{
	if (op == REQ_OP_DISCARD)
		return;
	if (io->place == REMAP_ON_SPARE || io->spare)
		w->observer->count(w, op == REQ_OP_READ ? DM_REMAP_REMAPPED_READS :
							  DM_REMAP_REMAPPED_WRITES, 1);
}

int remap_observe_done(struct dm_target *ti, struct bio *bio)
{
	const struct remap_target *rt = ti->private;
	const struct remap_io *io = bio->bi_private;
	unsigned int size = io->iter.bi_size;
	struct dm_remap_watch *w;

	/*
	 * A bio that must not wait but would have to is retried by its submitter, so do not count
	 * it.
	 */
	if (unlikely(bio->bi_status == BLK_STS_AGAIN))
		return DM_ENDIO_DONE;
	w = get_watch(rt->rd);
	if (!w)
		goto out;
	if (likely(size)) {
		w->observer->done(w, bio_op(bio), size >> SECTOR_SHIFT);
		if (unlikely(io->place != REMAP_ON_MAIN))
			count_remapped(w, io, bio_op(bio));
	} else if (!dm_bio_get_target_bio_nr(bio)) {
		/* It goes to both disks. */
		w->observer->done(w, REQ_OP_FLUSH, 0);
	}
out:
	put_watch();
	return DM_ENDIO_DONE;
}

void remap_observe_latency(struct remap_device *rd, enum dm_remap_latency what, u64 ns)
{
	struct dm_remap_watch *w;

	w = get_watch(rd);
	if (w)
		w->observer->latency(w, what, ns);
	put_watch();
}

void __remap_count(struct remap_device *rd, enum dm_remap_count what, u64 n)
{
	struct dm_remap_watch *w;

	w = get_watch(rd);
	if (w)
		w->observer->count(w, what, n);
	put_watch();
}

void remap_observe_error(struct remap_device *rd, bool spare, enum req_op op, sector_t sector,
			 unsigned int sectors, blk_status_t status)
{
	bool write = op_is_write(op);

	trace_dm_remap_error(rd, spare, op, sector, sectors, status);
	if (spare) {
		atomic64_inc(&rd->errors.spare);
		remap_count(rd, write ? DM_REMAP_SPARE_WRITE_ERRORS :
					DM_REMAP_SPARE_READ_ERRORS, 1);
	} else {
		atomic64_inc(write ? &rd->errors.main_writes : &rd->errors.main_reads);
		remap_count(rd, write ? DM_REMAP_MAIN_WRITE_ERRORS :
					DM_REMAP_MAIN_READ_ERRORS, 1);
	}
}

void remap_observe_error_once(struct remap_device *rd, struct bio *bio, bool spare,
			      sector_t sector, unsigned int sectors, blk_status_t status)
{
	struct remap_io *io = remap_bio_io(bio);

	if (status == BLK_STS_OK || (io->errors & BIT(spare)))
		return;
	io->errors |= BIT(spare);
	remap_observe_error(rd, spare, bio_op(bio), sector, sectors, status);
}

static void move_count(atomic64_t *to, atomic64_t *from)
{
	atomic64_add(atomic64_xchg(from, 0), to);
}

void remap_inherit_counts(struct remap_device *rd, struct remap_device *old)
{
	struct dm_remap_store_stat stat;

	move_count(&rd->errors.main_reads, &old->errors.main_reads);
	move_count(&rd->errors.main_writes, &old->errors.main_writes);
	move_count(&rd->errors.spare, &old->errors.spare);
	remap_store_stat(old, &stat);
	rd->errors.repairs = stat.repairs;
	rd->errors.commits = stat.commits;
}

void remap_store_stat(const struct remap_device *rd, struct dm_remap_store_stat *stat)
{
	rd->store->type->stat(rd->store, stat);
	stat->repairs += rd->errors.repairs;
	stat->commits += rd->errors.commits;
}

int dm_remap_resize_notifier_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&resize_chain, nb);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_resize_notifier_register, DM_REMAP_NS);

int dm_remap_resize_notifier_unregister(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&resize_chain, nb);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_resize_notifier_unregister, DM_REMAP_NS);

void remap_observe_resize(const struct remap_table *t, enum remap_table_change what)
{
	struct remap_device *rd = container_of(t, struct remap_device, table);
	const struct dm_remap_resize *r = &t->resize;
	struct dm_remap_resize_event event = {
		.name = rd->number,
		.from = r->from,
		.to = r->to,
		.entries = r->entries,
	};

	switch (what) {
	case REMAP_TABLE_RESIZE_BEGIN:
		trace_dm_remap_resize_begin(rd, &event);
		blocking_notifier_call_chain(&resize_chain, DM_REMAP_RESIZE_BEGIN, &event);
		break;
	case REMAP_TABLE_RESIZE_STEP:
		trace_dm_remap_resize_step(rd, remap_table_moved(t), remap_slots_end(t->slots));
		break;
	case REMAP_TABLE_RESIZE_END:
		event.duration_ns = r->duration_ns;
		trace_dm_remap_resize_end(rd, &event);
		remap_count(rd, r->to > r->from ? DM_REMAP_HASH_GROWS : DM_REMAP_HASH_SHRINKS, 1);
		remap_count(rd, DM_REMAP_HASH_RESIZE_NS, r->duration_ns);
		blocking_notifier_call_chain(&resize_chain, DM_REMAP_RESIZE_END, &event);
		break;
	}
}
