/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices that did not answer in time: the program reads each of them in vain only once where it
 * can do without it.
 */
#ifndef _DMREMAP_SLOW_H
#define _DMREMAP_SLOW_H

#include <stdbool.h>

/* Note that the device at @path did not answer in time. */
void slow_note(const char *path);

/* Whether that was noted for the device at @path, since the program began. */
bool slow_is(const char *path);

#endif /* _DMREMAP_SLOW_H */
