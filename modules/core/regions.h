/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tells which parts of the main have remaps at all.
 *
 * The main is cut into regions, each with a count of the blocks in it that have a slot.  I/O to
 * regions whose count is 0, which is nearly all I/O on a useful disk, needs no lookup.  There are
 * at most 2^18 regions, 1 MiB of memory, of at least 1 MiB each, so that even large I/O is in one
 * or two. I/O only checks one bit per region, 32 KiB at most, which stay in the processor's cache,
 * while the counts would not.
 */
#ifndef _REMAP_REGIONS_H
#define _REMAP_REGIONS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/sizes.h>
#include <linux/types.h>

#define REMAP_REGION_MIN_SHIFT	11	/* 1 MiB, in sectors */
#define REMAP_MAX_REGIONS	SZ_256K

/**
 * struct remap_regions - a count for each region.
 * @shift: log2 of a region's sectors.
 * @nr: number of regions.
 * @used: a bit for each region whose count is not 0, in the memory after @counts.
 *	Written under the caller's lock; read without.
 * @counts: blocks that have a slot, by region.  Under the caller's lock.
 */
struct remap_regions {
	unsigned int shift;
	u32 nr;
	unsigned long *used;
	u32 counts[];
};

/**
 * remap_regions_alloc() - allocate the regions of a main.
 * @sectors: size of the main, at least 1.
 *
 * Context: process, may sleep.
 * Return: regions whose counts are 0, or NULL.
 */
struct remap_regions *remap_regions_alloc(sector_t sectors);

/**
 * remap_regions_clear() - set all counts to 0.
 * @r: regions that no I/O looks at.
 *
 * Context: any.
 */
void remap_regions_clear(struct remap_regions *r);

/**
 * remap_regions_add_all() - count one more block in each region, so that none is clean.
 * @r: regions that no I/O looks at.
 *
 * Context: any.
 */
void remap_regions_add_all(struct remap_regions *r);

/**
 * remap_regions_free() - free them.
 * @r: from remap_regions_alloc(), or NULL.
 *
 * Context: process, may sleep.
 */
void remap_regions_free(struct remap_regions *r);

/**
 * remap_regions_add() - count a block that gets or loses its slot.
 * @r: regions.
 * @sector: in the block.
 * @n: 1 or -1.
 *
 * A block is counted before it is put into the table and after it is taken out.
 *
 * Context: any; the caller's lock.
 */
static inline void remap_regions_add(struct remap_regions *r, sector_t sector, int n)
{
	sector_t i = sector >> r->shift;
	unsigned long *word = &r->used[BIT_WORD(i)];

	r->counts[i] += n;
	if (r->counts[i])
		WRITE_ONCE(*word, *word | BIT_MASK(i));
	else
		WRITE_ONCE(*word, *word & ~BIT_MASK(i));
}

static inline bool remap_region_used(const struct remap_regions *r, sector_t i)
{
	return READ_ONCE(r->used[BIT_WORD(i)]) & BIT_MASK(i);
}

/**
 * remap_regions_clean() - whether there can be no slot in a range.
 * @r: regions.
 * @sector: the range's first sector.
 * @n: its sectors, at least 1.
 *
 * Context: any.
 * Return: true if there is none.
 */
static inline bool remap_regions_clean(const struct remap_regions *r, sector_t sector,
				       unsigned int n)
{
	sector_t i = sector >> r->shift;
	sector_t last = (sector + n - 1) >> r->shift;

	/* Nearly always the last one as well. */
	while (unlikely(i != last))
		if (remap_region_used(r, i++))
			return false;
	return !remap_region_used(r, i);
}

/**
 * remap_regions_next() - skip regions without slots.
 * @r: regions.
 * @sector: where to begin, within the main.
 *
 * Context: any.
 * Return: @sector if its region's count is not 0, else the first sector of the
 * next region whose count is not 0, or of the one behind the last region.
 */
sector_t remap_regions_next(const struct remap_regions *r, sector_t sector);

#endif /* _REMAP_REGIONS_H */
