/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether others use a disk: by the statistics that the block layer keeps of it, so
 * that I/O to its other partitions counts, and nobody's I/O pays for it.
 */
#ifndef _REMAP_LOAD_H
#define _REMAP_LOAD_H

#include <linux/types.h>

struct block_device;

enum remap_load_level {
	REMAP_LOAD_NONE,	/* nobody else has used the disk */
	REMAP_LOAD_BUSY,	/* others have */
	REMAP_LOAD_SLOW,	/* and it took long to answer them */
};

/**
 * struct remap_load - the statistics when they were last looked at.
 * @sectors: read and written.
 * @requests: for those.
 * @ns: how long they took, together.
 */
struct remap_load {
	u64 sectors;
	u64 requests;
	u64 ns;
};

/**
 * remap_load_look() - what others have done since the last look.
 * @load: that look; zeroed, if there was none, and the result means nothing then.
 * @bdev: the disk, or a partition of it.
 * @sectors: that the caller itself has read since then, with one request.
 * @ns: how long that took.
 *
 * Sees I/O that was completed, and nothing where the disk keeps no statistics.
 *
 * Context: process.
 * Return: the level.
 */
enum remap_load_level remap_load_look(struct remap_load *load, struct block_device *bdev,
				      u64 sectors, u64 ns);

#endif /* _REMAP_LOAD_H */
