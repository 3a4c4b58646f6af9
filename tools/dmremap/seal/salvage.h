/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sealed main without its spare: what its label and its copies give back.
 */
#ifndef _DMREMAP_SALVAGE_H
#define _DMREMAP_SALVAGE_H

#include <dm-remap/format.h>

#include "disk/device.h"
#include "kernel/blockdev.h"

/**
 * struct salvage_range - blocks that seal moved.
 * @start: first sector.
 * @sectors: how many.
 * @content: their former content, with the first sector of the main as zeros.
 * @kept: the main has all of it.
 * @back: sectors from @start on that an interrupted --remove-label has put back already.
 */
struct salvage_range {
	uint64_t start;
	uint64_t sectors;
	uint8_t *content;
	bool kept;
	uint64_t back;
};

/**
 * struct salvage - a main.
 * @dev: the main.
 * @label: its label.
 * @uuid: of the set, as text.
 * @name: of the set's device, encoded.
 * @sectors: size of the set's device.
 * @unit: logical sector of the main, in sectors of 512 bytes.
 * @range: the ranges of the label, in order.
 * @nr: number of entries.
 * @head: the first sector of the set.
 * @head_kept: the main has it.
 */
struct salvage {
	struct device dev;
	struct dm_remap_label label;
	char uuid[37];
	char name[512];
	uint64_t sectors;
	uint64_t unit;
	struct salvage_range range[DM_REMAP_LABEL_RANGES];
	unsigned int nr;
	uint8_t head[512];
	bool head_kept;
};

/* Where a piece of the set's content comes from. */
enum salvage_source {
	SALVAGE_MAIN,		/* from the same place on the main */
	SALVAGE_KEPT,		/* from a copy on the main */
	SALVAGE_MISSING,
};

/**
 * struct salvage_piece - a run of sectors from one source.
 * @start: first sector.
 * @sectors: how many.
 * @source: where they come from.
 * @content: of %SALVAGE_KEPT: their former content.
 */
struct salvage_piece {
	uint64_t start;
	uint64_t sectors;
	enum salvage_source source;
	const uint8_t *content;
};

/* Each range, the sectors between them and behind them, and the first one on its own. */
#define SALVAGE_PIECES	(2 * DM_REMAP_LABEL_RANGES + 2)

/**
 * salvage_open() - read the label of a main, and the copies.
 * @salvage: to be filled, and closed.
 * @path: the main, or an image of it.
 * @write: open it for writing.
 *
 * Prints an error on failure.
 *
 * Return: an exit status; %EXIT_CORRECTED if there is no label.
 */
int salvage_open(struct salvage *salvage, const char *path, bool write);

void salvage_close(struct salvage *salvage);

/**
 * salvage_pieces() - cut the set's device into pieces.
 * @salvage: the main.
 * @piece: takes up to %SALVAGE_PIECES of them, in order.
 *
 * Return: how many there are.
 */
unsigned int salvage_pieces(const struct salvage *salvage, struct salvage_piece *piece);

/**
 * salvage_read() - read the set's content, as far as it is there.
 * @salvage: the main.
 * @sector: the first sector, a multiple of @salvage->unit.
 * @buffer: from device_buffer(); missing blocks become zeros.
 * @sectors: how many, a multiple of @salvage->unit.
 *
 * Return: 0 or a negative error number.
 */
int salvage_read(const struct salvage *salvage, uint64_t sector, void *buffer,
		 uint64_t sectors);

/**
 * salvage_search() - look for copies of superblocks that a file system made itself.
 * @salvage: the main.
 *
 * Prints where they are and how to use them.
 *
 * @shown: the device or file to name in the commands.
 */
void salvage_search(const struct salvage *salvage, const char *shown);

/**
 * salvage_view() - make a read-only device of the recovered content.
 * @salvage: the main.
 * @name: of the device.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int salvage_view(const struct salvage *salvage, const char *name);

/**
 * salvage_copy() - write the recovered content to another disk or to a file.
 * @salvage: the main.
 * @path: of that.
 * @force: it may have content already.
 *
 * Missing blocks become zeros.  Prints an error, and lists the unreadable places.
 *
 * Return: an exit status; %EXIT_UNCORRECTED if the main has sectors that cannot be read.
 */
int salvage_copy(const struct salvage *salvage, const char *path, bool force);

/**
 * salvage_restore() - put the blocks back in place, and the first sector over the label.
 * @salvage: the main, open for writing.
 *
 * Interrupted, it can be done again.  Prints an error on failure.
 *
 * Return: an exit status.
 */
int salvage_restore(const struct salvage *salvage);

/**
 * salvage_finish() - end salvage_restore() that was interrupted after the label had gone.
 * @path: the main.
 *
 * Return: an exit status; %EXIT_OPERATION, after printing an error, if there is no label to remove.
 */
int salvage_finish(const char *path);

#endif /* _DMREMAP_SALVAGE_H */
