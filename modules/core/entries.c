// SPDX-License-Identifier: GPL-2.0
#include "batch.h"
#include "device.h"
#include "entries.h"
#include "resize.h"

void remap_read_entry(void *context, u32 slot, struct dm_remap_entry *entry)
{
	struct remap_device *rd = context;
	u64 word = remap_slots_word(&rd->slots, slot);
	enum remap_slot_state state = remap_word_state(word);
	u8 flags = remap_word_flags(word);

	*entry = (struct dm_remap_entry) { .slot = slot };
	if (state == REMAP_BAD)
		entry->state = DM_REMAP_ENTRY_BAD;
	else if (state == REMAP_MAPPED || (flags & REMAP_SLOT_WAS_MAPPED))
		entry->state = DM_REMAP_ENTRY_MAPPED;
	else if (state == REMAP_PENDING || (flags & REMAP_SLOT_WAS_PENDING))
		entry->state = DM_REMAP_ENTRY_PENDING;
	else
		return;
	entry->main_block = remap_word_block(word);
	entry->seq = flags & REMAP_SLOT_SEQ;
	entry->reason = remap_word_reason(word);
	if (entry->state != DM_REMAP_ENTRY_MAPPED)
		return;
	if (flags & REMAP_SLOT_LOST)
		entry->lost = remap_masks_get(&rd->lost, slot);
	if (flags & REMAP_SLOT_UNREAD)
		entry->unread = remap_masks_get(&rd->unread, slot);
}

/* The store passes a slot again if its block turned out to be in another slot. */
static void forget_entry(struct remap_device *rd, u32 slot)
{
	switch (remap_word_state(remap_slots_word(&rd->slots, slot))) {
	case REMAP_MAPPED:
		rd->mapped--;
		break;
	case REMAP_PENDING:
		rd->pending--;
		break;
	default:
		return;
	}
	remap_device_drop(rd, slot, false);
}

/* Make ready what an entry needs to be loaded. */
static int prepare_entry(struct remap_device *rd, const struct dm_remap_entry *e)
{
	if (e->slot >= remap_slots_nr(&rd->slots) || e->main_block >= remap_nr_blocks(rd))
		return -EINVAL;
	if (!remap_slots_prepare(&rd->slots, e->slot))
		return -ENOMEM;
	forget_entry(rd, e->slot);
	return 0;
}

static u64 word_of(const struct dm_remap_entry *e)
{
	u64 word = remap_word(e->main_block,
			      e->state == DM_REMAP_ENTRY_PENDING ? REMAP_PENDING : REMAP_MAPPED,
			      e->seq | remap_slot_flags(e->lost, e->unread));

	return remap_word_with_reason(word, e->reason);
}

/* Note what the table does not have of an entry that is in it now. */
static int account_entry(struct remap_device *rd, const struct dm_remap_entry *e)
{
	if ((e->lost && remap_masks_set(&rd->lost, e->slot, e->lost)) ||
	    (e->unread && remap_masks_set(&rd->unread, e->slot, e->unread)))
		return -ENOMEM;
	remap_regions_add(remap_regions_in_use(rd), e->main_block << rd->block_shift, 1);
	if (e->state == DM_REMAP_ENTRY_PENDING)
		rd->pending++;
	else
		rd->mapped++;
	return 0;
}

/*
 * Load entries up to the first that has no block. Sets *@taken to their number, or, if the result
 * is not 0, to the number of those before the one that it is about.
 */
static int load_blocks(struct remap_loader *load, const struct dm_remap_entry *entries,
		       unsigned int nr, unsigned int *taken, struct dm_remap_entry *other)
{
	struct remap_loading *batch = &load->batch;
	struct remap_device *rd = load->rd;
	unsigned int i, n;
	int ret = 0;
	u32 slot;

	for (n = 0; n < nr && entries[n].state != DM_REMAP_ENTRY_BAD; n++) {
		ret = prepare_entry(rd, &entries[n]);
		if (ret)
			break;
		batch->slots[n] = entries[n].slot;
		batch->words[n] = word_of(&entries[n]);
	}
	batch->nr = n;
	*taken = remap_table_load(&rd->table, batch, &slot);
	if (*taken < n) {
		remap_read_entry(rd, slot, other);
		ret = -EEXIST;
	}
	for (i = 0; i < *taken; i++)
		if (account_entry(rd, &entries[i]))
			return -ENOMEM;
	return ret;
}

static int load_bad(struct remap_device *rd, const struct dm_remap_entry *e)
{
	int ret = prepare_entry(rd, e);

	if (!ret)
		remap_slots_set(&rd->slots, e->slot, remap_word(0, REMAP_BAD, 0));
	return ret;
}

int remap_load_entries(void *context, const struct dm_remap_entry *entries, unsigned int *nr,
		       struct dm_remap_entry *other)
{
	struct remap_loader *load = context;
	unsigned int i, taken;
	int ret = 0;

	for (i = 0; i < *nr && !ret; i += taken) {
		if (entries[i].state == DM_REMAP_ENTRY_BAD) {
			ret = load_bad(load->rd, &entries[i]);
			taken = !ret;
		} else {
			ret = load_blocks(load, &entries[i], min(*nr - i, REMAP_LOAD_BATCH),
					  &taken, other);
		}
	}
	*nr = i;
	/* Not for each entry, since here a resize is completed at once. */
	remap_device_balance(load->rd);
	return ret;
}
