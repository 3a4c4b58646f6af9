/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gathering halves: read devices, and offer them to the module.
 */
#ifndef _DMREMAP_GATHER_H
#define _DMREMAP_GATHER_H

#include <stdbool.h>

#include "sets/half.h"
#include "sets/reassembly.h"

/**
 * gather_find_main() - find the main of a spare by its identity.
 * @spare: the spare.
 * @main: the main, which has the right size.
 * @path: takes the name of it to give to the module, which may compare the last part of it.
 *
 * Return: whether there is one.
 */
bool gather_find_main(const struct half *spare, struct blockdev *main,
		      char path[BLOCKDEV_PATH_SIZE]);

/**
 * gather_give() - let the module look at a device.
 * @path: the device.
 *
 * Prints an error on failure, unless the device has gone.
 *
 * Return: an exit status.
 */
int gather_give(const char *path);

/**
 * gather_main_of() - let the module look at the main of a spare, if that is found by what
 * it is known by.
 * @spare: the spare.
 *
 * Return: an exit status.
 */
int gather_main_of(const struct half *spare);

/**
 * gather_all() - let the module look at all halves there are.
 * @halves: the halves on all devices.
 * @wanted: whether a half, or one that is damaged and says of no set, is wanted; NULL for all.
 *
 * Devices that are nothing of ours are not given to it, or it might take one of them for
 * a main because of its size.
 *
 * Return: an exit status.
 */
int gather_all(const struct halves *halves, bool (*wanted)(const struct half *half));

#endif /* _DMREMAP_GATHER_H */
