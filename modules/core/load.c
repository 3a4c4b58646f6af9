// SPDX-License-Identifier: GPL-2.0
#include <linux/blkdev.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/part_stat.h>

#include "load.h"

/* A disk that is well answers within this time, with a full queue too. */
#define SLOW_NS		(500 * NSEC_PER_MSEC)

static struct remap_load look(struct block_device *bdev)
{
	struct block_device *disk = bdev->bd_disk->part0;

	return (struct remap_load) {
		.sectors = part_stat_read(disk, sectors[STAT_READ]) +
			   part_stat_read(disk, sectors[STAT_WRITE]),
		.requests = part_stat_read(disk, ios[STAT_READ]) +
			    part_stat_read(disk, ios[STAT_WRITE]),
		.ns = part_stat_read(disk, nsecs[STAT_READ]) +
		      part_stat_read(disk, nsecs[STAT_WRITE]),
	};
}

enum remap_load_level remap_load_look(struct remap_load *load, struct block_device *bdev,
				      u64 sectors, u64 ns)
{
	struct remap_load now = look(bdev);
	u64 others = now.sectors - load->sectors;
	u64 requests = now.requests - load->requests;
	u64 took = now.ns - load->ns;

	*load = now;
	if (others <= sectors)
		return REMAP_LOAD_NONE;
	/* The caller's request may have been split: then the mean is of its pieces as well. */
	if (sectors && requests) {
		requests--;
		took -= min(took, ns);
	}
	return requests && div64_u64(took, requests) > SLOW_NS ? REMAP_LOAD_SLOW : REMAP_LOAD_BUSY;
}
