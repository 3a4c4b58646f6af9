// SPDX-License-Identifier: GPL-2.0
/*
 * The spare allocator.  It has no list or bitmap of its own: a block is free
 * when its slot says so, and each chunk of slots knows how many of them do not.
 */
#include <linux/sched.h>

#include "spare.h"
#include "table.h"

static bool is_free(const struct remap_spare *sp, u32 slot)
{
	return remap_word_state(remap_slots_word(sp->slots, slot)) == REMAP_FREE;
}

/* A free slot that can be used, memory permitting. */
static bool usable(struct remap_spare *sp, u32 slot)
{
	return slot < sp->slots->nr && is_free(sp, slot) &&
	       remap_slots_prepare(sp->slots, slot);
}

/*
 * The first usable slot from @slot on, up to but not including @end.  Sets
 * *@skipped if free ones were passed over because there was no memory for them.
 * An allocation that fails may take long, and the caller holds a lock that I/O needs: after the
 * first one, only chunks that exist are searched.
 */
static u32 find_free(struct remap_spare *sp, u32 slot, u32 end, bool *skipped)
{
	while (slot < end) {
		u32 chunk = slot >> REMAP_CHUNK_SHIFT;
		u32 in_chunk = slot & (REMAP_CHUNK_SLOTS - 1);

		bool full = remap_slots_used(sp->slots, chunk) == REMAP_CHUNK_SLOTS;

		if (full || (*skipped && !remap_slots_chunk(sp->slots, chunk)) ||
		    !remap_slots_prepare(sp->slots, slot)) {
			*skipped |= !full;
			if (end - slot <= REMAP_CHUNK_SLOTS - in_chunk)
				break;
			slot += REMAP_CHUNK_SLOTS - in_chunk;
			continue;
		}
		if (is_free(sp, slot))
			return slot;
		slot++;
	}
	return REMAP_NO_SLOT;
}

static u32 find_lowest(struct remap_spare *sp)
{
	bool skipped = false;
	u32 slot = find_free(sp, sp->lowest, sp->slots->nr, &skipped);

	if (slot != REMAP_NO_SLOT && !skipped)
		sp->lowest = slot;
	return slot;
}

static u32 find_near(struct remap_spare *sp, const struct remap_table *t, u64 block)
{
	u64 word;
	u32 slot;

	if (block) {
		slot = remap_table_lookup(t, block - 1, &word);
		if (slot != REMAP_NO_SLOT && usable(sp, slot + 1))
			return slot + 1;
	}
	slot = remap_table_lookup(t, block + 1, &word);
	if (slot != REMAP_NO_SLOT && slot && usable(sp, slot - 1))
		return slot - 1;
	return REMAP_NO_SLOT;
}

static u32 find_next(struct remap_spare *sp)
{
	bool skipped = false;
	u32 slot = find_free(sp, sp->cursor, sp->slots->nr, &skipped);

	if (slot == REMAP_NO_SLOT)
		slot = find_free(sp, 0, sp->cursor, &skipped);
	if (slot != REMAP_NO_SLOT)
		sp->cursor = slot + 1;
	return slot;
}

u32 remap_spare_alloc(struct remap_spare *sp, const struct remap_table *t, u64 block,
		      bool automatic)
{
	u64 leave = automatic ? (u64)sp->reserve + sp->held : 0;
	u32 slot = REMAP_NO_SLOT;

	if (remap_spare_free_blocks(sp) <= leave)
		return REMAP_NO_SLOT;
	if (sp->policy == REMAP_POLICY_NEAR)
		slot = find_near(sp, t, block);
	else if (sp->policy == REMAP_POLICY_SPREAD)
		slot = find_next(sp);
	if (slot == REMAP_NO_SLOT)
		slot = find_lowest(sp);
	if (slot == REMAP_NO_SLOT)
		return slot;
	WRITE_ONCE(sp->used, sp->used + 1);
	if (!automatic && sp->held)
		sp->held--;
	return slot;
}

void remap_spare_release(struct remap_spare *sp, u32 slot)
{
	WRITE_ONCE(sp->used, sp->used - 1);
	sp->lowest = min(sp->lowest, slot);
}

void remap_spare_count_bad(struct remap_spare *sp)
{
	WRITE_ONCE(sp->used, sp->used - 1);
	WRITE_ONCE(sp->bad, sp->bad + 1);
}

void remap_spare_recount(struct remap_spare *sp, u32 used)
{
	u32 chunk, taken = 0;

	for (chunk = 0; chunk < sp->slots->nr_used_chunks; chunk++)
		taken += remap_slots_used(sp->slots, chunk);
	WRITE_ONCE(sp->used, used);
	WRITE_ONCE(sp->bad, taken - used);
	sp->lowest = 0;
}
