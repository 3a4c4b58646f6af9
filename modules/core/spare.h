/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The spare allocator: which block of the spare a main block goes to.
 */
#ifndef _REMAP_SPARE_H
#define _REMAP_SPARE_H

#include <linux/types.h>

#include "slots.h"

struct remap_table;

enum remap_policy {
	REMAP_POLICY_LINEAR,	/* the lowest free block */
	REMAP_POLICY_NEAR,	/* beside the block of the main block's neighbour */
	REMAP_POLICY_SPREAD,	/* the next free block after the one taken last */
	REMAP_NR_POLICIES
};

/**
 * struct remap_spare - the free and the bad blocks.
 * @slots: the state of each block.
 * @policy: enum remap_policy.
 * @used: blocks that are neither free nor bad.
 * @bad: blocks that failed.
 * @reserve: free blocks that remap_spare_alloc() leaves to manual remaps.
 * @held: free blocks that are kept for a manual request under way, and from which it takes.
 * @lowest: no block below this one is free.
 * @cursor: where REMAP_POLICY_SPREAD goes on.
 *
 * Under the caller's lock; the counts may be read without.
 */
struct remap_spare {
	struct remap_slots *slots;
	enum remap_policy policy;
	u32 used;
	u32 bad;
	u32 reserve;
	u32 held;
	u32 lowest;
	u32 cursor;
};

static inline u32 remap_spare_free_blocks(const struct remap_spare *sp)
{
	return sp->slots->nr - READ_ONCE(sp->used) - READ_ONCE(sp->bad);
}

static inline u32 remap_spare_used_blocks(const struct remap_spare *sp)
{
	return READ_ONCE(sp->used);
}

static inline u32 remap_spare_bad_blocks(const struct remap_spare *sp)
{
	return READ_ONCE(sp->bad);
}

/* The slots are empty; the caller fills them and calls remap_spare_recount(). */
static inline void remap_spare_init(struct remap_spare *sp, struct remap_slots *slots)
{
	sp->slots = slots;
}

/* Under the caller's lock. */
static inline void remap_spare_configure(struct remap_spare *sp, enum remap_policy policy,
					 u32 reserve)
{
	sp->policy = policy;
	sp->reserve = reserve;
}

/* Keep @blocks free for a request by hand, or none any more; under the caller's lock. */
static inline void remap_spare_hold(struct remap_spare *sp, u32 blocks)
{
	sp->held = blocks;
}

/**
 * remap_spare_alloc() - take a free block.
 * @sp: the spare.
 * @t: the remap table, to find the neighbours in.
 * @block: block of the main that it is for.
 * @automatic: whether to leave alone the reserve and what is held.
 *
 * The block counts as used from now on; the caller puts its slot into the table
 * or gives it back with remap_spare_release() before the next allocation.
 *
 * Context: process, may sleep, does no I/O to get memory; the caller's lock.
 * Return: a free slot with memory, or REMAP_NO_SLOT.
 */
u32 remap_spare_alloc(struct remap_spare *sp, const struct remap_table *t, u64 block,
		      bool automatic);

/**
 * remap_spare_release() - count a block as free again.
 * @sp: the spare.
 * @slot: from remap_spare_alloc(); its state is REMAP_FREE.
 *
 * Context: any; the caller's lock.
 */
void remap_spare_release(struct remap_spare *sp, u32 slot);

/**
 * remap_spare_count_bad() - count a used block as bad.
 * @sp: the spare.
 *
 * The caller sets the state of its slot to REMAP_BAD.
 *
 * Context: any; the caller's lock.
 */
void remap_spare_count_bad(struct remap_spare *sp);

/**
 * remap_spare_recount() - take the counts from the slots.
 * @sp: the spare, after its slots were filled by a store.
 * @used: blocks that are neither free nor bad.
 *
 * Context: process, may sleep; the caller's lock.
 */
void remap_spare_recount(struct remap_spare *sp, u32 used);

#endif /* _REMAP_SPARE_H */
