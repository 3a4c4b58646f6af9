// SPDX-License-Identifier: GPL-2.0
/*
 * The array of slots, allocated in pieces as the spare is used: a spare of
 * 1 TiB with three remaps must not cost 4 GiB of memory.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "slots.h"

static struct remap_slot *alloc_chunk(gfp_t gfp)
{
	return kvcalloc(REMAP_CHUNK_SLOTS, sizeof(struct remap_slot), gfp);
}

int remap_slots_init(struct remap_slots *slots, u32 nr)
{
	unsigned int nr_chunks;

	slots->nr = nr;
	nr_chunks = remap_slots_nr_chunks(slots);
	slots->chunks = kvcalloc(nr_chunks, sizeof(*slots->chunks), GFP_KERNEL);
	slots->used = kvcalloc(nr_chunks, sizeof(*slots->used), GFP_KERNEL);
	slots->reserve = alloc_chunk(GFP_KERNEL);
	if (!slots->chunks || !slots->used || !slots->reserve) {
		remap_slots_exit(slots);
		return -ENOMEM;
	}
	return 0;
}

void remap_slots_exit(struct remap_slots *slots)
{
	unsigned int i, nr_chunks = remap_slots_nr_chunks(slots);

	if (slots->chunks)
		for (i = 0; i < nr_chunks; i++)
			kvfree(slots->chunks[i]);
	kvfree(slots->chunks);
	kvfree(slots->used);
	kvfree(slots->reserve);
	memset(slots, 0, sizeof(*slots));
}

bool remap_slots_prepare(struct remap_slots *slots, u32 slot)
{
	u32 nr = slot >> REMAP_CHUNK_SHIFT;
	struct remap_slot **chunk = &slots->chunks[nr];
	struct remap_slot *new;

	if (*chunk)
		return true;
	new = alloc_chunk(GFP_NOIO | __GFP_NOWARN);
	if (!new) {
		new = slots->reserve;
		slots->reserve = NULL;
	} else if (!slots->reserve) {
		slots->reserve = alloc_chunk(GFP_NOIO | __GFP_NOWARN);
	}
	if (!new)
		return false;
	/* Pairs with the dependent load in remap_slots_at(): zeros first. */
	smp_store_release(chunk, new);
	WRITE_ONCE(slots->nr_used_chunks, max(slots->nr_used_chunks, nr + 1));
	return true;
}
