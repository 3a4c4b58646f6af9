// SPDX-License-Identifier: GPL-2.0
/*
 * The list of remaps, in the order of the main.  The table has no order; but the
 * counts of the regions say where to look, and a lookup is cheap.
 */
#include <linux/sched/signal.h>

#include "device.h"
#include "list.h"

/* Longest line: three numbers of up to 20 digits, a word, a mask, and a zero. */
#define LINE_MAX	100U

/* Lookups in one go. */
#define STEP		4096

static const char *state_name(enum remap_slot_state state)
{
	switch (state) {
	case REMAP_PENDING:
		return "pending";
	case REMAP_MOVING:
		return "moving";
	case REMAP_DOUBT:
		return "doubt";
	default:
		return "remapped";
	}
}

void remap_list(struct remap_device *rd, sector_t from, char *result, unsigned int maxlen)
{
	sector_t sector = round_down(from, (sector_t)remap_block_sectors(rd));
	unsigned int sz = 0, n;

	*result = 0;
	while (sector < rd->len && sz + LINE_MAX < maxlen && !fatal_signal_pending(current)) {
		/* As I/O does, since a reload may replace the regions. */
		remap_ticket ticket = remap_inflight_enter(&rd->inflight);

		for (n = 0; n < STEP && sz + LINE_MAX < maxlen; n++) {
			u64 word;
			u32 slot;

			sector = remap_regions_next(rd->regions, sector);
			if (sector >= rd->len)
				break;
			slot = remap_table_lookup(&rd->table, sector >> rd->block_shift, &word);
			if (slot != REMAP_NO_SLOT)
				DMEMIT("%llu %llu %u %s 0x%llx\n", (unsigned long long)sector,
				       (unsigned long long)remap_spare_sector(rd, slot),
				       remap_block_sectors(rd),
				       state_name(remap_word_state(word)),
				       remap_lost_get(&rd->lost, slot));
			sector += remap_block_sectors(rd);
		}
		remap_inflight_leave(ticket);
		cond_resched();
	}
}
