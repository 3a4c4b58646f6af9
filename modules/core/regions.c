// SPDX-License-Identifier: GPL-2.0
#include <linux/bitmap.h>
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
	size_t counts;
	u32 nr;

	while (((sectors - 1) >> shift) >= REMAP_MAX_REGIONS)
		shift++;
	nr = ((sectors - 1) >> shift) + 1;
	/* An even number of counts, so that the bits after them are aligned. */
	counts = struct_size(r, counts, round_up(nr, 2));
	r = kvzalloc(counts + BITS_TO_LONGS(nr) * sizeof(long), REMAP_GFP);
	if (!r)
		return NULL;
	r->shift = shift;
	r->nr = nr;
	r->used = (unsigned long *)((char *)r + counts);
	return r;
}

void remap_regions_clear(struct remap_regions *r)
{
	memset(r->counts, 0, r->nr * sizeof(r->counts[0]));
	bitmap_zero(r->used, r->nr);
}

void remap_regions_add_all(struct remap_regions *r)
{
	u32 i;

	for (i = 0; i < r->nr; i++)
		r->counts[i]++;
	bitmap_fill(r->used, r->nr);
}

void remap_regions_free(struct remap_regions *r)
{
	kvfree(r);
}

sector_t remap_regions_next(const struct remap_regions *r, sector_t sector)
{
	sector_t i = sector >> r->shift;

	if (i >= r->nr)
		return (i + 1) << r->shift;
	if (remap_region_used(r, i))
		return sector;
	return (sector_t)find_next_bit(r->used, r->nr, i + 1) << r->shift;
}
