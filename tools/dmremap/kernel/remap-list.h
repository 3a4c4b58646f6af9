/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The remaps of a device, from the kernel or from a saved list.
 */
#ifndef _DMREMAP_REMAP_LIST_H
#define _DMREMAP_REMAP_LIST_H

#include <stdint.h>

/* Upper bound on the length of a line, whether status or list entry. */
#define LIST_LINE_SIZE		512

/**
 * struct remap_status - the status of a device, as dmsetup prints it.
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
 * @main_sector: its first sector on the device.
 * @spare_sector: its current or future location on the spare.
 * @sectors: its size, a power of two up to 64.
 * @state: the kernel's word for it.
 * @lost: bit mask of the sectors whose data is lost.
 * @unread: bit mask of the sectors that are still only on the main, which cannot read them.
 * @reason: why the block left the main, enum dm_remap_reason; unknown in a list without reasons.
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
 * @begin: called first with the status and its text; may be NULL.
 * @remap: called for each block in order, with its line.
 * @context: for both.
 */
struct list_visitor {
	void (*begin)(void *context, const struct remap_status *status, const char *line);
	void (*remap)(void *context, const struct remap *remap, const char *line);
	void *context;
};

/**
 * struct list_reader - the parser of the list.
 * @what: the source of the lines, for messages.
 * @visitor: receives their entries.
 * @lines: number of lines so far; the first is the status.
 * @length: size of the device.
 * @next: the first sector after the last block.
 */
struct list_reader {
	const char *what;
	const struct list_visitor *visitor;
	unsigned long lines;
	uint64_t length;
	uint64_t next;
};

/**
 * reason_name() - name of a reason.
 * @reason: enum dm_remap_reason.
 *
 * Return: the name, as in the kernel's list.
 */
const char *reason_name(unsigned int reason);

/**
 * list_line() - parse a line.
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
 * list_status() - read only the status of a device.
 * @name: its name.
 * @status: filled in.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int list_status(const char *name, struct remap_status *status);

/**
 * list_file() - visit the remaps in a file.
 * @path: the file; a line of status, and then the lines of the list.
 * @visitor: receives them.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int list_file(const char *path, const struct list_visitor *visitor);

#endif /* _DMREMAP_REMAP_LIST_H */
