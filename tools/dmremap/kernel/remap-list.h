/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The remaps of a device, from the kernel or as they were saved.
 */
#ifndef _DMREMAP_REMAP_LIST_H
#define _DMREMAP_REMAP_LIST_H

#include <stdint.h>

/* A line of either kind is shorter. */
#define LIST_LINE_SIZE		512

/**
 * struct remap_status - of the device, as dmsetup status prints it.
 * @length: its size in sectors.
 * @state: its state.
 * @remapped: blocks.
 * @capacity: blocks of the spare.
 * @pending: blocks.
 * @lost_sectors: sectors whose data is lost.
 */
struct remap_status {
	uint64_t length;
	char state[64];
	uint64_t remapped;
	uint64_t capacity;
	uint64_t pending;
	uint64_t lost_sectors;
};

/**
 * struct remap - a block in the list.
 * @main_sector: where it belongs, from the start of the device.
 * @spare_sector: where it is, or will be, on the spare.
 * @sectors: its size, a power of two up to 64.
 * @state: the kernel's word for it.
 * @lost: a bit for each of its sectors whose data is lost.
 * @unread: the same of sectors that are still only on the main, which does not give them.
 * @reason: why it left the main, enum dm_remap_reason; unknown in a list without reasons.
 */
struct remap {
	uint64_t main_sector;
	uint64_t spare_sector;
	uint32_t sectors;
	char state[16];
	uint64_t lost;
	uint64_t unread;
	unsigned int reason;
};

/**
 * struct list_visitor - callbacks for a list.
 * @begin: gets the status, and its text, before anything else; may be NULL.
 * @remap: gets each block, in order, and its line.
 * @context: for both.
 */
struct list_visitor {
	void (*begin)(void *context, const struct remap_status *status, const char *line);
	void (*remap)(void *context, const struct remap *remap, const char *line);
	void *context;
};

/**
 * struct list_reader - makes sense of lines.
 * @what: where they are from, for messages.
 * @visitor: receives their entries.
 * @lines: how many there have been; the first is the status.
 * @length: size of the device.
 * @next: the first sector behind the last block.
 */
struct list_reader {
	const char *what;
	const struct list_visitor *visitor;
	unsigned long lines;
	uint64_t length;
	uint64_t next;
};

/**
 * reason_name() - the word for a reason.
 * @reason: enum dm_remap_reason.
 *
 * Return: the word, as in the kernel's list.
 */
const char *reason_name(unsigned int reason);

/**
 * list_line() - take a line.
 * @reader: the reader.
 * @line: the line, without a newline.
 *
 * Prints an error if it is malformed.
 *
 * Return: 0 or -1.
 */
int list_line(struct list_reader *reader, const char *line);

/**
 * list_device() - visit the remaps of a device.
 * @name: its name.
 * @visitor: receives them.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int list_device(const char *name, const struct list_visitor *visitor);

/**
 * list_status() - read the status of a device alone.
 * @name: its name.
 * @status: filled in.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int list_status(const char *name, struct remap_status *status);

/**
 * list_file() - visit remaps that were saved.
 * @path: the file; a line of status, and then the lines of the list.
 * @visitor: receives them.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int list_file(const char *path, const struct list_visitor *visitor);

#endif /* _DMREMAP_REMAP_LIST_H */
