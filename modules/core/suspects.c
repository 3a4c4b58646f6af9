// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>
#include <linux/string.h>

#include "suspects.h"

/* A piece has one block for every this many blocks between it and the outermost bad one. */
#define BLOCKS_FOR_ONE	8

static enum remap_side side_of(const struct remap_suspect *area, u64 block)
{
	return block < area->origin ? REMAP_BELOW : REMAP_ABOVE;
}

static u64 distance(const struct remap_suspect *area, u64 block)
{
	return block < area->origin ? area->origin - block : block - area->origin;
}

bool remap_suspects_note(struct remap_suspects *s, u64 block, u64 reach)
{
	struct remap_suspect *area;

	for (area = s->areas; area < s->areas + s->nr; area++) {
		u64 *bad = &area->bad[side_of(area, block)];

		if (distance(area, block) > *bad + reach)
			continue;
		*bad = max(*bad, distance(area, block));
		return true;
	}
	if (!reach || s->nr == REMAP_MAX_SUSPECTS)
		return false;
	s->areas[s->nr++] = (struct remap_suspect) { .origin = block };
	return true;
}

/* Blocks on a side that are still to be read. */
static u64 left(const struct remap_suspect *area, enum remap_side side, u64 reach, u64 nr_blocks)
{
	u64 there = side == REMAP_BELOW ? area->origin : nr_blocks - 1 - area->origin;
	u64 end = min(area->bad[side] + reach, there);

	return end > area->done[side] ? end - area->done[side] : 0;
}

/* Number of blocks beyond the outermost bad one that were looked at. */
static u64 since_bad(const struct remap_suspect *area, enum remap_side side)
{
	return area->done[side] > area->bad[side] ? area->done[side] - area->bad[side] : 0;
}

static u64 piece_length(const struct remap_suspect *area, enum remap_side side, u64 max)
{
	if (area->done[side] < area->single[side])
		return 1;
	return clamp(since_bad(area, side) / BLOCKS_FOR_ONE, 1ULL, max);
}

bool remap_suspects_next(const struct remap_suspects *s, u64 reach, u64 nr_blocks, u64 max,
			 struct remap_suspect_piece *piece)
{
	const struct remap_suspect *area = s->areas;
	u64 below, above;

	/* The device may have become shorter. */
	if (area->origin >= nr_blocks)
		return false;
	below = left(area, REMAP_BELOW, reach, nr_blocks);
	above = left(area, REMAP_ABOVE, reach, nr_blocks);
	if (!below && !above)
		return false;
	if (!above || (below && since_bad(area, REMAP_BELOW) <= since_bad(area, REMAP_ABOVE)))
		piece->side = REMAP_BELOW;
	else
		piece->side = REMAP_ABOVE;
	piece->nr = min(piece_length(area, piece->side, max),
			piece->side == REMAP_BELOW ? below : above);
	if (piece->side == REMAP_BELOW)
		piece->block = area->origin - area->done[REMAP_BELOW] - piece->nr;
	else
		piece->block = area->origin + area->done[REMAP_ABOVE] + 1;
	return true;
}

void remap_suspects_good(struct remap_suspects *s, enum remap_side side, u64 nr)
{
	s->areas[0].done[side] += nr;
}

void remap_suspects_failed(struct remap_suspects *s, const struct remap_suspect_piece *piece)
{
	struct remap_suspect *area = s->areas;
	enum remap_side side = piece->side;

	if (piece->nr > 1) {
		area->single[side] = area->done[side] + piece->nr;
		return;
	}
	area->done[side]++;
	area->bad[side] = max(area->bad[side], area->done[side]);
}

void remap_suspects_drop(struct remap_suspects *s)
{
	s->nr--;
	memmove(s->areas, s->areas + 1, s->nr * sizeof(s->areas[0]));
}
