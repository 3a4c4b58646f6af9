// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>

#include "stagger.h"

/**
 * struct place - a block, by its region.
 * @round: how many steps of the region are before it.
 * @offset: of the block, in the steps of the regions in this round.
 */
struct place {
	u64 round;
	u64 offset;
};

/*
 * The last region is shorter, so it has a step in the first rounds, a part of one in the next,
 * and none in the others.
 */
static struct place find(const struct remap_stagger *s, u64 position)
{
	u64 whole = s->nr_blocks / s->region * s->step, last = s->nr_blocks % s->region;
	u64 rounds = last / s->step, in_first = rounds * (whole + s->step);
	u64 in_next = whole + last % s->step;

	if (position < in_first)
		return (struct place) { position / (whole + s->step),
					position % (whole + s->step) };
	position -= in_first;
	if (position < in_next)
		return (struct place) { rounds, position };
	position -= in_next;
	return (struct place) { rounds + 1 + position / whole, position % whole };
}

u64 remap_stagger_block(const struct remap_stagger *s, u64 position, u64 *left)
{
	struct place place;
	u64 first, end;

	if (!remap_stagger_is_on(s)) {
		*left = s->nr_blocks - position;
		return position;
	}
	place = find(s, position);
	first = place.offset / s->step * s->region + place.round * s->step;
	end = min(first + s->step, s->nr_blocks);
	first += place.offset % s->step;
	*left = end - first;
	return first;
}
