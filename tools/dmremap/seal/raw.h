/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The main under an active set, past the set: places of blocks that are on the spare,
 * which the kernel does not touch, and the label instead of block 0.
 */
#ifndef _DMREMAP_RAW_H
#define _DMREMAP_RAW_H

#include <dm-remap/format.h>

#include "kernel/volume.h"

/**
 * struct raw - an open main.
 * @volume: the device of the set.
 * @fd: the main, open with O_DIRECT.
 * @sectors: its size.
 * @node: the node of the device.
 * @above: the device of the set, open for reading with O_DIRECT.
 * @buffer: room for a block.
 */
struct raw {
	const struct volume *volume;
	int fd;
	uint64_t sectors;
	char node[BLOCKDEV_PATH_SIZE];
	int above;
	void *buffer;
};

/**
 * raw_open() - open the main for writing.
 * @raw: filled in.
 * @volume: the device of the set.
 *
 * Until the caller closes it, udev does not probe it, and no other program opens it this way.
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int raw_open(struct raw *raw, const struct volume *volume);

void raw_close(struct raw *raw);

/**
 * raw_announce() - close the main and let udev look at it anew.
 * @raw: the main.
 */
void raw_announce(struct raw *raw);

/* The content of the label's place. */
enum raw_label {
	RAW_UNLABELLED,		/* no label */
	RAW_LABELLED,		/* that of the set */
	RAW_FOREIGN,		/* that of another set */
	RAW_DAMAGED,		/* one with a wrong checksum, or that makes no sense */
	RAW_UNREADABLE,
};

/* Read the label. */
enum raw_label raw_read_label(struct raw *raw, struct dm_remap_label *label);

/**
 * raw_write() - write the place of a block, and see that it has been written.
 * @raw: the main.
 * @block: the block, which must be on the spare.
 * @content: what its place gets: as many bytes as a block has.
 *
 * Return: 0 or a negative error number.
 */
int raw_write(struct raw *raw, uint64_t block, const void *content);

/* Flush all writes.  Return: 0 or a negative error number. */
int raw_sync(struct raw *raw);

/**
 * raw_read_above() - read a block through the set.
 * @raw: the main.
 * @block: the block.
 * @content: takes all of it; NULL if it only matters whether it can be read.
 *
 * Return: 0 or a negative error number.
 */
int raw_read_above(struct raw *raw, uint64_t block, void *content);

/* Whether the first sector of the main equals that of the set. */
bool raw_shows_first_sector(struct raw *raw);

/**
 * raw_forget_partitions() - have the kernel take back its devices of the main's partitions.
 * @raw: the main.
 *
 * Nobody can have them in use while the set has all of the main.
 */
void raw_forget_partitions(struct raw *raw);

#endif /* _DMREMAP_RAW_H */
