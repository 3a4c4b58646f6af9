// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "lib/message.h"
#include "lib/ranges.h"

void ranges_add(struct ranges *ranges, wide start, wide end)
{
	if (ranges->nr == ranges->room) {
		ranges->room = ranges->room ? 2 * ranges->room : 64;
		ranges->range = reallocarray(ranges->range, ranges->room, sizeof(*ranges->range));
		if (!ranges->range)
			no_memory();
	}
	ranges->range[ranges->nr++] = (struct range) { start, end };
}

static int compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void ranges_merge(struct ranges *ranges)
{
	struct range *range = ranges->range;
	size_t i, last = 0;

	if (!ranges->nr)
		return;
	qsort(range, ranges->nr, sizeof(*range), compare);
	for (i = 1; i < ranges->nr; i++) {
		if (range[i].start > range[last].end)
			range[++last] = range[i];
		else if (range[i].end > range[last].end)
			range[last].end = range[i].end;
	}
	ranges->nr = last + 1;
}

/* Add the remainder of one range; @first is the first of the others that may overlap it. */
static void subtract_from(struct ranges *left, struct range range, const struct ranges *others,
			  size_t first)
{
	const struct range *other;

	for (; first < others->nr && range.start < range.end; first++) {
		other = &others->range[first];
		if (other->start >= range.end)
			break;
		if (other->start > range.start)
			ranges_add(left, range.start, other->start);
		if (other->end > range.start)
			range.start = other->end;
	}
	if (range.start < range.end)
		ranges_add(left, range.start, range.end);
}

wide ranges_subtract(struct ranges *ranges, const struct ranges *others)
{
	wide before = ranges_total(ranges);
	struct ranges left = {};
	size_t i, first = 0;

	for (i = 0; i < ranges->nr; i++) {
		while (first < others->nr && others->range[first].end <= ranges->range[i].start)
			first++;
		subtract_from(&left, ranges->range[i], others, first);
	}
	ranges_free(ranges);
	*ranges = left;
	return before - ranges_total(ranges);
}

wide ranges_total(const struct ranges *ranges)
{
	wide total = 0;
	size_t i;

	for (i = 0; i < ranges->nr; i++)
		total += ranges->range[i].end - ranges->range[i].start;
	return total;
}

void ranges_free(struct ranges *ranges)
{
	free(ranges->range);
	*ranges = (struct ranges) {};
}
