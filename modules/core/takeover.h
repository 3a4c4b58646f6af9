/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One device that takes over from another while the set is suspended: with another spare,
 * with more room on the same spare, with another length, or with a new main.
 *
 * The successor is made like any device, from the content of its spare, when the table is
 * loaded. When it is resumed, its table must agree with that of the device in force, which has
 * been suspended all the time.
 */
#ifndef _REMAP_TAKEOVER_H
#define _REMAP_TAKEOVER_H

#include <linux/types.h>

struct remap_device;

/**
 * remap_takeover_allowed() - whether a device is in a state in which another may take over.
 * @rd: a device that is ready.
 *
 * Context: process; the caller makes sure that @rd is not freed.
 * Return: true if it is.
 */
bool remap_takeover_allowed(const struct remap_device *rd);

/**
 * remap_takeover_check() - whether a device may take over from the one in force.
 * @rd: the successor.
 * @old: the device in force.
 *
 * Context: process, may sleep.
 * Return: NULL, or a sentence for ti->error.
 */
const char *remap_takeover_check(struct remap_device *rd, struct remap_device *old);

/**
 * remap_takeover_prepare() - copy the state of the device in force, other than its table.
 * @rd: the successor, or a device with an empty spare and the same main.
 * @old: the device in force; suspended.
 * @successor: settings are taken as they are; otherwise those that had the default for the size of
 *	the old spare get that for the new one.
 *
 * Context: process, may sleep.
 */
void remap_takeover_prepare(struct remap_device *rd, struct remap_device *old, bool successor);

/**
 * remap_takeover_end() - the successor's store has started, or has failed to start.
 * @rd: the successor.
 * @old: the device in force.
 * @started: whether it has started.
 *
 * Context: process, may sleep; does I/O to the spare of @old.
 */
void remap_takeover_end(struct remap_device *rd, struct remap_device *old, bool started);

#endif /* _REMAP_TAKEOVER_H */
