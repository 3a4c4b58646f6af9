// SPDX-License-Identifier: GPL-2.0
#include "batch.h"
#include "device.h"
#include "entries.h"
#include "resize.h"

/* Number of entries to load between two checks of the size of the table. */
#define BALANCE_EVERY	64

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

int remap_load_entry(void *context, const struct dm_remap_entry *entry,
		     struct dm_remap_entry *other)
{
	struct remap_device *rd = context;
	bool pending = entry->state == DM_REMAP_ENTRY_PENDING;
	u8 flags = entry->seq | remap_slot_flags(entry->lost, entry->unread);
	u64 word;
	u32 slot;

	if (entry->slot >= remap_slots_nr(&rd->slots) || entry->main_block >= remap_nr_blocks(rd))
		return -EINVAL;
	if (!remap_slots_prepare(&rd->slots, entry->slot))
		return -ENOMEM;
	forget_entry(rd, entry->slot);
	if (entry->state == DM_REMAP_ENTRY_BAD) {
		remap_slots_set(&rd->slots, entry->slot, remap_word(0, REMAP_BAD, 0));
		return 0;
	}
	slot = remap_table_lookup(&rd->table, entry->main_block, &word);
	if (slot != REMAP_NO_SLOT) {
		remap_read_entry(rd, slot, other);
		return -EEXIST;
	}
	if ((entry->lost && remap_masks_set(&rd->lost, entry->slot, entry->lost)) ||
	    (entry->unread && remap_masks_set(&rd->unread, entry->slot, entry->unread)))
		return -ENOMEM;
	word = remap_word(entry->main_block, pending ? REMAP_PENDING : REMAP_MAPPED, flags);
	remap_regions_add(remap_regions_in_use(rd), entry->main_block << rd->block_shift, 1);
	remap_table_insert(&rd->table, entry->slot, remap_word_with_reason(word, entry->reason));
	/* Not for each entry, since here a resize is completed at once. */
	if (remap_table_entries(&rd->table) % BALANCE_EVERY == 0)
		remap_device_balance(rd);
	if (pending)
		rd->pending++;
	else
		rd->mapped++;
	return 0;
}
