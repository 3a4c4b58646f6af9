/* SPDX-License-Identifier: GPL-2.0 */
/*
 * udev is told of what it cannot see: it looks at a device again when a program that could
 * write to it closes it, and not when the kernel has written.
 */
#ifndef _DMREMAP_ANNOUNCE_H
#define _DMREMAP_ANNOUNCE_H

/**
 * announce_change() - have udev look at a device again.
 * @path: what it is called; if it cannot be done that is said, and is no failure.
 */
void announce_change(const char *path);

#endif /* _DMREMAP_ANNOUNCE_H */
