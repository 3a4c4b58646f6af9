/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notifications to udev: it probes a device again when a program that could write to it closes
 * it, and not after the kernel has written.
 */
#ifndef _DMREMAP_ANNOUNCE_H
#define _DMREMAP_ANNOUNCE_H

/**
 * announce_change() - have udev look at a device again.
 * @path: its path.  A failure is reported, but is not fatal.
 */
void announce_change(const char *path);

#endif /* _DMREMAP_ANNOUNCE_H */
