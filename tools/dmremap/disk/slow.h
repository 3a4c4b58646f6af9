/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices that did not answer in time: where the program can do without them, it reads each of
 * them in vain only once, and a program that runs for months once an hour.
 */
#ifndef _DMREMAP_SLOW_H
#define _DMREMAP_SLOW_H

#include <stdbool.h>

/* Note that the device at @path did not answer in time. */
void slow_note(const char *path);

/* Whether that was noted for the device at @path within the last hour. */
bool slow_is(const char *path);

#endif /* _DMREMAP_SLOW_H */
