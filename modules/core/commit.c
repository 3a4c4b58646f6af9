// SPDX-License-Identifier: GPL-2.0
/*
 * Group commit.  A request is put into a list, and its owner takes the commit lock. The task that
 * gets it takes as many requests from the list as fit into one array, passes that to the store, and
 * applies each of them; the other tasks find theirs done.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "commit.h"
#include "device.h"
#include "observe.h"
#include "read_only.h"
#include "store.h"
#include "trace.h"

int remap_commits_init(struct remap_commits *commits)
{
	spin_lock_init(&commits->lock);
	INIT_LIST_HEAD(&commits->list);
	commits->group = kvmalloc_array(REMAP_COMMIT_GROUP, sizeof(*commits->group), GFP_KERNEL);
	return commits->group ? 0 : -ENOMEM;
}

void remap_commits_exit(struct remap_commits *commits)
{
	kvfree(commits->group);
	commits->group = NULL;
}

/*
 * Take the first request from the list, and as many of the following ones as fit with it.
 *
 * Return: how many changes are in @rd->commits.group; 0 if the first is alone.
 */
static unsigned int take_group(struct remap_commits *commits, struct list_head *taken)
{
	struct remap_commit *c, *next;
	unsigned int nr = 0;

	spin_lock(&commits->lock);
	list_for_each_entry_safe(c, next, &commits->list, list) {
		if (nr + c->nr > REMAP_COMMIT_GROUP)
			break;
		memcpy(commits->group + nr, c->changes, c->nr * sizeof(*c->changes));
		nr += c->nr;
		list_move_tail(&c->list, taken);
	}
	if (list_empty(taken))
		list_move_tail(commits->list.next, taken);
	spin_unlock(&commits->lock);
	return nr;
}

/*
 * Let the store commit, and trace that. Sets *@refused if it is not even asked, since it has failed
 * before.
 */
static int store_commit(struct remap_device *rd, struct dm_remap_entry *changes, unsigned int nr,
			bool *refused)
{
	struct dm_remap_store_stat before, after;
	u64 start, ns;
	int ret;

	*refused = false;
	if (!nr)
		return 0;
	rd->store->type->stat(rd->store, &before);
	*refused = before.state == DM_REMAP_STORE_FAILED;
	if (*refused)
		return -EIO;
	start = ktime_get_ns();
	ret = rd->store->type->commit(rd->store, changes, nr);
	ns = ktime_get_ns() - start;
	rd->store->type->stat(rd->store, &after);
	/* A transient store does not commit. */
	if (after.commits != before.commits) {
		remap_count(rd, DM_REMAP_STORE_COMMITS, after.commits - before.commits);
		remap_count(rd, DM_REMAP_STORE_PAGES, after.pages - before.pages);
		remap_count(rd, DM_REMAP_STORE_COMMIT_NS, ns);
		trace_dm_remap_commit(rd, nr, after.pages - before.pages, ns, ret);
	}
	return ret;
}

static void commit_group(struct remap_device *rd)
{
	struct remap_commit *c, *next;
	LIST_HEAD(taken);
	unsigned int nr;
	bool refused;
	int error;

	lockdep_assert_held(&rd->commit_lock);
	nr = take_group(&rd->commits, &taken);
	c = list_first_entry(&taken, struct remap_commit, list);
	if (list_is_singular(&taken))
		error = store_commit(rd, c->changes, c->nr, &refused);
	else
		error = store_commit(rd, rd->commits.group, nr, &refused);
	mutex_lock(&rd->lock);
	list_for_each_entry_safe(c, next, &taken, list) {
		c->error = error;
		c->refused = refused;
		c->apply(rd, c);
		c->done = true;
	}
	mutex_unlock(&rd->lock);
}

int remap_commit(struct remap_device *rd, struct remap_commit *c)
{
	spin_lock(&rd->commits.lock);
	list_add_tail(&c->list, &rd->commits.list);
	spin_unlock(&rd->commits.lock);

	remap_commit_lock(rd);
	while (!c->done)
		commit_group(rd);
	remap_commit_unlock(rd);
	return c->error;
}

void remap_commit_lock(struct remap_device *rd)
{
	lockdep_assert_not_held(&rd->lock);
	mutex_lock(&rd->commit_lock);
}

void remap_commit_unlock(struct remap_device *rd)
{
	mutex_lock(&rd->lock);
	remap_device_check_store(rd);
	mutex_unlock(&rd->lock);
	mutex_unlock(&rd->commit_lock);
}

void remap_commit_repair_work(struct work_struct *work)
{
	struct remap_device *rd = container_of(to_delayed_work(work), struct remap_device,
					       health.repair);
	bool more;

	do {
		remap_commit_lock(rd);
		more = !remap_is_read_only(rd) && !READ_ONCE(rd->suspended) &&
		       rd->store->type->repair(rd->store);
		remap_commit_unlock(rd);
		cond_resched();
	} while (more);
	remap_device_repair_later(rd);
}
