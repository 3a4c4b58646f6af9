/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directories of a mapped device in configfs and sysfs.  docs/design.md, "Lifetime
 * and directories", has the reasons.
 *
 * A work item creates, renames and removes them, because that takes locks of configfs and the VFS
 * that any user can hold indefinitely. Activation and removal of a device only record the desired
 * state, and wait a moment for the work item.
 */
#ifndef _REMAP_DIRS_H
#define _REMAP_DIRS_H

#include <linux/dm-ioctl.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

#include <dm-remap/observer.h>

struct gendisk;
struct kernfs_node;
struct mapped_device;
struct remap_device;
struct remap_tree;

/**
 * struct remap_dirs - the directories of one mapped device.
 * @sem: for @rd; attributes hold it for reading, over I/O to @rd's disks.
 * @rd: the device in force, or NULL.
 * @observed: the device as the observer sees it; @observed.dir is its directory in sysfs.
 * @number: as dm_device_name() has it, for messages.
 *
 * Under dirs_lock (dirs.c):
 * @list: all of them.
 * @disk: of the mapped device; the entry has a reference.
 * @node: of @disk in sysfs, with a reference; NULL before the first activation.
 * @md: the mapped device, or NULL once no device uses the entry.
 * @users: devices that use the entry.
 * @open: there is a device in force.
 * @persistent: it has a directory metadata/.
 * @uuid: of its set.
 * @name: the name that the directories have or are about to get; "" for none.  No
 *	two entries have the same.
 * @incomplete: the work item could not complete its work.
 * @told: that has been logged.
 * @asked: number of times that the work item was requested.
 * @answered: the value of @asked at the start of the last run that gave the directories the
 *	device's own name.
 *
 * @work: brings them up to date; the rest is its own:
 * @tree: the directory in configfs, or NULL.
 * @tree_persistent: what @persistent was when @tree was made.
 * @linked: /sys/kernel/dm-remap has a link called @name.
 */
struct remap_dirs {
	struct rw_semaphore sem;
	struct remap_device *rd;
	struct dm_remap_observed observed;
	char number[16];

	struct list_head list;
	struct gendisk *disk;
	struct kernfs_node *node;
	struct mapped_device *md;
	unsigned int users;
	bool open;
	bool persistent;
	uuid_t uuid;
	char name[DM_NAME_LEN];
	bool incomplete;
	bool told;
	unsigned int asked;
	unsigned int answered;

	struct work_struct work;
	struct remap_tree *tree;
	bool tree_persistent;
	bool linked;
};

/**
 * remap_dirs_enter() - use the device in force.
 * @dirs: the entry.
 * @noio: for remap_dirs_leave(), which the caller must call in any case.
 *
 * Resume waits for callers between enter and leave, and I/O waits for the resume, so until they
 * leave, memory is allocated without I/O.
 *
 * Context: process, may sleep; no lock that resume takes.
 * Return: the device, or NULL if there is none.
 */
static inline struct remap_device *remap_dirs_enter(struct remap_dirs *dirs, unsigned int *noio)
{
	*noio = memalloc_noio_save();
	down_read(&dirs->sem);
	return dirs->rd;
}

/**
 * remap_dirs_leave() - stop using the device in force.
 * @dirs: the entry.
 * @noio: from remap_dirs_enter().
 *
 * Context: process.
 */
static inline void remap_dirs_leave(struct remap_dirs *dirs, unsigned int noio)
{
	up_read(&dirs->sem);
	memalloc_noio_restore(noio);
}

/**
 * remap_dirs_get() - the entry of a mapped device.
 * @md: the mapped device.
 *
 * Context: process, may sleep.
 * Return: the entry, to be released by remap_dirs_put(); NULL without memory.
 */
struct remap_dirs *remap_dirs_get(struct mapped_device *md);

/**
 * remap_dirs_put() - release an entry.
 * @dirs: from remap_dirs_get().
 *
 * After the last user the mapped device may go; the entry is freed when its directories are gone.
 *
 * Context: process, may sleep.
 */
void remap_dirs_put(struct remap_dirs *dirs);

/**
 * remap_dirs_activate() - put a device in force.
 * @dirs: its entry.
 * @rd: the device.
 *
 * If it replaces a device with another spare, it inherits the counts of that device. Open
 * files of the directories refer to @rd from now on.
 *
 * Context: process, may sleep; @rd is suspended.  Waits for attributes, and takes no
 * lock of a file system.
 */
void remap_dirs_activate(struct remap_dirs *dirs, struct remap_device *rd);

/**
 * remap_dirs_deactivate() - a device is going away.
 * @dirs: its entry.
 * @rd: the device; no attribute uses it when this returns.
 *
 * If it is in force its directories go as well; waits at most a second for that.
 *
 * Context: process, may sleep.
 */
void remap_dirs_deactivate(struct remap_dirs *dirs, struct remap_device *rd);

/**
 * remap_dirs_settle() - give the directories a moment to follow an activation.
 * @dirs: the entry.
 *
 * Waits at most half a second: programs that look for the directories after a resume find them,
 * unless a lock is held for longer.
 *
 * Context: process, may sleep.
 */
void remap_dirs_settle(struct remap_dirs *dirs);

/**
 * remap_dirs_init() - get ready.
 *
 * Context: module init.
 * Return: 0, -ENOMEM.
 */
int remap_dirs_init(void);

/**
 * remap_dirs_exit() - wait until the last directory has gone.
 *
 * Context: module exit; there are no devices.
 */
void remap_dirs_exit(void);

#endif /* _REMAP_DIRS_H */
