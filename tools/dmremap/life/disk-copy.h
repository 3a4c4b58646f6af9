/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A copy of the content of an active set on another disk: made while the set is in use, and
 * completed while it is suspended.
 *
 * The first and the last MiB of the copy are held in memory until it is completed.  Until
 * then nothing finds a file system on the new disk, or confuses it with that of the set.
 */
#ifndef _DMREMAP_DISK_COPY_H
#define _DMREMAP_DISK_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ranges.h"
#include "life/set-view.h"

/**
 * struct disk_copy - a copy.
 * @view: the set.
 * @fd: the new disk, open exclusively for writing; -1 once it is completed.
 * @path: of it.
 * @leave_out: go on where sectors cannot be read.
 * @tracker: the kernel's tracker of writes.
 * @begun: the first pass, over all of the set, has been made.
 * @head: the first sectors, up to @head_end.
 * @head_end: see there.
 * @tail: the last sectors, from @tail_start.
 * @tail_start: see there.
 * @buffer: data in transit.
 * @bad: sectors that could not be read; merged after each pass.
 * @done: sectors of this pass that have been copied.
 * @total: sectors of this pass.
 * @started_ns: when it began.
 * @text: says how far it is.
 * @show: show that; the set is in use.
 * @why: the failure, as the end of a sentence; NULL if there is none.
 * @why_buffer: for @why.
 */
struct disk_copy {
	struct set_view view;
	int fd;
	const char *path;
	bool leave_out;
	uint64_t tracker;
	bool begun;
	void *head;
	uint64_t head_end;
	void *tail;
	uint64_t tail_start;
	void *buffer;
	struct ranges bad;
	uint64_t done;
	uint64_t total;
	uint64_t started_ns;
	char text[80];
	bool show;
	const char *why;
	char why_buffer[128];
};

/**
 * disk_copy_begin() - begin a copy.
 * @copy: @view, @fd, @path and @leave_out are set.
 *
 * From then on probes find no content on the new disk.  Prints an error on failure.
 *
 * Return: an exit status.
 */
int disk_copy_begin(struct disk_copy *copy);

/**
 * disk_copy_pass() - copy all of the set, or later the writes since the previous pass.
 * @copy: the copy.
 * @show: the set is in use; otherwise it is suspended.
 *
 * A signal ends it within a chunk.  Copied data is durable on return, except for the held ends.
 * Prints nothing: @copy->why has
 * the failure.
 *
 * Return: an exit status.
 */
int disk_copy_pass(struct disk_copy *copy, bool show);

/**
 * disk_copy_complete() - write the held ends, and close the new disk.
 * @copy: the copy; after the last pass, while the set is suspended.
 *
 * Return: an exit status; @copy->why has the failure.
 */
int disk_copy_complete(struct disk_copy *copy);

/* Sectors that are held. */
uint64_t disk_copy_held(const struct disk_copy *copy);

/* Have nothing be found on a new disk whose copy was completed, and then not used. */
void disk_copy_spoil(struct disk_copy *copy);

void disk_copy_end(struct disk_copy *copy);

#endif /* _DMREMAP_DISK_COPY_H */
