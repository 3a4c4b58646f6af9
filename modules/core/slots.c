// SPDX-License-Identifier: GPL-2.0
/*
 * The array of slots, allocated in pieces as the spare is used: a spare of
 * 1 TiB with three remaps must not cost 4 GiB of memory, and one that only claims to
 * have 2^32 blocks costs 32 KiB.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "gfp.h"
#include "slots.h"

static struct remap_slot *alloc_chunk(gfp_t gfp)
{
	return kvcalloc(REMAP_CHUNK_SLOTS, sizeof(struct remap_slot), gfp);
}

static struct remap_slot_dir *alloc_dir(gfp_t gfp)
{
	return kvzalloc(sizeof(struct remap_slot_dir), gfp);
}

int remap_slots_init(struct remap_slots *slots, u32 nr)
{
	slots->nr = nr;
	slots->dirs = kvcalloc(remap_slots_nr_dirs(slots), sizeof(*slots->dirs), REMAP_GFP);
	slots->reserve = alloc_chunk(REMAP_GFP);
	slots->reserve_dir = alloc_dir(REMAP_GFP);
	if (!slots->dirs || !slots->reserve || !slots->reserve_dir) {
		remap_slots_exit(slots);
		return -ENOMEM;
	}
	return 0;
}

static void free_dir(struct remap_slot_dir *dir)
{
	unsigned int i;

	for (i = 0; dir && i < REMAP_DIR_CHUNKS; i++)
		kvfree(dir->chunks[i]);
	kvfree(dir);
}

void remap_slots_exit(struct remap_slots *slots)
{
	unsigned int i, nr_dirs = remap_slots_nr_dirs(slots);

	for (i = 0; slots->dirs && i < nr_dirs; i++) {
		free_dir(slots->dirs[i]);
		cond_resched();
	}
	kvfree(slots->dirs);
	kvfree(slots->reserve);
	kvfree(slots->reserve_dir);
	memset(slots, 0, sizeof(*slots));
}

static bool prepare_dir(struct remap_slots *slots, u32 nr)
{
	struct remap_slot_dir *new;

	if (slots->dirs[nr])
		return true;
	new = alloc_dir(REMAP_GFP_NOIO);
	if (!new) {
		new = slots->reserve_dir;
		slots->reserve_dir = NULL;
	} else if (!slots->reserve_dir) {
		slots->reserve_dir = alloc_dir(REMAP_GFP_NOIO);
	}
	if (!new)
		return false;
	/* Pairs with dependent loads in slots.h: zeros are seen before the pointer. */
	smp_store_release(&slots->dirs[nr], new);
	return true;
}

bool remap_slots_prepare(struct remap_slots *slots, u32 slot)
{
	u32 nr = slot >> REMAP_CHUNK_SHIFT;
	struct remap_slot *new;

	if (remap_slots_chunk(slots, nr))
		return true;
	if (!prepare_dir(slots, nr >> REMAP_DIR_SHIFT))
		return false;
	new = alloc_chunk(REMAP_GFP_NOIO);
	if (!new) {
		new = slots->reserve;
		slots->reserve = NULL;
	} else if (!slots->reserve) {
		slots->reserve = alloc_chunk(REMAP_GFP_NOIO);
	}
	if (!new)
		return false;
	/* As in prepare_dir(). */
	smp_store_release(&slots->dirs[nr >> REMAP_DIR_SHIFT]->chunks[nr & (REMAP_DIR_CHUNKS - 1)],
			  new);
	WRITE_ONCE(slots->nr_used_chunks, max(slots->nr_used_chunks, nr + 1));
	return true;
}
