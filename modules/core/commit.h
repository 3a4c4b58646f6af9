/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes changes of the table durable.
 */
#ifndef _REMAP_COMMIT_H
#define _REMAP_COMMIT_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <dm-remap/store.h>

struct remap_commit;
struct remap_device;

/**
 * typedef remap_apply_fn - bring the table in memory in line with a commit.
 * @rd: the device.
 * @c: the request.
 *
 * Context: process; @rd->commit_lock and @rd->lock.  @c->error is the result.
 */
typedef void (*remap_apply_fn)(struct remap_device *rd, struct remap_commit *c);

/**
 * struct remap_commit - a request to make changes durable.
 * @list: in the queue.
 * @changes: for the store; its slots are owned by the requester.
 * @nr: number of changes; 0 if only @apply is needed.
 * @apply: called after the changes have been made durable, or could not be.
 * @done: @apply has been called.
 * @error: 0, or -EIO.
 * @refused: if @error: the store had failed before, so none of @changes can have been written.
 */
struct remap_commit {
	struct list_head list;
	struct dm_remap_entry *changes;
	unsigned int nr;
	remap_apply_fn apply;
	bool done;
	int error;
	bool refused;
};

/* Changes of several requests that are committed together. */
#define REMAP_COMMIT_GROUP	256U

/**
 * struct remap_commits - requests that wait.
 * @lock: for @list.
 * @list: the requests in order of arrival.
 * @group: room for the changes of several of them; remap_device.commit_lock.
 */
struct remap_commits {
	spinlock_t lock;
	struct list_head list;
	struct dm_remap_entry *group;
};

/**
 * remap_commits_init() - initialize the queue.
 * @commits: filled in.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int remap_commits_init(struct remap_commits *commits);

/**
 * remap_commits_exit() - free the queue.
 * @commits: initialised or zeroed.
 *
 * Context: process.
 */
void remap_commits_exit(struct remap_commits *commits);

/**
 * remap_commit() - make changes durable, and then apply them.
 * @rd: the device.
 * @c: the request.
 *
 * Concurrent requests are committed together: the task that gets the commit lock first commits for
 * all that wait. The entry of a slot that the store sees changes only in @c->apply, before the
 * commit lock is dropped. So a page that the store writes has, for every slot, the entry committed
 * last.
 *
 * Context: process, may sleep; no lock.
 * Return: 0, or -EIO.
 */
int remap_commit(struct remap_device *rd, struct remap_commit *c);

/**
 * remap_commit_lock() - take the lock for an operation of the store.
 * @rd: the device.
 *
 * Context: process, may sleep; @rd->lock is not held.
 */
void remap_commit_lock(struct remap_device *rd);

/**
 * remap_commit_unlock() - check the store's state, and release the lock.
 * @rd: the device.
 *
 * Context: process, may sleep; takes @rd->lock.
 */
void remap_commit_unlock(struct remap_device *rd);

/**
 * remap_commit_repair_work() - let the store repair itself.
 * @work: remap_device.health.
 *
 * Context: work queue; takes @rd->lock.
 */
void remap_commit_repair_work(struct work_struct *work);

#endif /* _REMAP_COMMIT_H */
