/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registry of sets that this host knows: a file for each in /etc/dm-remap/sets.d, named by the
 * uuid. docs/security.md describes the consequences.
 *
 * Lines are KEY=VALUE. A file without main_id and spare_id, or one that cannot be read, is reported
 * and makes no set known: anybody can have the uuid. Other keys that are missing are not compared.
 * Lines that this version does not know are kept, at the end.
 */
#ifndef _DMREMAP_REGISTRY_H
#define _DMREMAP_REGISTRY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/encode.h"
#include "lib/file.h"
#include "lib/uuid.h"
#include "sets/secret.h"

/* The directory, for messages. */
#define REGISTRY_DIR	"/etc/dm-remap/sets.d"

/* Longest identity: the path of the file behind a loop device. */
#define REGISTRY_ID_SIZE	1024

/**
 * struct registered - the record of a set.
 * @uuid: its uuid.
 * @name: name of its device, encoded; "" if not recorded.
 * @secret_hash: from secret_hash(); "" if not recorded, as in files of older versions.
 * @main_id: the identity of its main, from registry_identify(); "" if not recorded.
 * @main_sectors: the size of the main; 0 if not recorded.
 * @spare_id: like @main_id, for the spare.
 * @next_main_id: identity of a disk that is about to become its main; "" for none. Until the set is
 *	activated with one of the two disks (its spare decides which), either may be the main.
 * @next_spare_id: like @next_main_id, for the spare.
 * @copy_id: identity of a disk that may have the content of the set but is not its main: a former
 *	main, or one that nearly became the main; "" for none.  See sets/stale-copy.h.
 * @timeouts: set the time-outs of the disk when the set is activated: see sets/timeouts.h.
 * @others: lines that this version does not know.
 */
struct registered {
	char uuid[UUID_TEXT_SIZE];
	char name[ENCODED_NAME_SIZE];
	char secret_hash[SECRET_HASH_SIZE];
	char main_id[REGISTRY_ID_SIZE];
	uint64_t main_sectors;
	char spare_id[REGISTRY_ID_SIZE];
	char next_main_id[REGISTRY_ID_SIZE];
	char next_spare_id[REGISTRY_ID_SIZE];
	char copy_id[REGISTRY_ID_SIZE];
	bool timeouts;
	char others[FILE_TEXT_SIZE];
};

/**
 * registry_find() - read the record of a set.
 * @set: filled in; of a record that is there and cannot be used, only the uuid.
 * @uuid: the set; it may come from a medium.
 *
 * Reports a record that cannot be used, once.
 *
 * Return: whether this host knows it.
 */
bool registry_find(struct registered *set, const char *uuid);

/**
 * registry_list() - read the records of all known sets.
 * @list: an array, in order of uuids; the caller frees it.
 *
 * Return: how many there are.
 */
int registry_list(struct registered **list);

/* The known set with a name, other than the one with this uuid.  Returns whether there is one. */
bool registry_find_name(struct registered *set, const char *name, const char *other_than);

/**
 * registry_write() - create or update the record of a set.
 * @set: the set.
 *
 * A failure only affects the next boot, and is printed.
 *
 * Return: whether the record changed.
 */
bool registry_write(const struct registered *set);

/**
 * registry_remove() - remove the record of a set.
 * @uuid: the set.
 *
 * Prints an error if that fails; not if the host does not know the set.
 *
 * Return: whether it was known, and has been removed.
 */
bool registry_remove(const char *uuid);

/**
 * registry_identify() - find the identity to record for a device.
 * @id: takes an identity, as main_id_choose() gives it; "file:PATH" for a loop device; "-" for
 *	a device that has none.
 * @path: the device.
 */
void registry_identify(char id[REGISTRY_ID_SIZE], const char *path);

/* Whether a recorded identity distinguishes devices: it is neither "-" nor empty. */
bool registry_is_identity(const char *id);

/**
 * registry_is() - whether a device may be the one for which an identity was recorded.
 * @id: a recorded identity; "" matches any device.
 * @path: the device.
 */
bool registry_is(const char *id, const char *path);

/* Whether a device may be the main of a set, or the disk that was about to become it. */
bool registry_is_main(const struct registered *set, const char *path);

/* Likewise for the spare. */
bool registry_is_spare(const struct registered *set, const char *path);

/* Whether a recorded identity of the main matches a device that has an identity of its own. */
bool registry_names_main(const struct registered *set, const char *path);

/* Likewise for the spare. */
bool registry_names_spare(const struct registered *set, const char *path);

#endif /* _DMREMAP_REGISTRY_H */
