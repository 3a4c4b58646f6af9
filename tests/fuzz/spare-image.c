// SPDX-License-Identifier: GPL-2.0
/*
 * The whole image of a generated spare: with a table, which its superblocks do not have yet, then
 * with other numbers in these, and changed further by the mutations of mutate.c.
 */
#include <endian.h>
#include <string.h>

#include <dm-remap/format.h>

#include "../crash/crash.h"
#include "spare-image.h"

#define PAGES		(MEDIUM_SPARE / DM_REMAP_PAGE_SECTORS)

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/* What mutate.c expects from libFuzzer: change some bytes, or bits, of one field. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	unsigned int at = below(size), n = 1U << below(4);

	(void)max_size;
	if (one_in(2))
		data[at] ^= 1 << below(8);
	else
		for (; n-- && at < size; at++)
			data[at] = one_in(4) ? 0xff : random_u64();
	return size;
}

static void fill_entry(struct dm_remap_disk_entry *entry, const struct dm_remap_geometry *geo)
{
	static const unsigned int states[] = {
		DM_REMAP_ENTRY_FREE, DM_REMAP_ENTRY_MAPPED, DM_REMAP_ENTRY_MAPPED,
		DM_REMAP_ENTRY_PENDING, DM_REMAP_ENTRY_BAD,
	};
	u64 sectors = geo->block_size / SECTOR, all = ~0ULL >> (64 - sectors);
	unsigned int state = states[below(5)];
	bool main = state == DM_REMAP_ENTRY_MAPPED || state == DM_REMAP_ENTRY_PENDING;
	/* rarely the first block that the target has not */
	u64 block = main ? below(geo->target_sectors / sectors + one_in(64)) : 0;

	*entry = (struct dm_remap_disk_entry) {
		.word = htole64(dm_remap_entry_word(block, state, main ? below(4) : 0)),
	};
	if (state == DM_REMAP_ENTRY_MAPPED && one_in(4))
		entry->lost = htole64(random_u64() & all);
	if (state == DM_REMAP_ENTRY_MAPPED && one_in(4))
		entry->unread = htole64(random_u64() & all & ~le64toh(entry->lost));
}

/* Write all copies of a page, of which the last may be an older one. */
static void put_page(u8 *image, const struct dm_remap_sb *sb, const struct dm_remap_geometry *geo,
		     u32 nr)
{
	struct dm_remap_page page = {
		.page = htole32(nr),
		.sequence = htole64(2 + below(3)),
		.sb_sequence = htole64(below(4)),
		.magic = DM_REMAP_PAGE_MAGIC,
	};
	u32 first = nr * DM_REMAP_PAGE_ENTRIES, density = 1 + below(8), i;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES && first + i < geo->nr_blocks; i++)
		if (one_in(density))
			fill_entry(&page.entries[i], geo);
	/* rarely one behind the last */
	if (one_in(8))
		fill_entry(&page.entries[below(DM_REMAP_PAGE_ENTRIES)], geo);
	for (i = 0; i < geo->replicas; i++) {
		if (i && one_in(4))
			page.sequence = htole64(1);
		page.crc = htole32(dm_remap_page_crc(&page, sb->seed));
		memcpy(image + dm_remap_page_sector(geo, i, nr) * SECTOR, &page, sizeof(page));
	}
}

/* Give a superblock that is valid a table. */
static bool give_table(u8 *image, u64 sector, bool write)
{
	struct dm_remap_sb *sb = (void *)(image + sector * SECTOR);
	struct dm_remap_geometry geo;
	u32 i;

	if (dm_remap_sb_check(sb, sector, MEDIUM_SPARE, true, &geo) || geo.nr_pages > PAGES)
		return false;
	sb->pages_used = htole32(geo.nr_pages);
	dm_remap_sb_seal(sb, sector);
	for (i = 0; write && i < geo.nr_pages; i++)
		put_page(image, sb, &geo, i);
	return true;
}

/* The parts of a superblock that have numbers on which something depends, counts most of all. */
#define PART(from, to)	{ offsetof(struct dm_remap_sb, from), \
			  offsetof(struct dm_remap_sb, to) - offsetof(struct dm_remap_sb, from) }

static const struct {
	size_t start;
	size_t n;
} parts[] = {
	PART(version, name), PART(id_types, zero), PART(settings, settings[DM_REMAP_NR_SET]),
	PART(scrub_state, scrub_runs[1]), PART(replacement, zero3), PART(stale_since, stale[4]),
	PART(nr_blocks, flags), PART(nr_history, grows), PART(nr_scrub_runs, scrub_position),
	PART(nr_stale, stale),
};

/* Change four bytes of the superblocks, or of one of them. */
static void change_field(u8 *image, const struct medium *medium)
{
	unsigned int part = below(sizeof(parts) / sizeof(parts[0])), which = 1 + below(4), i;
	size_t at = parts[part].start + below(parts[part].n / 4) * 4;
	const u32 values[] = { 0, 1U << below(32), below(256), ~0U, random_u64() };
	u32 value = htole32(values[below(5)]);
	struct dm_remap_sb *sb;

	for (i = PLACE_FIRST; i <= PLACE_LAST; i++) {
		sb = (void *)(image + medium->sector[i] * SECTOR);
		if (which == i + 1 || medium->sector[i] >= MEDIUM_SPARE ||
		    memcmp(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE))
			continue;
		memcpy((u8 *)sb + at, &value, sizeof(value));
		dm_remap_sb_seal(sb, medium->sector[i]);
	}
}

bool spare_image(const struct medium *medium, u8 *image)
{
	const uint64_t *sector = medium->sector;
	bool written = false, mutated = one_in(2);
	unsigned int changes = one_in(2) ? 1 + below(3) : 0, i;

	memset(image, 0, MEDIUM_SPARE * SECTOR);
	for (i = NR_PLACES; i--;)
		if (sector[i] < MEDIUM_SPARE)
			memcpy(image + sector[i] * SECTOR, medium->page[i], MEDIUM_PAGE);
	for (i = 0; i < NR_PLACES && !one_in(4); i++)
		if (sector[i] < MEDIUM_SPARE)
			written |= give_table(image, sector[i], !written);
	for (i = 0; i < changes; i++)
		change_field(image, medium);
	if (mutated)
		LLVMFuzzerCustomMutator(image, MEDIUM_SPARE * SECTOR, MEDIUM_SPARE * SECTOR,
					random_u64());
	return written || changes || mutated;
}
