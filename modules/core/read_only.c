// SPDX-License-Identifier: GPL-2.0
#include <linux/blkdev.h>

#include "device.h"
#include "read_only.h"

static bool is_marked(const struct remap_device *rd)
{
	return bdev_read_only(rd->main) || bdev_read_only(rd->spare_bdev);
}

bool remap_is_read_only(const struct remap_device *rd)
{
	return READ_ONCE(rd->read_only) || READ_ONCE(rd->turned_read_only) || is_marked(rd);
}

static void report(struct remap_device *rd)
{
	bool main = bdev_read_only(rd->main);

	remap_event(rd, REMAP_EVENT_READ_ONLY, REMAP_NO_SECTOR);
	remap_log(rd, REMAP_EVENT_READ_ONLY,
		  "the %s (%pg) has turned read-only: all writes fail; when it can be written again, suspend and resume the set",
		  main ? "main" : "spare", main ? rd->main : rd->spare_bdev);
}

bool remap_turned_read_only(struct remap_device *rd)
{
	if (READ_ONCE(rd->turned_read_only))
		return true;
	if (READ_ONCE(rd->read_only) || !is_marked(rd))
		return false;
	if (!xchg(&rd->turned_read_only, 1))
		report(rd);
	return true;
}

bool remap_writable_again(struct remap_device *rd)
{
	if (is_marked(rd))
		return false;
	if (xchg(&rd->turned_read_only, 0))
		remap_log(rd, REMAP_LOG_OTHER, "main and spare can be written again");
	return true;
}
