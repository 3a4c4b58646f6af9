/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of sets, in the files by which the system starts: they are not for a set whose name a
 * stranger has chosen, and have to be changed there when a set is renamed or ends.
 */
#ifndef _DMREMAP_SETS_NAMES_H
#define _DMREMAP_SETS_NAMES_H

#include <stdbool.h>

#include "lib/encode.h"

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
 * name_tell_old() - name the files that speak of a name which is no longer right.
 * @name: the name, encoded.
 * @instead: what to write there, for a sentence.
 *
 * Says nothing if there are none.
 */
void name_tell_old(const char *name, const char *instead);

/**
 * name_for_foreign() - find a name for a foreign set.
 * @name: takes it.
 * @wanted: the name that its medium asks for, encoded.
 * @uuid: of the set.
 */
void name_for_foreign(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid);

#endif /* _DMREMAP_SETS_NAMES_H */
