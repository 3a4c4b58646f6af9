/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies the content of an active set to another disk: most of it while the set is in use, and the
 * rest while it is suspended.
 *
 * The first and the last MiB of the copy are held in memory until the end. Until then no program
 * finds a file system on the new disk, or confuses it with that of the set.
 *
 * A record there says what has been copied durably, so that the copy can go on after an
 * interruption.
 */
#ifndef _DMREMAP_DISK_COPY_H
#define _DMREMAP_DISK_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "life/copy-record.h"
#include "lib/ranges.h"
#include "life/set-view.h"

/**
 * struct disk_copy - a copy.
 * @view: the set.
 * @fd: the new disk, open exclusively for writing; -1 when the copy is complete.
 * @path: path of the new disk.
 * @leave_out: continue if sectors cannot be read.
 * @may_record: the set can remember what is written after an interruption.
 * @recorded: so it does, and @record is on the new disk.
 * @record: what has been copied.
 * @recorded_ns: when it was last written.
 * @broken: a write to the new disk failed, so no further record can be trusted.
 * @looked_ns: when the kernel was last asked whether it can record what is written.
 * @kept: what an interrupted copy has left there that need not be copied again; merged.
 * @tracker: the kernel's tracker of writes.
 * @begun: the first pass, over the whole set, has begun.
 * @first: this is the first pass.
 * @head: the held content from the first sector to @head_end.
 * @head_end: end of @head.
 * @tail: the held content from @tail_start to the last sector.
 * @tail_start: start of @tail.
 * @buffer: data in transit.
 * @bad: unreadable sectors, as of the end of the last pass; merged.
 * @found: those found in this pass.
 * @done: sectors copied in this pass.
 * @total: sectors to copy in this pass.
 * @started_ns: start time of the pass.
 * @text: description of the progress.
 * @show: show the progress; only while the set is in use.
 * @deadline_ns: a pass fails after this time by clock_ns(); 0 for none.
 * @why: the failure, as the end of a sentence; NULL if there is none.
 * @why_buffer: for @why.
 */
struct disk_copy {
	struct set_view view;
	int fd;
	const char *path;
	bool leave_out;
	bool may_record;
	bool recorded;
	struct copy_record record;
	uint64_t recorded_ns;
	bool broken;
	uint64_t looked_ns;
	struct ranges kept;
	uint64_t tracker;
	bool begun;
	bool first;
	void *head;
	uint64_t head_end;
	void *tail;
	uint64_t tail_start;
	void *buffer;
	struct ranges bad;
	struct ranges found;
	uint64_t done;
	uint64_t total;
	uint64_t started_ns;
	char text[80];
	bool show;
	uint64_t deadline_ns;
	const char *why;
	char why_buffer[BLOCKDEV_PATH_SIZE + 64];
};

/**
 * disk_copy_begin() - start a copy.
 * @copy: @view, @fd, @path, @leave_out and @may_record are set.
 *
 * From now on probes find no content on the new disk. Says what is left there of an interrupted
 * copy, or why nothing is. Prints an error on failure.
 *
 * Return: an exit status.
 */
int disk_copy_begin(struct disk_copy *copy);

/**
 * disk_copy_pass() - copy all of the set, or later the writes since the previous pass.
 * @copy: the copy.
 * @show: the set is in use; otherwise it is suspended.
 *
 * While the set is suspended, sectors that could not be read in an earlier pass, and have not been
 * written since, are not tried again. A signal ends the pass within a chunk. Copied data is durable
 * on return, except for the held ends. Prints nothing: @copy->why takes the failure.
 *
 * Return: an exit status.
 */
int disk_copy_pass(struct disk_copy *copy, bool show);

/**
 * disk_copy_complete() - write the held ends, and close the new disk.
 * @copy: the copy; after the last pass, while the set is suspended.
 *
 * Return: an exit status; @copy->why takes the failure.
 */
int disk_copy_complete(struct disk_copy *copy);

/* Number of held sectors. */
uint64_t disk_copy_held(const struct disk_copy *copy);

/* If a completed copy is not used, make sure that no content is found on the new disk. */
void disk_copy_spoil(struct disk_copy *copy);

void disk_copy_end(struct disk_copy *copy);

#endif /* _DMREMAP_DISK_COPY_H */
