/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles disks that turn read-only while in use, as worn-out cards do, or as set by an
 * administrator.
 *
 * The block layer passes writes on to a device that is marked read-only, and its driver fails them
 * as if sectors were bad. So the mark is checked before each write, when a failure is judged,
 * before each change, and once a second. Once it is found, nothing is written to either disk until
 * a resume finds both writable.
 */
#ifndef _REMAP_READ_ONLY_H
#define _REMAP_READ_ONLY_H

#include <linux/types.h>

struct remap_device;

/**
 * remap_is_read_only() - whether the disks must not be written.
 * @rd: the device.
 *
 * Context: any.
 * Return: true if the table has read_only, or if a disk has turned read-only.
 */
bool remap_is_read_only(const struct remap_device *rd);

/**
 * remap_turned_read_only() - whether a disk has turned read-only since the last resume.
 * @rd: the device.
 *
 * On the first detection, the device becomes read-only, and the event is sent.
 *
 * Context: any but NMI, while the device is in use.
 * Return: true if so; false if the table has read_only, when it makes no difference.
 */
bool remap_turned_read_only(struct remap_device *rd);

/**
 * remap_writable_again() - check again, as part of a resume.
 * @rd: the device, which is suspended.
 *
 * Context: process.
 * Return: whether both disks can be written.
 */
bool remap_writable_again(struct remap_device *rd);

#endif /* _REMAP_READ_ONLY_H */
