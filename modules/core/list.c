// SPDX-License-Identifier: GPL-2.0
/*
 * The list of remaps, sorted by main sector. The table is not sorted, but the counts of the regions
 * show where to look, and a lookup is cheap. If a region has more blocks than there are slots, as
 * on a large main, all slots are visited instead.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "device.h"
#include "gfp.h"
#include "list.h"

/* Longest line: three numbers of up to 20 digits, two words, two masks, and the NUL. */
#define LINE_MAX	130U
/* Shortest line: "0 0 1 split 0x0 0x0". */
#define LINE_MIN	20U

/* Maximum number of lookups, or of slots visited, without a break. */
#define STEP		4096

static const char *state_name(u64 word, u64 unread)
{
	switch (remap_word_state(word)) {
	case REMAP_PENDING:
		return "pending";
	case REMAP_MOVING:
		return "moving";
	case REMAP_INDETERMINATE:
		return "doubt";
	default:
		return unread ? "split" : "remapped";
	}
}

/* For a list with reasons. A reason of a later version is printed as unknown. */
static const char *reason_name(u64 word)
{
	switch (remap_word_reason(word)) {
	case DM_REMAP_REASON_MANUAL:
		return " manual";
	case DM_REMAP_REASON_READ:
		return " read";
	case DM_REMAP_REASON_WRITE:
		return " write";
	case DM_REMAP_REASON_SLOW:
		return " slow";
	case DM_REMAP_REASON_LOST:
		return " lost-write";
	case DM_REMAP_REASON_SCRUB:
		return " scrub";
	default:
		return " unknown";
	}
}

/* Print a line for a block if it is in the table. */
static unsigned int list_block(struct remap_device *rd, u64 block, bool reasons, char *result,
			       unsigned int maxlen)
{
	unsigned int sz = 0;
	u64 word, unread;
	u32 slot;

	slot = remap_table_lookup(&rd->table, block, &word);
	if (slot == REMAP_NO_SLOT)
		return 0;
	unread = remap_masks_get(&rd->unread, slot);
	DMEMIT("%llu %llu %u %s 0x%llx 0x%llx%s\n",
	       (unsigned long long)block << rd->block_shift,
	       (unsigned long long)remap_spare_sector(rd, slot), remap_block_sectors(rd),
	       state_name(word, unread), remap_masks_get(&rd->lost, slot), unread,
	       reasons ? reason_name(word) : "");
	return sz;
}

/* Look up every block of the regions that are not empty. */
static void list_regions(struct remap_device *rd, sector_t sector, bool reasons, char *result,
			 unsigned int maxlen)
{
	unsigned int sz = 0, n;

	while (sector < rd->len && sz + LINE_MAX < maxlen && !fatal_signal_pending(current)) {
		/* A reload may replace the regions. */
		rcu_read_lock();
		for (n = 0; n < STEP && sz + LINE_MAX < maxlen; n++) {
			sector = remap_regions_next(remap_regions_in_use(rd), sector);
			if (sector >= rd->len)
				break;
			sz += list_block(rd, sector >> rd->block_shift, reasons, result + sz,
					 maxlen - sz);
			sector += remap_block_sectors(rd);
		}
		rcu_read_unlock();
		cond_resched();
	}
}

static int compare_blocks(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/*
 * Find the lowest @max blocks from @from on that have a slot, sorted. @blocks has room for twice as
 * many.
 *
 * Return: the number of blocks.
 */
static unsigned int lowest_blocks(const struct remap_device *rd, u64 from, u64 *blocks,
				  unsigned int max)
{
	u32 end = remap_slots_end(&rd->slots), slot;
	u64 below = U64_MAX, block, word;
	unsigned int n = 0;

	for (slot = 0; slot < end; slot++) {
		if (slot % STEP == 0) {
			cond_resched();
			if (fatal_signal_pending(current))
				return 0;
		}
		word = remap_slots_word(&rd->slots, slot);
		block = remap_word_block(word);
		if (remap_word_state(word) < REMAP_MAPPED || block < from || block >= below)
			continue;
		blocks[n++] = block;
		if (n == 2 * max) {
			sort(blocks, n, sizeof(*blocks), compare_blocks, NULL);
			n = max;
			below = blocks[max - 1];
		}
	}
	sort(blocks, n, sizeof(*blocks), compare_blocks, NULL);
	return min(n, max);
}

static void list_slots(struct remap_device *rd, u64 from, bool reasons, char *result,
		       unsigned int maxlen, u64 *blocks, unsigned int max)
{
	unsigned int n, sz = 0, i;

	do {
		n = lowest_blocks(rd, from, blocks, max);
		for (i = 0; i < n && sz + LINE_MAX < maxlen; i++) {
			/* A moving block may have been seen in two slots. */
			if (!i || blocks[i] != blocks[i - 1])
				sz += list_block(rd, blocks[i], reasons, result + sz, maxlen - sz);
			from = blocks[i] + 1;
		}
		/*
		 * An empty reply means the end of the list, so do not return one if these blocks
		 * have just been unmapped.
		 */
	} while (!sz && n == max);
}

/* Whether a region has more blocks than there are slots to visit. */
static bool large_regions(struct remap_device *rd)
{
	unsigned int shift;

	rcu_read_lock();
	shift = remap_regions_in_use(rd)->shift - rd->block_shift;
	rcu_read_unlock();
	return !(remap_slots_end(&rd->slots) >> shift);
}

void remap_list(struct remap_device *rd, sector_t from, bool reasons, char *result,
		unsigned int maxlen)
{
	unsigned int max = maxlen / LINE_MIN + 1;
	u64 *blocks = NULL;

	*result = 0;
	/* Not rounded down: a caller that goes on behind the last sector listed would never end. */
	if (from >= READ_ONCE(rd->len))
		return;
	from = round_up(from, (sector_t)remap_block_sectors(rd));
	if (large_regions(rd))
		blocks = kvcalloc(2 * max, sizeof(*blocks), REMAP_GFP_NOIO);
	if (blocks)
		list_slots(rd, from >> rd->block_shift, reasons, result, maxlen, blocks, max);
	else
		/* Slower, but needs no memory. */
		list_regions(rd, from, reasons, result, maxlen);
	kvfree(blocks);
}
