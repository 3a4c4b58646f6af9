/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The block devices of this machine, as sysfs lists them.
 */
#ifndef _DMREMAP_BLOCKDEV_H
#define _DMREMAP_BLOCKDEV_H

#include <stdbool.h>
#include <stdint.h>

/* Longest path of a device, and longest "MAJ:MIN", with the zero at the end. */
#define BLOCKDEV_PATH_SIZE	512
#define BLOCKDEV_NUMBER_SIZE	24

/* Longest name of a device without "/dev/", with the zero at the end. */
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
 * blockdevs_list() - find the devices on which halves of sets may be.
 * @list: an array of them, to be freed.
 *
 * Left out are those without content, those that wait for somebody to resume them, and
 * those covered by an upper device with the same content: a member of a multipath or
 * of an array is seen through that, and a main through its dm-remap device.
 *
 * Return: their number; -1, after printing an error, if that cannot be determined.
 */
int blockdevs_list(struct blockdev **list);

/**
 * blockdev_by_path() - look up the device of a path.
 * @dev: filled in; @dev->path is @path.  In a tree that root_dir() names it may be a
 *	file, which has a number if the tree has a device of its name.
 * @path: the path.
 *
 * Return: 0 or a negative error number; -ENOTBLK if it is something else.
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
 * blockdev_name() - the path that users know for a device number.
 * @dev: takes the device, if there is one.
 * @number: "MAJ:MIN".
 *
 * Return: its path, in @dev; @number if there is none.
 */
const char *blockdev_name(struct blockdev *dev, const char *number);

/**
 * blockdev_number() - find the number of the device that a path means, without opening it.
 * @path: the path; in a tree that root_dir() names, its last part counts.
 * @number: takes "MAJ:MIN".
 *
 * Return: whether there is one.
 */
bool blockdev_number(const char *path, char number[BLOCKDEV_NUMBER_SIZE]);

/**
 * blockdev_named() - look up the device that a path means.
 * @dev: filled in.
 * @path: as for blockdev_number().
 *
 * Return: whether there is one.
 */
bool blockdev_named(struct blockdev *dev, const char *path);

/**
 * blockdev_disk() - find the disk that a device is, or is a partition of.
 * @number: "MAJ:MIN" of the device.
 * @disk: takes that of the disk.
 * @name: takes its name without "/dev/".
 *
 * Return: whether sysfs tells.
 */
bool blockdev_disk(const char *number, char disk[BLOCKDEV_NUMBER_SIZE],
		   char name[BLOCKDEV_NAME_SIZE]);

/**
 * blockdev_sysfs_name() - the name of a disk's directory in sysfs.
 * @to: takes it.
 * @name: the name without "/dev/", which may have slashes: cciss/c0d0 is cciss!c0d0 there.
 */
void blockdev_sysfs_name(char to[BLOCKDEV_NAME_SIZE], const char *name);

/* Whether blockdevs_list() would have it. */
bool blockdev_listed(const struct blockdev *dev);

/**
 * blockdev_user() - find a device that is built on a given one.
 * @dev: the lower one.
 * @user: the name of the upper one, as people know it.
 *
 * Return: whether there is one.
 */
bool blockdev_user(const struct blockdev *dev, char user[BLOCKDEV_PATH_SIZE]);

/* Whether the kernel marks a device as read-only, by its path. */
bool blockdev_is_read_only(const char *path);

#endif /* _DMREMAP_BLOCKDEV_H */
