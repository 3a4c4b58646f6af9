/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a device: made by the first table that names its main and spare, shared
 * by the tables loaded after it, freed with the last of them.
 */
#ifndef _REMAP_LIFECYCLE_H
#define _REMAP_LIFECYCLE_H

#include <linux/types.h>

struct block_device;
struct dm_target;
struct remap_args;
struct remap_device;
struct remap_regions;

/**
 * remap_device_get() - the device that a new target is for.
 * @ti: the target; its table's mapped device is the key.
 * @args: its parsed table line.
 * @main: the main device, open.
 * @spare: the spare device, open.
 * @rdp: set to the device.
 *
 * A target that has the same main and spare as one that exists for the same
 * mapped device shares its device: so a table reload keeps remaps and settings.
 *
 * Without a device to share one is made, which reads the spare; no other table waits for
 * that.
 *
 * Context: process, may sleep.
 * Return: 0, and the caller releases the device by remap_device_put(); or -errno
 * with ti->error set.
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
 * remap_device_put() - give it back; the last user frees it.
 * @rd: from remap_device_get().
 *
 * Context: process, may sleep; there is no I/O to the last user's target.
 */
void remap_device_put(struct remap_device *rd);

/**
 * remap_device_activate() - make a device the one of its mapped device.
 * @rd: the device.
 * @args: the table line of the target.
 * @regions: for the length of the target; exchanged for those in use if that is
 *	not @rd->len.
 * @len: sectors of the target.
 * @refused: set to the device that has remaps, on another spare, if that is why.
 *
 * Called before resume.  The directories in configfs and sysfs follow by themselves, see
 * remap_dirs_settle().
 *
 * Context: process, may sleep; suspended.
 * Return: 0; -EINVAL if there are remaps beyond @len; -EBUSY with @refused set: it is to
 * be given back by remap_device_put(), and to keep its disks open until then is for the
 * caller; or what the store says.
 */
int remap_device_activate(struct remap_device *rd, const struct remap_args *args,
			  struct remap_regions **regions, sector_t len,
			  struct remap_device **refused);

#endif /* _REMAP_LIFECYCLE_H */
