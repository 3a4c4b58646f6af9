/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that are not for a set whose name a stranger has chosen.
 */
#ifndef _DMREMAP_NAMES_H
#define _DMREMAP_NAMES_H

#include <stdbool.h>

#include "lib/encode.h"

/**
 * name_is_in_tables() - whether the system mounts or unlocks a device by a name.
 * @name: the name, encoded.
 *
 * Return: whether fstab, crypttab or the kernel's command line speak of /dev/mapper/@name.
 */
bool name_is_in_tables(const char *name);

/**
 * name_is_reserved() - whether a foreign set must not have a name.
 * @name: the name, encoded.
 * @uuid: of the set.
 *
 * Taken by a set that this host knows, a device of device-mapper, fstab, crypttab or the
 * kernel's command line speak of /dev/mapper/@name.
 */
bool name_is_reserved(const char *name, const char *uuid);

/**
 * name_for_foreign() - find a name for a foreign set.
 * @name: takes it.
 * @wanted: the name that its medium asks for, encoded.
 * @uuid: of the set.
 */
void name_for_foreign(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid);

#endif /* _DMREMAP_NAMES_H */
