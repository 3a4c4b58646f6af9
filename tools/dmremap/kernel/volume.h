/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An active device: its size and block size, its set, and the position of its main on the disk.
 */
#ifndef _DMREMAP_VOLUME_H
#define _DMREMAP_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"
#include "kernel/kernel.h"
#include "lib/ranges.h"
#include "lib/uuid.h"

#define SECTOR_SIZE	512

/**
 * struct volume - a device.
 * @name: its name, which is in @name_buffer: the struct must not be copied.
 * @name_buffer: storage of @name.
 * @number: "MAJ:MIN".
 * @uuid: uuid of its set; "" if the kernel shows none.
 * @sectors: its size.
 * @suspended: it is suspended.
 * @read_only: nothing is written to either half.
 * @block: block size (the unit of remapping) in bytes.
 * @main: the main.
 * @main_start: sector of the main at which the device begins.
 * @logical: logical sector size of the main in bytes.
 * @physical: physical sector size of the main in bytes.
 * @alignment: bytes before the first whole physical sector of the main.
 * @partition: the main is a partition.
 * @partition_start: first sector of that partition on the disk, otherwise 0.
 * @disk: kernel name of the disk that the main is, or is on: "sda".
 * @disk_number: "MAJ:MIN" of @disk.
 * @disk_sectors: its size.
 * @stacked: the main is not a disk or partition, but built on other devices.
 * @nsid: namespace number of an NVMe disk; 0 for other disks.
 */
struct volume {
	const char *name;
	char name_buffer[KERNEL_NAME_SIZE];
	char number[BLOCKDEV_NUMBER_SIZE];
	char uuid[UUID_TEXT_SIZE];
	uint64_t sectors;
	bool suspended;
	bool read_only;
	uint64_t block;
	struct blockdev main;
	uint64_t main_start;
	uint64_t logical;
	uint64_t physical;
	uint64_t alignment;
	bool partition;
	uint64_t partition_start;
	char disk[BLOCKDEV_NAME_SIZE];
	char disk_number[BLOCKDEV_NUMBER_SIZE];
	uint64_t disk_sectors;
	bool stacked;
	uint64_t nsid;
};

/**
 * volume_find() - look up a device and its properties.
 * @volume: filled in.
 * @name: the name given by the user, see device_name_find().
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int volume_find(struct volume *volume, const char *name);

/**
 * volume_spare() - look up the spare of a device.
 * @volume: the device.
 * @spare: filled in; only its number if it has left the system.
 * @gone: set to whether it has left the system.
 *
 * Return: false if the kernel does not show it.
 */
bool volume_spare(const struct volume *volume, struct blockdev *spare, bool *gone);

/**
 * volume_check_writable() - check that a set may be changed.
 * @volume: the set.
 *
 * If not, prints an error and the remedy.
 *
 * Return: an exit status.
 */
int volume_check_writable(const struct volume *volume);

/* Sectors in a block. */
static inline uint64_t volume_block_sectors(const struct volume *volume)
{
	return volume->block / SECTOR_SIZE;
}

/**
 * volume_free() - read the number of free blocks on the spare.
 * @volume: the device.
 * @blocks: takes the number.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int volume_free(const struct volume *volume, uint64_t *blocks);

/**
 * volume_lock() - keep other dmremap processes from manually changing the blocks of a set.
 * @volume: the set.
 *
 * Take the lock before looking up which blocks are remapped, and hold it until the moved blocks are
 * counted, so that two concurrent commands do not count each other's blocks.  If another process
 * holds the lock, prints a message and waits.
 *
 * Return: a file descriptor; closing it releases the lock.  -1 if the set has just gone.
 */
int volume_lock(const struct volume *volume);

/**
 * volume_remaps() - read the remapped and pending blocks.
 * @volume: the device.
 * @remapped: gets the remapped blocks, merged; may be NULL.
 * @pending: gets the pending blocks, merged; may be NULL.
 * @split: gets the blocks with sectors that are still only on the main, merged; if it is NULL, they
 *	go to @remapped.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int volume_remaps(const struct volume *volume, struct ranges *remapped, struct ranges *pending,
		  struct ranges *split);

#endif /* _DMREMAP_VOLUME_H */
