/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chooses the halves of a known set among all devices that claim to be one.
 *
 * The module dm_remap_reassembly trusts all media equally, so a copy of a half is a conflict to it.
 * The records of this host resolve the conflict.
 */
#ifndef _DMREMAP_CHOOSE_H
#define _DMREMAP_CHOOSE_H

#include "sets/reassembly.h"
#include "sets/registry.h"

/**
 * choose_halves() - find the halves of a known set.
 * @set: takes the halves, the table and the state %KNOWN_COMPLETE.
 * @known: this host's record of it.
 *
 * Examines all devices.
 *
 * Return: whether exactly one suitable device was found for each half.
 */
bool choose_halves(struct known_set *set, const struct registered *known);

/*
 * Set @set to the result that the module would have for only these two devices. Nothing is left of
 * what another device with the uuid of the set says, such as another name.
 */
void choose_pair(struct known_set *set, const struct half *main, const struct half *spare);

#endif /* _DMREMAP_CHOOSE_H */
