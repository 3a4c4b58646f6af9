/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel knows of the identity of a main, and how that compares with a recorded main_id.
 *
 * All names are exported to GPL modules in the symbol namespace DM_REMAP.
 */
#ifndef _DM_REMAP_MAIN_ID_H
#define _DM_REMAP_MAIN_ID_H

#include <linux/blkdev.h>

/* Longest world-wide name, as udev writes it: "nvme-eui." and 16 bytes in hex. */
#define DM_REMAP_WWN_SIZE	48

/* What the identity of a device says about its being the main of a spare. */
enum dm_remap_verdict {
	DM_REMAP_MAIN_SAME,	/* it has the recorded identity */
	DM_REMAP_MAIN_UNKNOWN,	/* nothing is recorded, or the kernel does not know such a name */
	DM_REMAP_MAIN_OTHER,	/* it has another one of the same kind */
};

/**
 * dm_remap_wwn() - the world-wide name of a disk.
 * @bdev: the device.
 * @wwn: takes the name as udev writes it in /dev/disk/by-id; empty if there is none.
 *
 * Partitions have none. Neither have disks behind USB: the kernel knows only what the bridge
 * says of itself, while udev asks the disk, and a disk may move from one bridge to another.
 *
 * Context: process, may sleep; the driver answers from memory after the first time.
 */
void dm_remap_wwn(struct block_device *bdev, char wwn[DM_REMAP_WWN_SIZE]);

/**
 * dm_remap_main_judge() - compare a device with a recorded main_id.
 * @main_id: as recorded; may be empty.
 * @partuuid: of the device; may be empty.
 * @wwn: from dm_remap_wwn(); may be empty.
 *
 * Return: the verdict.
 */
enum dm_remap_verdict dm_remap_main_judge(const char *main_id, const char *partuuid,
					  const char *wwn);

/**
 * dm_remap_main_id_is_number() - whether a main_id is only the number of a partition.
 * @main_id: as recorded.
 *
 * In a DOS partition table the PARTUUID is the signature of the disk and a number. The kernel
 * numbers logical partitions anew when one before them is deleted, so another partition may have
 * the recorded one; its size tells.
 *
 * Return: whether it is.
 */
bool dm_remap_main_id_is_number(const char *main_id);

#endif /* _DM_REMAP_MAIN_ID_H */
