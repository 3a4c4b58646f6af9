/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of sets in the files that control booting. A foreign set must not take such a name, and the
 * files must be changed when a set is renamed or ends.
 */
#ifndef _DMREMAP_SETS_NAMES_H
#define _DMREMAP_SETS_NAMES_H

#include <stdbool.h>

#include "lib/encode.h"

/**
 * name_is_reserved() - whether a name must not be used for a foreign set.
 * @name: the name, encoded.
 * @uuid: of the set.
 *
 * A name is reserved if a known set or a device-mapper device has it, or if fstab, crypttab or the
 * kernel command line mentions its link in /dev/mapper or /dev/disk/by-id.
 */
bool name_is_reserved(const char *name, const char *uuid);

/**
 * name_tell_old() - print the files that mention an outdated name.
 * @name: the name, encoded.
 * @instead: the replacement, for use in a sentence.
 *
 * Prints nothing if there are none.
 */
void name_tell_old(const char *name, const char *instead);

/**
 * name_for_guest() - the name of a foreign set that nobody has asked for.
 * @name: takes it.
 * @wanted: the name stored on its medium, encoded.
 * @uuid: of the set.
 *
 * The medium does not choose it, since programs find devices by name in more places than can be
 * searched here: it always ends in digits of @uuid.
 */
void name_for_guest(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid);

/**
 * name_for_foreign() - find a name for a foreign set that the user has asked for.
 * @name: takes it.
 * @wanted: the name stored on its medium, encoded.
 * @uuid: of the set.
 */
void name_for_foreign(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid);

/**
 * name_for_listed() - find a name for a foreign set that the kernel's command line lists.
 * @name: takes it.
 * @wanted: the name stored on its medium, encoded.
 * @uuid: of the set.
 *
 * The person who listed the set expects it under the name that root= or fstab has; only the name of
 * a known set or of a device is not available.
 */
void name_for_listed(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid);

#endif /* _DMREMAP_SETS_NAMES_H */
