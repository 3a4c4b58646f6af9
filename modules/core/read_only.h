/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Disks that turn read-only while in use: cards at the end of their life do, and
 * administrators make them so.
 *
 * The block layer lets writes pass to a device that is marked read-only, and a driver
 * that has one fails them as if sectors were bad.  So the mark is looked at: before each
 * write, where a failure is judged, before each change, and once a second.  From then on
 * nothing is written to either disk, until a resume finds both writable.
 */
#ifndef _REMAP_READ_ONLY_H
#define _REMAP_READ_ONLY_H

#include <linux/types.h>

struct remap_device;

/**
 * remap_is_read_only() - whether nothing may be written to either disk.
 * @rd: the device.
 *
 * Context: any.
 * Return: true if the table says so, or if a disk has turned read-only.
 */
bool remap_is_read_only(const struct remap_device *rd);

/**
 * remap_turned_read_only() - whether a disk has turned read-only since the last resume.
 * @rd: the device.
 *
 * If this is news, the device is read-only from now on, and the event is sent.
 *
 * Context: any but NMI, while the device is in use.
 * Return: as it says; false if the table says read_only, when it makes no difference.
 */
bool remap_turned_read_only(struct remap_device *rd);

/**
 * remap_writable_again() - look again, as part of a resume.
 * @rd: the device, which is suspended.
 *
 * Context: process.
 * Return: whether both disks can be written.
 */
bool remap_writable_again(struct remap_device *rd);

#endif /* _REMAP_READ_ONLY_H */
