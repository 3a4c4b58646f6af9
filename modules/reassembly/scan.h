/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads devices, and enters the sets that they are halves of.
 */
#ifndef _REMAP_SCAN_H
#define _REMAP_SCAN_H

#include <linux/types.h>

/**
 * reassembly_scan() - read devices and enter their sets.
 * @text: paths, with newlines between them; is changed.
 * @any: one that cannot be opened does not keep the others from being found.
 *
 * Replaces the last result for the device. Nothing else is read: other halves of the sets that a
 * device competes for, and a few more, are forgotten if they are gone. Once all devices have
 * been read, sets that have become complete are announced. If the scan fails, nothing has
 * changed.
 *
 * Several scans may run at the same time. If two read one device, the result of the read that
 * began later counts.
 *
 * Context: process, may sleep; the paths are those of the calling process.
 * Return: 0; -ENOMEM; unless @any, also -EINVAL if there is no path, and the errors of looking
 * up and opening a path.
 */
int reassembly_scan(char *text, bool any);

/**
 * reassembly_scan_exit() - forget everything.
 *
 * Context: process, may sleep; nobody scans any more.
 */
void reassembly_scan_exit(void);

#endif /* _REMAP_SCAN_H */
