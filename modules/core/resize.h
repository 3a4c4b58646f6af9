/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resizes tables that are too large to be resized by the caller of a change.
 */
#ifndef _REMAP_RESIZE_H
#define _REMAP_RESIZE_H

#include <linux/workqueue.h>

struct remap_device;

/**
 * struct remap_resize - the resize that remap_device_balance() has left to a work item.
 * @work: moves the entries, on as many processors as hash/resize_threads says.
 * @due: when @work runs next, in jiffies, while it is pending; @rd->lock.
 */
struct remap_resize {
	struct delayed_work work;
	u64 due;
};

/**
 * remap_resize_prepare() - get ready for a device.
 * @rd: the device.
 *
 * Context: any.
 */
void remap_resize_prepare(struct remap_device *rd);

/**
 * remap_resize_stop() - stop resizing.
 * @rd: the device; nothing changes its table any more.
 *
 * Context: process, may sleep.
 */
void remap_resize_stop(struct remap_device *rd);

/**
 * remap_device_balance() - resize the table if it is due.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 */
void remap_device_balance(struct remap_device *rd);

/**
 * remap_resize_init() - get ready, when the module is loaded.
 *
 * Context: process.
 * Return: 0, -ENOMEM.
 */
int remap_resize_init(void);

/**
 * remap_resize_exit() - undo remap_resize_init(); there are no devices any more.
 *
 * Context: process.
 */
void remap_resize_exit(void);

#endif /* _REMAP_RESIZE_H */
