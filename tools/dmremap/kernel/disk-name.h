/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model and serial number printed on a disk.
 */
#ifndef _DMREMAP_DISK_NAME_H
#define _DMREMAP_DISK_NAME_H

#define DISK_NAME_SIZE	128

/**
 * struct disk_name - names of a disk, or of the disk that contains a partition.
 * @model: "" if it is not known.
 * @serial: likewise.
 */
struct disk_name {
	char model[DISK_NAME_SIZE];
	char serial[DISK_NAME_SIZE];
};

/**
 * disk_name_find() - look up the names in udev's database or in sysfs.
 * @name: filled in.
 * @number: "MAJ:MIN" of the device; may be empty.
 */
void disk_name_find(struct disk_name *name, const char *number);

#endif /* _DMREMAP_DISK_NAME_H */
