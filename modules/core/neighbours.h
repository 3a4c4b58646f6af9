/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the neighbourhood of a failed block.
 */
#ifndef _REMAP_NEIGHBOURS_H
#define _REMAP_NEIGHBOURS_H

struct remap_device;

/**
 * remap_neighbours_step() - read the next piece near a bad block.
 * @rd: the device; prepared for probes.
 *
 * Context: the background's step.
 * Return: how long to sleep until the next step, in jiffies; REMAP_NO_STEP if there is
 * nothing to read.
 */
unsigned long remap_neighbours_step(struct remap_device *rd);

#endif /* _REMAP_NEIGHBOURS_H */
