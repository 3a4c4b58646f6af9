/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracks which regions of a device are written.
 */
#ifndef _DMREMAP_TRACK_H
#define _DMREMAP_TRACK_H

#include <stdint.h>

#include "lib/ranges.h"

/**
 * track_start() - start to track writes.
 * @name: the device.
 * @id: takes the ID of the tracker.
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
 * Prints nothing, so it may be called while the device is suspended.
 *
 * Return: 0 or a negative error number; -ESTALE if another program has started a tracker since.
 */
int track_read(const char *name, uint64_t id, struct ranges *written);

/* End the tracker. Does nothing if it has already ended. */
void track_stop(const char *name, uint64_t id);

#endif /* _DMREMAP_TRACK_H */
