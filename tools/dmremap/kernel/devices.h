/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The devices that a command acts on: those named, or all.
 */
#ifndef _DMREMAP_DEVICES_H
#define _DMREMAP_DEVICES_H

#include <stdbool.h>

/**
 * struct devices - names of devices.
 * @name: the names.
 * @nr: number of entries.
 * @named: the user has named them, so each of them must exist.
 */
struct devices {
	char **name;
	int nr;
	bool named;
};

/**
 * devices_find() - fill the list of names.
 * @devices: filled in.
 * @operands: names, terminated by %NULL; without any, all devices are listed.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int devices_find(struct devices *devices, char **operands);

/**
 * devices_free() - free the list.
 * @devices: the list.
 */
void devices_free(struct devices *devices);

#endif /* _DMREMAP_DEVICES_H */
