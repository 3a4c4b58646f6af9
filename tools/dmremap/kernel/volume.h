/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An active device: its size and blocks, its set, and where on which disk its main is.
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
 * @name_buffer: see there.
 * @number: "MAJ:MIN".
 * @uuid: of its set; "" if the kernel shows none.
 * @sectors: its size.
 * @suspended: its I/O waits.
 * @read_only: nothing is written to either half.
 * @block: bytes of a block, the unit of remapping.
 * @main: the main.
 * @main_start: the sector of the main that is its first one.
 * @logical: bytes of a logical sector of the main.
 * @physical: bytes of a physical sector of it.
 * @alignment: bytes of the main before its first whole physical sector.
 * @partition: the main is a partition.
 * @partition_start: its first sector on the disk then, else 0.
 * @disk: the disk that the main is or is on, as the kernel calls it: "sda".
 * @disk_number: "MAJ:MIN" of it.
 * @disk_sectors: its size.
 * @stacked: the main is not a disk or partition, but built on other devices.
 * @nsid: number of the namespace, where the disk is one of NVMe; else 0.
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
 * volume_find() - find out about a device.
 * @volume: to be filled.
 * @name: what somebody called it, see device_name_find().
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int volume_find(struct volume *volume, const char *name);

/**
 * volume_check_writable() - see that a set may change.
 * @volume: the set.
 *
 * Prints an error, with the way out.
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
 * volume_free() - how many blocks there is room for on the spare.
 * @volume: the device.
 * @blocks: takes the number.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int volume_free(const struct volume *volume, uint64_t *blocks);

/**
 * volume_lock() - be the only dmremap that changes blocks of a set by hand.
 * @volume: the set.
 *
 * From before the command looks which blocks are remapped until it has counted its own: of
 * two at the same time neither takes blocks of the other for its own.  Waits for the other, and
 * says so.
 *
 * Return: a file descriptor; closing it ends the lock.  -1 if the set has just gone.
 */
int volume_lock(const struct volume *volume);

/**
 * volume_remaps() - the blocks that are remapped.
 * @volume: the device.
 * @remapped: gets them, merged; NULL if it does not matter.
 * @pending: gets those that are pending, merged; NULL if it does not matter.
 * @split: gets those with sectors that are still only on the main, merged; if it is NULL
 *	they are in @remapped.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int volume_remaps(const struct volume *volume, struct ranges *remapped, struct ranges *pending,
		  struct ranges *split);

#endif /* _DMREMAP_VOLUME_H */
