/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracker of written regions of a device.
 */
#ifndef _DMREMAP_TRACK_H
#define _DMREMAP_TRACK_H

#include <stdint.h>

#include "lib/ranges.h"

/**
 * track_start() - have the kernel track writes from now on.
 * @name: the device.
 * @id: takes the number that the tracker is known by.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int track_start(const char *name, uint64_t *id);

/**
 * track_read() - read the regions written since the last call.
 * @name: the device.
 * @id: from track_start().
 * @written: gets the sectors.
 *
 * Says nothing, so that it may be called while the device is suspended.
 *
 * Return: 0 or a negative error number; -ESTALE if somebody else has begun since.
 */
int track_read(const char *name, uint64_t id, struct ranges *written);

/* End it.  Nothing happens if that has been done. */
void track_stop(const char *name, uint64_t id);

#endif /* _DMREMAP_TRACK_H */
