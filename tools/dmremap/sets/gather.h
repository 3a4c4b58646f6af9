/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gathers halves: reads devices and offers them to the module.
 */
#ifndef _DMREMAP_GATHER_H
#define _DMREMAP_GATHER_H

#include <stdbool.h>

#include "sets/half.h"
#include "sets/reassembly.h"

/**
 * gather_find_main() - find the main of a spare by its identity.
 * @spare: the spare.
 * @main: takes the main, which has the right size.
 * @path: takes the path to give to the module, which may compare its last component.
 *
 * Return: whether there is one.
 */
bool gather_find_main(const struct half *spare, struct blockdev *main,
		      char path[BLOCKDEV_PATH_SIZE]);

/**
 * gather_give() - let the module scan a device.
 * @path: the device.
 *
 * Prints an error on failure, unless the device has gone.
 *
 * Return: an exit status.
 */
int gather_give(const char *path);

/**
 * gather_main_of() - let the module scan the main of a spare, if it can be found by its identity.
 * @spare: the spare.
 *
 * Return: an exit status.
 */
int gather_main_of(const struct half *spare);

/**
 * gather_find_rival() - find another device with the identity of a main.
 * @spare: the spare, which has recorded the identity.
 * @main: a device that has it.
 * @rival: takes the other device, which has the size of the main as well.
 *
 * udev has one link for an identity, whichever device came last.
 *
 * Return: whether there is one.
 */
bool gather_find_rival(const struct half *spare, const struct half *main, struct blockdev *rival);

/**
 * gather_all() - let the module scan all halves.
 * @halves: the halves on all devices.
 * @wanted: whether to offer a half, which may be damaged and not name its set; NULL for all.
 *
 * Devices that are not halves are not offered, since the module might take one for a main because
 * of its size.
 *
 * Return: an exit status.
 */
int gather_all(const struct halves *halves, bool (*wanted)(const struct half *half));

#endif /* _DMREMAP_GATHER_H */
