/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocks near bad ones, which are likely to be bad themselves: which of them to read, and in
 * which order. This code deals with block numbers only.
 *
 * An area grows from the block that failed first.  It is read outward, on both sides in
 * turn, up to `reach` blocks beyond the outermost bad block on each side.  Pieces are
 * single blocks near a bad one, where the next bad ones are, and grow with the distance.
 */
#ifndef _REMAP_SUSPECTS_H
#define _REMAP_SUSPECTS_H

#include <linux/types.h>

/* While this many areas wait, no further area is begun. */
#define REMAP_MAX_SUSPECTS	16U

enum remap_side {
	REMAP_BELOW,
	REMAP_ABOVE,
	REMAP_NR_SIDES
};

/**
 * struct remap_suspect - an area.
 * @origin: the block that failed first.
 * @done: how many blocks on each side were looked at.
 * @bad: the distance of the outermost bad block from @origin.
 * @single: up to this distance blocks are read one by one.
 * @until_ns: when to give the area up, by ktime_get_ns(); 0 before it was looked at.
 */
struct remap_suspect {
	u64 origin;
	u64 done[REMAP_NR_SIDES];
	u64 bad[REMAP_NR_SIDES];
	u64 single[REMAP_NR_SIDES];
	u64 until_ns;
};

/**
 * struct remap_suspects - areas that wait; the first one is being worked on.
 * @nr: how many.
 * @areas: the areas.
 *
 * All of it under the caller's lock.
 */
struct remap_suspects {
	unsigned int nr;
	struct remap_suspect areas[REMAP_MAX_SUSPECTS];
};

/* Whether any area waits; without the lock, a moment ago. */
static inline bool remap_suspects_wait(const struct remap_suspects *s)
{
	return READ_ONCE(s->nr);
}

/**
 * struct remap_suspect_piece - blocks to read next.
 * @block: the first.
 * @nr: how many.
 * @side: enum remap_side.
 */
struct remap_suspect_piece {
	u64 block;
	u64 nr;
	enum remap_side side;
};

/**
 * remap_suspects_note() - a block is bad.
 * @s: where.
 * @block: the block.
 * @reach: how far an area reaches beyond a bad block.
 *
 * Context: any; the caller's lock.
 * Return: whether there is anything to read.
 */
bool remap_suspects_note(struct remap_suspects *s, u64 block, u64 reach);

/**
 * remap_suspects_next() - the next piece of the first area.
 * @s: the areas, at least one.
 * @reach: as above.
 * @nr_blocks: number of blocks of the device.
 * @max: blocks that a piece may have.
 * @piece: set to the piece.
 *
 * Context: any; the caller's lock.
 * Return: true; false if the area is done.
 */
bool remap_suspects_next(const struct remap_suspects *s, u64 reach, u64 nr_blocks, u64 max,
			 struct remap_suspect_piece *piece);

/**
 * remap_suspects_good() - blocks were read, or need not be.
 * @s: where.
 * @side: of the piece.
 * @nr: how many of its blocks, those next to the origin first.
 *
 * Context: any; the caller's lock.
 */
void remap_suspects_good(struct remap_suspects *s, enum remap_side side, u64 nr);

/**
 * remap_suspects_failed() - something is wrong with a piece.
 * @s: where.
 * @piece: the piece.  A single block is bad; the blocks of a longer one have to be read one
 *	by one.
 *
 * Context: any; the caller's lock.
 */
void remap_suspects_failed(struct remap_suspects *s, const struct remap_suspect_piece *piece);

/**
 * remap_suspects_drop() - the first area is done with.
 * @s: where.
 *
 * Context: any; the caller's lock.
 */
void remap_suspects_drop(struct remap_suspects *s);

#endif /* _REMAP_SUSPECTS_H */
