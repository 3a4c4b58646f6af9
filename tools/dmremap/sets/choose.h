/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The halves of a set that this host knows, among all devices that claim to be one.
 *
 * The module dm_remap_reassembly believes every medium equally, so that a copy makes a set a
 * conflict for it.  This host's records settle that.
 */
#ifndef _DMREMAP_CHOOSE_H
#define _DMREMAP_CHOOSE_H

#include "sets/reassembly.h"
#include "sets/registry.h"

/**
 * choose_halves() - find the halves of a known set.
 * @set: takes the halves, the table, and %KNOWN_COMPLETE.
 * @known: this host's record of it.
 *
 * Looks at all devices.
 *
 * Return: whether there is one device for each, and nothing speaks against it.
 */
bool choose_halves(struct known_set *set, const struct registered *known);

/* Set @set to the module's result as if there were no other devices. */
void choose_pair(struct known_set *set, const struct half *main, const struct half *spare);

#endif /* _DMREMAP_CHOOSE_H */
