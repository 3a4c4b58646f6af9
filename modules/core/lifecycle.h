/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a device: created by the first table that names its main and spare, shared by tables
 * loaded later, freed with the last of them.
 */
#ifndef _REMAP_LIFECYCLE_H
#define _REMAP_LIFECYCLE_H

#include <linux/list.h>
#include <linux/types.h>

struct block_device;
struct dm_target;
struct remap_args;
struct remap_device;
struct remap_regions;

/**
 * struct remap_life - the stage of a device in its life.
 * @list: in the list of devices.
 * @users: targets that use it, one for each loaded table; remap_devices_lock.
 * @ready: it is completely set up, and not being freed; remap_devices_lock.
 * @kept: the table that used it is gone, and the next one could not be resumed; remap_devices_lock.
 * @spare_sectors: size of the spare when it was opened.
 * @loaded: the table has been loaded from the store.
 * @started: the store may write.
 * @refused: it must not replace a device that had remaps.
 * @successor: it was created to take over from the device in force.
 * @new_main: it takes over with a new main, which has all content of the set: ID of the tracker
 *	that guarantees that; otherwise 0.
 * @in_large_sectors: the main's content is of a set in use with sectors as large as this one's.
 * @predecessor: the device in force, with a reference, while the successor is being created.
 */
struct remap_life {
	struct list_head list;
	unsigned int users;
	bool ready;
	bool kept;
	sector_t spare_sectors;
	bool loaded;
	bool started;
	bool refused;
	bool successor;
	u64 new_main;
	bool in_large_sectors;
	struct remap_device *predecessor;
};

/* While its table is being loaded, the device is not shared. */
static inline bool remap_is_loaded(const struct remap_life *life)
{
	return life->loaded;
}

static inline bool remap_is_started(const struct remap_life *life)
{
	return READ_ONCE(life->started);
}

/* ID of the tracker of a new main, or 0. */
static inline u64 remap_new_main(const struct remap_life *life)
{
	return life->new_main;
}

/**
 * remap_device_get() - get the device for a new target.
 * @ti: the target; its table's mapped device is the key.
 * @args: its parsed table line.
 * @main: the main device, open.
 * @spare: the spare device, open.
 * @rdp: set to the device.
 *
 * A target with the same main and spare as an existing one of the same mapped device shares its
 * device, so a table reload keeps remaps and settings.
 *
 * Otherwise a device is created, which reads the spare; other tables do not wait for that.
 *
 * Context: process, may sleep.
 * Return: 0, after which the caller must release the device with remap_device_put(); or -errno with
 * ti->error set.
 */
int remap_device_get(struct dm_target *ti, const struct remap_args *args,
		     struct block_device *main, struct block_device *spare,
		     struct remap_device **rdp);

/**
 * remap_device_check_length() - whether a device can have a length.
 * @rd: the device; its block size is known.
 * @len: sectors.
 *
 * Return: NULL, or a sentence for ti->error.
 */
char *remap_device_check_length(const struct remap_device *rd, sector_t len);

/**
 * remap_device_put() - release a device; the last user frees it.
 * @rd: from remap_device_get().
 *
 * Context: process, may sleep; there is no I/O to the last user's target.
 */
void remap_device_put(struct remap_device *rd);

/**
 * remap_device_activate() - put a device in force for its mapped device.
 * @rd: the device.
 * @args: the table line of the target.
 * @regions: for the length of the target; exchanged for those in use if that is
 *	not @rd->len.
 * @len: sectors of the target.
 * @refused: set to the device that has remaps, on another spare, if that is why.
 *
 * Called before resume.  The directories in configfs and sysfs follow asynchronously, see
 * remap_dirs_settle().
 *
 * Context: process, may sleep; suspended.
 * Return: 0; -EINVAL if there are remaps beyond @len; -EBUSY with @refused set, in which case the
 * caller must release that with remap_device_put() and keep its disks open until then; or the error
 * of the store.
 */
int remap_device_activate(struct remap_device *rd, const struct remap_args *args,
			  struct remap_regions **regions, sector_t len,
			  struct remap_device **refused);

#endif /* _REMAP_LIFECYCLE_H */
