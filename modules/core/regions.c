// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "gfp.h"
#include "regions.h"

struct remap_regions *remap_regions_alloc(sector_t sectors)
{
	unsigned int shift = REMAP_REGION_MIN_SHIFT;
	struct remap_regions *r;
	u32 nr;

	while (((sectors - 1) >> shift) >= REMAP_MAX_REGIONS)
		shift++;
	nr = ((sectors - 1) >> shift) + 1;
	r = kvzalloc(struct_size(r, counts, nr), REMAP_GFP);
	if (!r)
		return NULL;
	r->shift = shift;
	r->nr = nr;
	return r;
}

void remap_regions_free(struct remap_regions *r)
{
	kvfree(r);
}

sector_t remap_regions_next(const struct remap_regions *r, sector_t sector)
{
	sector_t i = sector >> r->shift;

	if (i < r->nr && READ_ONCE(r->counts[i]))
		return sector;
	while (++i < r->nr)
		if (READ_ONCE(r->counts[i]))
			break;
	return i << r->shift;
}
