/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of devices: those that a command names, or all.
 */
#ifndef _DMREMAP_DEVICES_H
#define _DMREMAP_DEVICES_H

#include <stdbool.h>

/**
 * struct devices - names of devices.
 * @name: the names.
 * @nr: how many.
 * @named: somebody has named them, so each of them should be there.
 */
struct devices {
	char **name;
	int nr;
	bool named;
};

/**
 * devices_find() - make the list of names.
 * @devices: to be filled.
 * @operands: names, up to a %NULL; none are all devices there are.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int devices_find(struct devices *devices, char **operands);

/**
 * devices_free() - free it.
 * @devices: the list.
 */
void devices_free(struct devices *devices);

#endif /* _DMREMAP_DEVICES_H */
