/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ranges of numbers, such as bytes of a disk or blocks of a device.
 *
 * Numbers have 128 bits, so that numbers from user input can be multiplied, shifted and rounded
 * without overflow.
 */
#ifndef _DMREMAP_RANGES_H
#define _DMREMAP_RANGES_H

#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 wide;

/* From @start (inclusive) to @end (exclusive). */
struct range {
	wide start;
	wide end;
};

/**
 * struct ranges - an array of ranges; all zeros when empty.
 * @range: the ranges.
 * @nr: number of entries.
 * @room: allocated number of ranges.
 */
struct ranges {
	struct range *range;
	size_t nr;
	size_t room;
};

/**
 * ranges_add() - append a range.
 * @ranges: the ranges.
 * @start: the first number.
 * @end: the end (exclusive).
 */
void ranges_add(struct ranges *ranges, wide start, wide end);

/**
 * ranges_merge() - sort ranges, and merge those that overlap or touch.
 * @ranges: the ranges.
 */
void ranges_merge(struct ranges *ranges);

/**
 * ranges_subtract() - subtract other ranges.
 * @ranges: the ranges to subtract from; merged.
 * @others: the ranges to subtract; merged.
 *
 * Return: the total size of what was subtracted.
 */
wide ranges_subtract(struct ranges *ranges, const struct ranges *others);

/**
 * ranges_total() - total size of all ranges.
 * @ranges: the ranges.
 */
wide ranges_total(const struct ranges *ranges);

/**
 * ranges_free() - free the array.
 * @ranges: the ranges; empty on return.
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
