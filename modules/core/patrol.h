/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order of a device's background reads: neighbours of bad blocks, then the scrub.
 */
#ifndef _REMAP_PATROL_H
#define _REMAP_PATROL_H

struct remap_device;

/**
 * remap_patrol_step() - read one piece of the main.
 * @rd: the device.
 *
 * Context: the background's step.
 * Return: how long to sleep until the next step, in jiffies, or REMAP_NO_STEP.
 */
unsigned long remap_patrol_step(struct remap_device *rd);

/**
 * remap_patrol_suspend() - stop reading, and save the position of the scrub.
 * @rd: the device; it may still be written.
 *
 * Context: process, may sleep; no locks held.
 */
void remap_patrol_suspend(struct remap_device *rd);

#endif /* _REMAP_PATROL_H */
