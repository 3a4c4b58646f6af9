/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The identity of a main: the PARTUUID of a partition, or the name of the best link
 * in /dev/disk/by-id.
 */
#ifndef _DMREMAP_MAIN_ID_H
#define _DMREMAP_MAIN_ID_H

#include <limits.h>
#include <stdbool.h>

#include <dm-remap/format.h>

/**
 * main_id_choose() - choose a permanent identity for a device.
 * @path: the device.
 * @id: takes the identity; "" if there is no permanent one.
 *
 * Links that depend on the content of the device, such as LVM's, are not used, because sealing the
 * main hides that content.
 *
 * The disk is read only for the PARTUUID of a partition without a link of udev's; if it does not
 * answer in time, the partition counts as one without a PARTUUID. The same holds for all functions
 * below.
 */
void main_id_choose(const char *path, char id[DM_REMAP_MAIN_ID_SIZE]);

/**
 * main_id_valid() - whether the kernel accepts a main_id.
 * @id: the value given by the user.
 *
 * Prints an error if not.
 */
bool main_id_valid(const char *id);

/**
 * main_id_is_of() - whether a device has an identity.
 * @id: a main_id, as it was read from a spare; it is not trusted.
 * @path: the device.
 */
bool main_id_is_of(const char *id, const char *path);

/**
 * main_id_is_content() - whether an identity is stored on the medium, where anybody can write it.
 * @id: a PARTUUID, the UUID of an array, or another main_id.
 */
bool main_id_is_content(const char *id);

/*
 * Whether an identity is only the number of a partition in a DOS partition table. Logical
 * partitions are numbered anew when one before them is deleted.
 */
bool main_id_is_number(const char *id);

/* Whether an identity can tell a device from others: it is of a device, or has the form of one. */
bool main_id_can_tell(const char *id);

/* Result of comparing a device's identity with a recorded main_id. */
enum main_id_verdict {
	MAIN_ID_SAME,		/* the device has this identity */
	MAIN_ID_UNKNOWN,	/* no identity is recorded, or the device has none */
	MAIN_ID_OTHER,		/* the device has a different identity: a contradiction */
};

/**
 * main_id_judge() - check whether a device may be the recorded one.
 * @id: a main_id, as it was read from a spare; it is not trusted.
 * @path: the device.
 *
 * A main_id made up by the user, which is not one of udev's names, never contradicts a device.
 */
enum main_id_verdict main_id_judge(const char *id, const char *path);

/**
 * main_id_find() - find the device with an identity.
 * @id: a main_id, as it was read from a spare; it is not trusted.
 * @path: takes the path of the device node, with all links resolved.
 *
 * Return: whether a device was found.
 */
bool main_id_find(const char *id, char path[PATH_MAX]);

#endif /* _DMREMAP_MAIN_ID_H */
