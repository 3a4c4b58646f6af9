/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resizes of tables that are too large for the caller of a change.
 */
#ifndef _REMAP_RESIZE_H
#define _REMAP_RESIZE_H

#include <linux/workqueue.h>

struct remap_device;

/**
 * remap_resize_work() - carry out the resizes that are due.
 * @work: work of remap_device.resize_work.
 *
 * Moves the entries on as many processors as hash/resize_threads says.
 *
 * Context: work queue; takes @rd->lock.
 */
void remap_resize_work(struct work_struct *work);

/**
 * remap_resize_later() - let remap_resize_work() run.
 * @rd: the device.
 * @ns: nanoseconds from now, if it is not to run earlier anyway; 0 is at once.
 *
 * Context: process; @rd->lock.
 */
void remap_resize_later(struct remap_device *rd, u64 ns);

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
 * remap_resize_exit() - undo it, when there are no devices any more.
 *
 * Context: process.
 */
void remap_resize_exit(void);

#endif /* _REMAP_RESIZE_H */
