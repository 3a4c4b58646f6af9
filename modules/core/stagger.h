/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order of a staggered scrub: the main is cut into regions, and a step of each is read in
 * turn, then the next step of each, until all has been read.
 *
 * Bad blocks come in groups. A pass in order of place meets a group when it gets there; a
 * staggered one has looked at each part of the disk after a small share of the pass, and when it
 * finds a bad block, the rest of that region is read at once (scrub.c). This code deals with
 * block numbers only.
 */
#ifndef _REMAP_STAGGER_H
#define _REMAP_STAGGER_H

#include <linux/types.h>

/**
 * struct remap_stagger - what is read in which order.
 * @nr_blocks: blocks that there are.
 * @region: blocks of a region, a multiple of @step; 0 to read in order of place.
 * @step: blocks of a step, at least 1.
 *
 * The last region is what is left, and so may be its last step.
 */
struct remap_stagger {
	u64 nr_blocks;
	u64 region;
	u64 step;
};

/**
 * remap_stagger_is_on() - whether blocks are read in another order than that of their numbers.
 * @s: the order.
 *
 * Context: any.
 * Return: true if there are several regions of several steps.
 */
static inline bool remap_stagger_is_on(const struct remap_stagger *s)
{
	return s->region > s->step && s->region < s->nr_blocks;
}

/**
 * remap_stagger_block() - the block that is read at some position.
 * @s: the order.
 * @position: blocks that are read before it, less than @s->nr_blocks.
 * @left: set to the blocks from it on that follow it in place and in order, itself
 *	included.
 *
 * Context: any.
 * Return: the block.
 */
u64 remap_stagger_block(const struct remap_stagger *s, u64 position, u64 *left);

#endif /* _REMAP_STAGGER_H */
