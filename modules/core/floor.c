// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/mm.h>

#include "floor.h"
#include "table.h"

#define REMAP_FLOOR_SHARE	64

/* Memory granted to all devices together. */
static atomic_long_t granted_bytes;

static unsigned long limit(void)
{
	return totalram_pages() / REMAP_FLOOR_SHARE * PAGE_SIZE;
}

bool remap_floor_set(struct remap_floor *floor, u32 buckets)
{
	if (floor->asked == buckets)
		return true;
	remap_floor_exit(floor);
	floor->asked = buckets;
	floor->buckets = buckets;
	floor->bytes = (unsigned long)buckets * sizeof(u32);
	if (atomic_long_add_return(floor->bytes, &granted_bytes) <= limit())
		return true;
	atomic_long_sub(floor->bytes, &granted_bytes);
	floor->bytes = 0;
	floor->buckets = REMAP_MIN_BUCKETS;
	return buckets == REMAP_MIN_BUCKETS;
}

void remap_floor_exit(struct remap_floor *floor)
{
	atomic_long_sub(floor->bytes, &granted_bytes);
	*floor = (struct remap_floor) { };
}
