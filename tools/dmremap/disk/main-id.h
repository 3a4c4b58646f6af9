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
 * main_id_choose() - find something that a device can be known by.
 * @path: the device.
 * @id: its identity; "" if it has none that is permanent.
 *
 * Links that depend on the content of the device, as LVM's, are left out: that goes when
 * the main is sealed.
 */
void main_id_choose(const char *path, char id[DM_REMAP_MAIN_ID_SIZE]);

/**
 * main_id_valid() - whether the kernel takes this for a main_id.
 * @id: what somebody gave.
 *
 * Prints an error if not.
 */
bool main_id_valid(const char *id);

/**
 * main_id_is_of() - whether a device is known by this.
 * @id: a main_id, as it was read from a spare; it is not trusted.
 * @path: the device.
 */
bool main_id_is_of(const char *id, const char *path);

/* The result of comparing a device's identity with a recorded main_id. */
enum main_id_verdict {
	MAIN_ID_SAME,		/* it is known by this */
	MAIN_ID_UNKNOWN,	/* none was recorded, or the device has none */
	MAIN_ID_OTHER,		/* it is known by something else: a contradiction */
};

/**
 * main_id_judge() - see whether a device may be the one that was recorded.
 * @id: a main_id, as it was read from a spare; it is not trusted.
 * @path: the device.
 *
 * A main_id chosen by the user, which is not one of udev's names, contradicts nothing.
 */
enum main_id_verdict main_id_judge(const char *id, const char *path);

/**
 * main_id_find() - find the device that is known by this.
 * @id: a main_id, as it was read from a spare; it is not trusted.
 * @path: takes the name of the device's node, behind all links.
 *
 * Return: whether there is one.
 */
bool main_id_find(const char *id, char path[PATH_MAX]);

#endif /* _DMREMAP_MAIN_ID_H */
