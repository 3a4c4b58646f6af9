/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ranges of anything that is counted: bytes of a disk, blocks of a device.
 *
 * Numbers have 128 bits, so that what somebody has listed can be multiplied, moved
 * and rounded without a thought of where it wraps.
 */
#ifndef _DMREMAP_RANGES_H
#define _DMREMAP_RANGES_H

#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 wide;

/* From @start on, up to but without @end. */
struct range {
	wide start;
	wide end;
};

/**
 * struct ranges - some of them; all zero for none.
 * @range: the ranges.
 * @nr: number of entries.
 * @room: how many there is memory for.
 */
struct ranges {
	struct range *range;
	size_t nr;
	size_t room;
};

/**
 * ranges_add() - add one at the end.
 * @ranges: the others.
 * @start: where it begins.
 * @end: the end, exclusive.
 */
void ranges_add(struct ranges *ranges, wide start, wide end);

/**
 * ranges_merge() - put them in order, and join those that overlap or touch.
 * @ranges: the ranges.
 */
void ranges_merge(struct ranges *ranges);

/**
 * ranges_subtract() - subtract other ranges.
 * @ranges: from these; merged.
 * @others: what to take away; merged.
 *
 * Return: how much has been taken away.
 */
wide ranges_subtract(struct ranges *ranges, const struct ranges *others);

/**
 * ranges_total() - how much is in all of them.
 * @ranges: the ranges.
 */
wide ranges_total(const struct ranges *ranges);

/**
 * ranges_free() - drop them.
 * @ranges: there are none in it then.
 */
void ranges_free(struct ranges *ranges);

static inline wide round_down_to(wide value, wide unit)
{
	return value - value % unit;
}

static inline wide round_up_to(wide value, wide unit)
{
	return round_down_to(value + unit - 1, unit);
}

#endif /* _DMREMAP_RANGES_H */
