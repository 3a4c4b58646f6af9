/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accesses the main of an active set directly: the places of blocks that are on the spare, which
 * the kernel does not use, and the label in place of block 0.
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
 * @node: the path of the main.
 * @above: the device of the set, open for reading with O_DIRECT.
 * @buffer: buffer for a block.
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
 * Until the caller closes it, a lock keeps udev from probing it and other dmremap processes from
 * opening it. Prints an error on failure.
 *
 * Return: an exit status.
 */
int raw_open(struct raw *raw, const struct volume *volume);

void raw_close(struct raw *raw);

/**
 * raw_announce() - close the main and let udev probe it again.
 * @raw: the main.
 */
void raw_announce(struct raw *raw);

/* The content found in the place of the label. */
enum raw_label {
	RAW_UNLABELLED,		/* no label */
	RAW_LABELLED,		/* that of the set */
	RAW_FOREIGN,		/* the label of another set */
	RAW_DAMAGED,		/* a label with a wrong checksum or invalid content */
	RAW_UNREADABLE,
};

/* Read the label. */
enum raw_label raw_read_label(struct raw *raw, struct dm_remap_label *label);

/**
 * raw_write() - write the place of a block, and verify it.
 * @raw: the main.
 * @block: the block, which must be on the spare.
 * @content: the content, as large as a block.
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
 * @content: takes the content; NULL to only check that it can be read.
 *
 * Return: 0 or a negative error number.
 */
int raw_read_above(struct raw *raw, uint64_t block, void *content);

/* Whether the first sector of the main equals that of the set. */
bool raw_shows_first_sector(struct raw *raw);

/**
 * raw_forget_partitions() - make the kernel remove the partition devices of the main.
 * @raw: the main.
 *
 * They cannot be in use while the set uses the whole main.
 */
void raw_forget_partitions(struct raw *raw);

#endif /* _DMREMAP_RAW_H */
