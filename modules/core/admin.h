/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remaps by hand: writes to remaps/add, mark and remove, and the messages of the same names, forget
 * and cure.
 */
#ifndef _REMAP_ADMIN_H
#define _REMAP_ADMIN_H

#include <linux/types.h>

struct remap_device;

enum remap_admin_op {
	REMAP_ADD,
	REMAP_REMOVE,
	REMAP_MARK,
	REMAP_FORGET,
	REMAP_CURE,
};

/**
 * remap_admin_write() - carry out an operation on ranges of blocks.
 * @rd: the device.
 * @text: lines of `START [COUNT]`, in sectors, terminated by NUL.
 * @len: length of @text.
 * @op: the operation.
 *
 * All lines are checked before the first takes effect.  When the function
 * returns the changes are in force and durable.
 *
 * Context: process, may sleep; no locks held.
 * Return: 0; -EINVAL if a line is malformed, -ERANGE if one is beyond the device, -EEXIST if a
 * block to be added or marked is remapped already, -ENOENT if one to be removed or forgotten is
 * not, -ENOSPC if the spare has too few free blocks, -EROFS if the device is read-only or its
 * store has failed, -EBUSY if it is suspended: nothing has changed then. -EIO if a block could
 * not be moved, -ENOSPC if blocks of the spare failed and none were left, -EINTR for a fatal
 * signal: blocks before that one have been moved. A block that cannot be cured is no error.
 */
int remap_admin_write(struct remap_device *rd, char *text, size_t len, enum remap_admin_op op);

/**
 * remap_admin_suspend() - stop or resume accepting changes.
 * @rd: the device.
 * @suspended: whether to stop, which waits for a change under way.
 *
 * Context: process, may sleep.
 */
void remap_admin_suspend(struct remap_device *rd, bool suspended);

/**
 * remap_admin_resume_remaps() - end a storm.
 * @rd: the device.
 *
 * Context: process, may sleep; no locks held.
 * Return: 0; -EROFS if the device is read-only or its store has failed, -EBUSY if it
 * is suspended, -EINTR for a fatal signal.
 */
int remap_admin_resume_remaps(struct remap_device *rd);

/**
 * remap_admin_sync() - return when every change is durable.
 * @rd: the device.
 *
 * Context: process, may sleep; no locks held.
 * Return: 0, -EIO, or as remap_admin_resume_remaps().
 */
int remap_admin_sync(struct remap_device *rd);

#endif /* _REMAP_ADMIN_H */
