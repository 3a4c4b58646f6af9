/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notifications for udev, which probes a device again when a program closes it after opening it for
 * writing, but not when the kernel has written to it.
 */
#ifndef _DMREMAP_ANNOUNCE_H
#define _DMREMAP_ANNOUNCE_H

/**
 * announce_change() - have udev probe a device again.
 * @path: its path.  A failure is reported, but is not fatal.
 */
void announce_change(const char *path);

#endif /* _DMREMAP_ANNOUNCE_H */
