/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The block devices of this machine, as sysfs lists them.
 */
#ifndef _DMREMAP_BLOCKDEV_H
#define _DMREMAP_BLOCKDEV_H

#include <stdbool.h>
#include <stdint.h>

/* Longest path of a device, and longest "MAJ:MIN", including the NUL. */
#define BLOCKDEV_PATH_SIZE	512
#define BLOCKDEV_NUMBER_SIZE	24

/* Longest name of a device without "/dev/", including the NUL. */
#define BLOCKDEV_NAME_SIZE	64

/**
 * struct blockdev - a block device.
 * @path: its node.
 * @number: "MAJ:MIN".
 * @sectors: its size.
 */
struct blockdev {
	char path[BLOCKDEV_PATH_SIZE];
	char number[BLOCKDEV_NUMBER_SIZE];
	uint64_t sectors;
};

/**
 * blockdevs_list() - find the devices that can be halves of sets.
 * @list: an array of them; the caller frees it.
 *
 * Empty and suspended devices are left out, and so are those with a device on top that has the same
 * content: a path of a multipath device or a member of an array is found through the upper device,
 * and a main through its dm-remap device.
 *
 * Return: their number; -1, after printing an error, if that cannot be determined.
 */
int blockdevs_list(struct blockdev **list);

/**
 * blockdev_by_path() - look up the device of a path.
 * @dev: filled in; @dev->path is @path. In a test tree (see root_dir()) it may be a file, which has
 *	a number if the tree has a device with its name.
 * @path: the path.
 *
 * Return: 0 or a negative error number; -ENOTBLK if it is not a block device.
 */
int blockdev_by_path(struct blockdev *dev, const char *path);

/**
 * blockdev_by_number() - look up the device with a number.
 * @dev: filled in.
 * @number: "MAJ:MIN".
 *
 * Return: whether there is one.
 */
bool blockdev_by_number(struct blockdev *dev, const char *number);

/**
 * blockdev_gone() - whether a device that something still has open has left the system.
 * @number: "MAJ:MIN", or "" for none.
 *
 * Its number is not given to another device while it is open. Without sysfs nothing is known to be
 * gone.
 *
 * Return: whether sysfs has other devices, and not this one.
 */
bool blockdev_gone(const char *number);

/**
 * blockdev_name() - find the path under which users know a device.
 * @dev: takes the device, if there is one.
 * @number: "MAJ:MIN".
 *
 * Return: its path, in @dev; @number if there is none.
 */
const char *blockdev_name(struct blockdev *dev, const char *number);

/**
 * blockdev_number() - find the number of the device at a path, without opening it.
 * @path: the path; in a test tree (see root_dir()) only its last component counts.
 * @number: takes "MAJ:MIN".
 *
 * Return: whether there is one.
 */
bool blockdev_number(const char *path, char number[BLOCKDEV_NUMBER_SIZE]);

/**
 * blockdev_named() - look up the device at a path.
 * @dev: filled in.
 * @path: as for blockdev_number().
 *
 * Return: whether there is one.
 */
bool blockdev_named(struct blockdev *dev, const char *path);

/**
 * blockdev_disk() - find the disk of a device, which is the device itself or contains it as a
 * partition.
 * @number: "MAJ:MIN" of the device.
 * @disk: takes "MAJ:MIN" of the disk.
 * @name: takes the name of the disk without "/dev/".
 *
 * Return: whether sysfs has this information.
 */
bool blockdev_disk(const char *number, char disk[BLOCKDEV_NUMBER_SIZE],
		   char name[BLOCKDEV_NAME_SIZE]);

/**
 * blockdev_sysfs_name() - the name of a disk's directory in sysfs.
 * @to: takes the name.
 * @name: the name without "/dev/", which may have slashes: cciss/c0d0 is cciss!c0d0 there.
 */
void blockdev_sysfs_name(char to[BLOCKDEV_NAME_SIZE], const char *name);

/* Whether blockdevs_list() would list the device. */
bool blockdev_listed(const struct blockdev *dev);

/**
 * blockdev_user() - find a device that is built on a given one.
 * @dev: the lower one.
 * @user: takes the name under which users know the upper one.
 *
 * Return: whether there is one.
 */
bool blockdev_user(const struct blockdev *dev, char user[BLOCKDEV_PATH_SIZE]);

/* Whether the kernel marks the device at a path as read-only. */
bool blockdev_is_read_only(const char *path);

#endif /* _DMREMAP_BLOCKDEV_H */
