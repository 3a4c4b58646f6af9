// SPDX-License-Identifier: GPL-2.0
/*
 * Resizing a large table: memory is allocated and entries are moved without the device's lock,
 * so that changes can go on (table.c). With several processors, each takes the next range until
 * none is left.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/slab.h>

#include "device.h"
#include "resize.h"
#include "settings.h"

/* Each processor takes many ranges, one after the other, so that all end at about the same time. */
#define RANGES_PER_THREAD	16U

/* Fewer entries are not worth waking a processor for. */
#define PARALLEL_ENTRIES	65536U

static struct workqueue_struct *resize_wq;

/**
 * struct team - processors that move the ranges of one resize.
 * @t: the table.
 * @next: number of the first range that nobody has taken yet.
 * @helpers: work items of all but the first.
 */
struct team {
	struct remap_table *t;
	atomic_t next;
	struct helper {
		struct work_struct work;
		struct team *team;
	} helpers[];
};

static void move_ranges(struct team *team)
{
	u32 range;

	for (;;) {
		range = atomic_inc_return(&team->next) - 1;
		if (range >= team->t->nr_ranges)
			return;
		while (remap_table_move(team->t, range))
			cond_resched();
	}
}

static void help(struct work_struct *work)
{
	move_ranges(container_of(work, struct helper, work)->team);
}

static u32 nr_threads(const struct remap_device *rd)
{
	u32 threads = READ_ONCE(rd->settings.resize_threads);

	if (remap_table_entries(&rd->table) < PARALLEL_ENTRIES)
		return 1;
	if (!threads)
		threads = clamp(num_online_cpus() / 2, 1U, REMAP_DEFAULT_RESIZE_THREADS);
	return min(threads, num_online_cpus());
}

/* Works alone if there is no memory for helpers, or none of them gets a processor. */
static void move_all(struct remap_table *t, u32 threads)
{
	struct team alone = { .t = t }, *team;
	u32 i;

	team = kzalloc(struct_size(team, helpers, threads - 1), GFP_NOIO | __GFP_NOWARN);
	if (!team) {
		move_ranges(&alone);
		return;
	}
	team->t = t;
	for (i = 0; i < threads - 1; i++) {
		team->helpers[i].team = team;
		INIT_WORK(&team->helpers[i].work, help);
		queue_work(resize_wq, &team->helpers[i].work);
	}
	move_ranges(team);
	for (i = 0; i < threads - 1; i++)
		cancel_work_sync(&team->helpers[i].work);
	kfree(team);
}

/* Begin a resize if one is due. Returns false if there is no memory for it. */
static bool begin(struct remap_device *rd, u32 threads)
{
	struct remap_buckets *next;
	u32 due;

	mutex_lock(&rd->lock);
	due = remap_table_resize_due(&rd->table);
	mutex_unlock(&rd->lock);
	if (!due)
		return true;
	/* A fuller table is slower, not wrong; the next change asks again. */
	next = remap_buckets_alloc(&rd->table, due);
	if (!next)
		return false;
	mutex_lock(&rd->lock);
	remap_table_begin_resize(&rd->table, next, threads > 1 ? threads * RANGES_PER_THREAD : 1);
	mutex_unlock(&rd->lock);
	return true;
}

static bool step(struct remap_device *rd)
{
	u32 threads = nr_threads(rd);
	bool more;

	if (!begin(rd, threads))
		return false;
	mutex_lock(&rd->lock);
	more = remap_table_begin_moving(&rd->table);
	mutex_unlock(&rd->lock);
	if (!more)
		return false;
	move_all(&rd->table, threads);
	mutex_lock(&rd->lock);
	remap_table_end_moving(&rd->table);
	remap_device_balance(rd);
	mutex_unlock(&rd->lock);
	return true;
}

/* Run the work item in @ns nanoseconds, if it is not due earlier. */
static void resize_later(struct remap_device *rd, u64 ns)
{
	u64 due = get_jiffies_64() + (ns ? nsecs_to_jiffies(ns) + 1 : 0);

	lockdep_assert_held(&rd->lock);
	/* A request for an earlier time takes effect; one for a later time delays nothing. */
	if (delayed_work_pending(&rd->resize.work) && time_after_eq64(due, rd->resize.due))
		return;
	rd->resize.due = due;
	mod_delayed_work(resize_wq, &rd->resize.work, due - get_jiffies_64());
}

/*
 * A table shrinks only after its load has been low for a while. The work may have run too early
 * for that, because the load has been high in between, or there was no memory. So run it again:
 * if nothing changes, nobody else will request it.
 */
static void wait_again(struct remap_device *rd)
{
	u64 wait;

	mutex_lock(&rd->lock);
	wait = remap_table_wait(&rd->table);
	if (wait)
		resize_later(rd, max_t(u64, wait, NSEC_PER_SEC));
	mutex_unlock(&rd->lock);
}

static void resize_work(struct work_struct *work)
{
	struct remap_device *rd = container_of(to_delayed_work(work), struct remap_device,
					       resize.work);

	while (step(rd))
		cond_resched();
	wait_again(rd);
}

/* Nobody waits for the lock while the table is loaded. */
static void balance_now(struct remap_device *rd)
{
	bool more = remap_table_balance(&rd->table);

	lockdep_assert_held(&rd->lock);
	while (more) {
		u32 due = remap_table_resize_due(&rd->table);
		struct remap_buckets *next = due ? remap_buckets_alloc(&rd->table, due) : NULL;

		if (due && !next) {
			/* There is too little for what is expected: go on in smaller steps. */
			remap_table_expect(&rd->table, 0);
			return;
		}
		if (next)
			remap_table_begin_resize(&rd->table, next, 1);
		more = remap_table_balance(&rd->table);
		cond_resched();
	}
}

void remap_device_balance(struct remap_device *rd)
{
	u64 wait;

	lockdep_assert_held(&rd->lock);
	if (!remap_is_loaded(&rd->life)) {
		balance_now(rd);
	} else if (remap_table_balance(&rd->table)) {
		resize_later(rd, 0);
		return;
	}
	/* After a load, too: the table is too large if fewer entries came than were expected. */
	wait = remap_table_wait(&rd->table);
	if (wait)
		resize_later(rd, wait);
}

void remap_resize_prepare(struct remap_device *rd)
{
	INIT_DELAYED_WORK(&rd->resize.work, resize_work);
}

void remap_resize_stop(struct remap_device *rd)
{
	cancel_delayed_work_sync(&rd->resize.work);
}

int remap_resize_init(void)
{
	resize_wq = alloc_workqueue("dm-remap-resize", WQ_UNBOUND, 0);
	return resize_wq ? 0 : -ENOMEM;
}

void remap_resize_exit(void)
{
	destroy_workqueue(resize_wq);
}
