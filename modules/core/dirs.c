// SPDX-License-Identifier: GPL-2.0
/*
 * The directories of mapped devices in configfs and sysfs: which of them should exist, under which
 * names, and the work item that creates and removes them.
 *
 * configfs holds the lock of a directory while it copies names to the reader's memory, and that
 * copy can block for as long as a page fault there does. So only the work item calls configfs and
 * sysfs, with no lock held that anything else needs.
 *
 * A name belongs to one entry at a time, from before its directories are made until they have been
 * removed.  An entry whose name is taken uses the set's uuid; whenever a name becomes free, the
 * entries that wait for one check again, so that two devices that swap names both end up with the
 * right one.
 *
 * device-mapper does not notify a target when its device is renamed, so names are checked once a
 * second, and so is whether a disk has turned read-only.
 */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "configfs.h"
#include "device.h"
#include "dirs.h"
#include "read_only.h"
#include "settings.h"
#include "store.h"
#include "sysfs.h"

#define POLL_INTERVAL	HZ
/* While a resume waits, so does I/O to the device. */
#define RESUME_WAIT	(HZ / 2)
#define REMOVE_WAIT	HZ

/*
 * Protects the entries, their names, and the queueing of their work. Nothing sleeps under it for
 * longer than it takes to read a name.
 */
static DEFINE_MUTEX(dirs_lock);
static LIST_HEAD(all_dirs);
static struct workqueue_struct *dirs_wq;
static DECLARE_WAIT_QUEUE_HEAD(answered_wait);

static void poll_devices(struct work_struct *work);
static DECLARE_DELAYED_WORK(poll_work, poll_devices);

static void ask(struct remap_dirs *dirs)
{
	lockdep_assert_held(&dirs_lock);
	dirs->asked++;
	queue_work(dirs_wq, &dirs->work);
}

static bool is_answered(const struct remap_dirs *dirs, unsigned int asked)
{
	return (int)(READ_ONCE(dirs->answered) - asked) >= 0;
}

/* Whether another entry has a name. */
static bool is_taken(const struct remap_dirs *dirs, const char *name)
{
	const struct remap_dirs *other;

	list_for_each_entry(other, &all_dirs, list)
		if (other != dirs && !strcmp(other->name, name))
			return true;
	return false;
}

/* The name that the directories should have; "" for none. */
static void wanted_name(const struct remap_dirs *dirs, char *name)
{
	lockdep_assert_held(&dirs_lock);
	*name = 0;
	if (!dirs->open)
		return;
	/* A device that is being removed has no name: keep the old one until it is gone. */
	if (dm_copy_name_and_uuid(dirs->md, name, NULL))
		strscpy(name, dirs->name, DM_NAME_LEN);
	if (!*name || is_taken(dirs, name))
		snprintf(name, DM_NAME_LEN, "%pU", &dirs->uuid);
	if (is_taken(dirs, name))
		*name = 0;
}

/* Whether the directories have the device's name, or no name is free for them. */
static bool has_own_name(const struct remap_dirs *dirs)
{
	char name[DM_NAME_LEN];

	lockdep_assert_held(&dirs_lock);
	return !dirs->open || dm_copy_name_and_uuid(dirs->md, name, NULL) ||
	       !strcmp(name, dirs->name);
}

/*
 * Let those entries check again whose directories do not have the names of their devices. Names
 * of devices are unique, so a name that is taken is about to be released by its holder.
 */
static void ask_renamed(void)
{
	struct remap_dirs *dirs;

	lockdep_assert_held(&dirs_lock);
	list_for_each_entry(dirs, &all_dirs, list)
		if (dirs->incomplete || !has_own_name(dirs))
			ask(dirs);
}

/* Attributes may hold the semaphore for a long time: if so, try again in a second. */
static void check_read_only(struct remap_dirs *dirs)
{
	if (!down_read_trylock(&dirs->sem))
		return;
	if (dirs->rd)
		remap_turned_read_only(dirs->rd);
	up_read(&dirs->sem);
}

static void poll_devices(struct work_struct *work)
{
	struct remap_dirs *dirs;

	mutex_lock(&dirs_lock);
	ask_renamed();
	list_for_each_entry(dirs, &all_dirs, list)
		check_read_only(dirs);
	if (!list_empty(&all_dirs))
		queue_delayed_work(dirs_wq, &poll_work, POLL_INTERVAL);
	mutex_unlock(&dirs_lock);
}

/* The desired state, as read by the work item. */
struct wanted {
	bool open;
	bool persistent;
	char name[DM_NAME_LEN];
};

static void look(const struct remap_dirs *dirs, struct wanted *w)
{
	w->open = dirs->open;
	w->persistent = dirs->persistent;
	wanted_name(dirs, w->name);
}

/* Remove everything with the old name, and then release the name. */
static void drop_name(struct remap_dirs *dirs)
{
	if (dirs->tree)
		remap_tree_remove(dirs->tree);
	dirs->tree = NULL;
	if (dirs->linked)
		remap_sysfs_unlink(dirs->name);
	dirs->linked = false;
}

static void take_name(struct remap_dirs *dirs, struct wanted *w)
{
	mutex_lock(&dirs_lock);
	*dirs->name = 0;
	look(dirs, w);
	strscpy(dirs->name, w->name, sizeof(dirs->name));
	ask_renamed();
	mutex_unlock(&dirs_lock);
}

/* Return: whether everything exists that should. */
static bool add_missing(struct remap_dirs *dirs, const struct wanted *w)
{
	if (!dirs->observed.dir && remap_sysfs_add(dirs))
		return false;
	if (!*w->name)
		return true;
	if (!dirs->linked)
		dirs->linked = !remap_sysfs_link(dirs, w->name);
	if (!dirs->tree) {
		dirs->tree = remap_tree_add(dirs, w->name, w->persistent);
		dirs->tree_persistent = w->persistent;
	}
	return dirs->linked && dirs->tree;
}

/* Return: whether everything exists that should. */
static bool follow(struct remap_dirs *dirs)
{
	struct wanted w;

	mutex_lock(&dirs_lock);
	look(dirs, &w);
	mutex_unlock(&dirs_lock);

	if (strcmp(w.name, dirs->name) || (dirs->tree && dirs->tree_persistent != w.persistent)) {
		drop_name(dirs);
		if (!w.open)
			remap_sysfs_remove(dirs);
		take_name(dirs, &w);
	} else if (!w.open) {
		remap_sysfs_remove(dirs);
	}
	return !w.open || add_missing(dirs, &w);
}

/* Record the set's name in the store; if the device is suspended, the next resume does it. */
static bool keep_name(struct remap_dirs *dirs)
{
	struct remap_device *rd;
	unsigned int noio;
	bool kept = true;

	rd = remap_dirs_enter(dirs, &noio);
	if (rd)
		kept = remap_settings_follow_name(rd);
	remap_dirs_leave(dirs, noio);
	return kept;
}

static void free_dirs(struct remap_dirs *dirs)
{
	sysfs_put(dirs->node);
	put_device(disk_to_dev(dirs->disk));
	kfree(dirs);
}

static void answer(struct remap_dirs *dirs, unsigned int asked, bool complete)
{
	mutex_lock(&dirs_lock);
	if (!complete && !dirs->told)
		DMWARN("%s: its directories in configfs and sysfs are made later", dirs->number);
	dirs->told = !complete;
	if (has_own_name(dirs))
		WRITE_ONCE(dirs->answered, asked);
	mutex_unlock(&dirs_lock);
	wake_up_all(&answered_wait);
}

static void dirs_work(struct work_struct *work)
{
	struct remap_dirs *dirs = container_of(work, struct remap_dirs, work);
	unsigned int asked;
	bool complete, unused;

	mutex_lock(&dirs_lock);
	asked = dirs->asked;
	mutex_unlock(&dirs_lock);

	complete = follow(dirs);
	answer(dirs, asked, complete);
	complete &= keep_name(dirs);

	mutex_lock(&dirs_lock);
	dirs->incomplete = !complete;
	unused = !dirs->users && !*dirs->name && !dirs->open && !work_pending(work);
	if (unused)
		list_del(&dirs->list);
	mutex_unlock(&dirs_lock);
	if (unused)
		free_dirs(dirs);
}

static struct remap_dirs *make_dirs(struct mapped_device *md)
{
	struct remap_dirs *dirs = kzalloc(sizeof(*dirs), GFP_KERNEL);

	if (!dirs)
		return NULL;
	init_rwsem(&dirs->sem);
	INIT_WORK(&dirs->work, dirs_work);
	strscpy(dirs->number, dm_device_name(md), sizeof(dirs->number));
	dirs->observed.name = dirs->number;
	/* Hold a reference, or a new disk could get the same address. */
	dirs->disk = dm_disk(md);
	get_device(disk_to_dev(dirs->disk));
	return dirs;
}

struct remap_dirs *remap_dirs_get(struct mapped_device *md)
{
	struct remap_dirs *new = make_dirs(md), *dirs;

	if (!new)
		return NULL;
	mutex_lock(&dirs_lock);
	list_for_each_entry(dirs, &all_dirs, list)
		if (dirs->disk == dm_disk(md))
			goto found;
	dirs = new;
	new = NULL;
	list_add(&dirs->list, &all_dirs);
	queue_delayed_work(dirs_wq, &poll_work, POLL_INTERVAL);
found:
	dirs->users++;
	dirs->md = md;
	mutex_unlock(&dirs_lock);
	if (new)
		free_dirs(new);
	return dirs;
}

void remap_dirs_put(struct remap_dirs *dirs)
{
	mutex_lock(&dirs_lock);
	if (!--dirs->users) {
		dirs->md = NULL;
		/* The work item frees it. */
		ask(dirs);
	}
	mutex_unlock(&dirs_lock);
}

void remap_dirs_activate(struct remap_dirs *dirs, struct remap_device *rd)
{
	down_write(&dirs->sem);
	if (dirs->rd && dirs->rd != rd)
		remap_inherit_counts(rd, dirs->rd);
	WRITE_ONCE(dirs->rd, rd);
	up_write(&dirs->sem);

	mutex_lock(&dirs_lock);
	dirs->open = true;
	dirs->persistent = rd->store->type != &remap_store_transient;
	dirs->uuid = rd->store->uuid;
	/* Take the reference while the node exists, since the work item may be late. */
	if (!dirs->node)
		dirs->node = sysfs_get(disk_to_dev(dirs->disk)->kobj.sd);
	ask(dirs);
	/* An entry whose device was renamed may still hold this name. */
	ask_renamed();
	mutex_unlock(&dirs_lock);
}

static void wait_for_answer(struct remap_dirs *dirs, unsigned long timeout)
{
	unsigned int asked;

	mutex_lock(&dirs_lock);
	asked = dirs->asked;
	mutex_unlock(&dirs_lock);
	if (!wait_event_timeout(answered_wait, is_answered(dirs, asked), timeout))
		DMWARN("%s: its directories in configfs and sysfs will follow later", dirs->number);
}

void remap_dirs_deactivate(struct remap_dirs *dirs, struct remap_device *rd)
{
	down_write(&dirs->sem);
	if (dirs->rd != rd) {
		up_write(&dirs->sem);
		return;
	}
	WRITE_ONCE(dirs->rd, NULL);
	up_write(&dirs->sem);

	mutex_lock(&dirs_lock);
	dirs->open = false;
	ask(dirs);
	mutex_unlock(&dirs_lock);
	wait_for_answer(dirs, REMOVE_WAIT);
}

void remap_dirs_settle(struct remap_dirs *dirs)
{
	wait_for_answer(dirs, RESUME_WAIT);
}

int remap_dirs_init(void)
{
	/* Each work item may wait for long, and none must wait for another. */
	dirs_wq = alloc_workqueue("dm-remap-dirs", WQ_UNBOUND, WQ_MAX_ACTIVE);
	return dirs_wq ? 0 : -ENOMEM;
}

void remap_dirs_exit(void)
{
	cancel_delayed_work_sync(&poll_work);
	destroy_workqueue(dirs_wq);
	/* A device that was not freed keeps its entry. */
	WARN_ON(!list_empty(&all_dirs));
}
