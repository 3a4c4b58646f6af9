/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the PARTUUID of a partition from the partition table of its disk.
 */
#ifndef _DMREMAP_PARTUUID_H
#define _DMREMAP_PARTUUID_H

#include <stdbool.h>

#include <dm-remap/format.h>

/* Whether the device at @path is a partition. Reads no disk. */
bool partuuid_has(const char *path);

/**
 * partuuid_read() - read the PARTUUID of a partition.
 * @path: the partition.
 * @id: takes it.
 *
 * Disks that did not answer before are not read, and all these reads of the program together take
 * no longer than device_timeout= of dm-remap.conf.
 *
 * Return: whether there is one, as far as can be told in this time.
 */
bool partuuid_read(const char *path, char id[DM_REMAP_MAIN_ID_SIZE]);

#endif /* _DMREMAP_PARTUUID_H */
