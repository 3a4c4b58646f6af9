/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recovers the content of a sealed main without its spare, from its label and the kept copies.
 */
#ifndef _DMREMAP_SALVAGE_H
#define _DMREMAP_SALVAGE_H

#include <dm-remap/format.h>

#include "disk/device.h"
#include "kernel/blockdev.h"

/**
 * struct salvage_range - a range of blocks that seal moved.
 * @start: first sector.
 * @sectors: how many.
 * @content: their original content, with zeros for the first sector of the main.
 * @kept: the main has a copy of all of it.
 * @back: number of sectors from @start on that an interrupted --remove-label has already restored.
 */
struct salvage_range {
	uint64_t start;
	uint64_t sectors;
	uint8_t *content;
	bool kept;
	uint64_t back;
};

/**
 * struct salvage - a sealed main.
 * @dev: the main.
 * @label: its label.
 * @uuid: of the set, as text.
 * @name: name of the set's device, encoded.
 * @sectors: size of the set's device.
 * @unit: logical sector size of the main, in sectors of 512 bytes.
 * @range: the ranges of the label, in order.
 * @nr: number of entries.
 * @head: the first sector of the set.
 * @head_kept: the main has a copy of @head.
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

/* Sources of the content. */
enum salvage_source {
	SALVAGE_MAIN,		/* from the same place on the main */
	SALVAGE_KEPT,		/* from a copy on the main */
	SALVAGE_MISSING,
};

/**
 * struct salvage_piece - a run of sectors from one source.
 * @start: first sector.
 * @sectors: how many.
 * @source: the source.
 * @content: for %SALVAGE_KEPT: the original content.
 */
struct salvage_piece {
	uint64_t start;
	uint64_t sectors;
	enum salvage_source source;
	const uint8_t *content;
};

/* Maximum number of pieces: each range, the gaps between and after them, and the first sector. */
#define SALVAGE_PIECES	(2 * DM_REMAP_LABEL_RANGES + 2)

/**
 * salvage_open() - read the label and the copies of a main.
 * @salvage: filled in; the caller closes it.
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
 * salvage_goes_last() - whether a sector is restored after the label has been removed.
 * @salvage: the main.
 * @sector: the sector.
 *
 * That is the logical sector with the copy of the first sector, unless it is the first one.
 *
 * Return: true if so.
 */
bool salvage_goes_last(const struct salvage *salvage, uint64_t sector);

/**
 * salvage_pieces() - divide the set's device into pieces by source.
 * @salvage: the main.
 * @piece: takes up to %SALVAGE_PIECES of them, in order.
 *
 * Return: how many there are.
 */
unsigned int salvage_pieces(const struct salvage *salvage, struct salvage_piece *piece);

/**
 * salvage_read() - read the content of the set as far as it is available.
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
 * salvage_search() - look for backup superblocks made by the file system itself.
 * @salvage: the main.
 * @shown: the device or file to name in the commands.
 *
 * Prints their locations and how to use them.
 */
void salvage_search(const struct salvage *salvage, const char *shown);

/**
 * salvage_view() - make a read-only device of the recovered content.
 * @salvage: the main.
 * @name: name of the device.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int salvage_view(const struct salvage *salvage, const char *name);

/**
 * salvage_copy() - write the recovered content to another disk or to a file.
 * @salvage: the main.
 * @path: path of the disk or file.
 * @force: overwrite existing content.
 *
 * Missing blocks become zeros. Prints errors, and lists the unreadable places.
 *
 * Return: an exit status; %EXIT_UNCORRECTED if the main has sectors that cannot be read.
 */
int salvage_copy(const struct salvage *salvage, const char *path, bool force);

/**
 * salvage_restore() - restore the blocks in place, and overwrite the label with the first sector.
 * @salvage: the main, open for writing.
 *
 * It can be repeated if it was interrupted. Prints an error on failure.
 *
 * Return: an exit status.
 */
int salvage_restore(const struct salvage *salvage);

/**
 * salvage_finish() - complete a salvage_restore() that was interrupted after it had overwritten the
 * label.
 * @path: the main.
 *
 * Return: an exit status; %EXIT_OPERATION, after printing an error, if there is no label to remove.
 */
int salvage_finish(const char *path);

#endif /* _DMREMAP_SALVAGE_H */
