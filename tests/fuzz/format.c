// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of the checks themselves: a superblock, a page, a label and a layout of which only
 * the checksums are valid.  Accepted metadata must be usable.
 */
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <dm-remap/format.h>

#include "must.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	uint64_t device_sectors;
	uint64_t spare_sectors;
	uint64_t target_sectors;
	uint32_t page_nr;
	uint8_t block_shift;
	uint8_t replicas;
	uint8_t flags;		/* 1: spoil the superblock's checksum, 2: the page's */
	uint8_t zero;
	struct dm_remap_sb sb;
	struct dm_remap_page page;
	struct dm_remap_label label;
};

struct area {
	uint64_t start;
	uint64_t n;
};

/* Check that areas are within the spare, and overlap neither a superblock nor each other. */
static void check_areas(const struct dm_remap_geometry *geo, const struct area *areas,
			unsigned int nr)
{
	uint64_t end = dm_remap_sb_sector(geo->spare_sectors, 1);
	const struct area *a, *b;

	for (a = areas; a < areas + nr; a++) {
		must(a->start >= DM_REMAP_PAGE_SECTORS && a->start <= end &&
		     a->n <= end - a->start);
		for (b = areas; b < a; b++)
			must(a->start + a->n <= b->start || b->start + b->n <= a->start);
	}
}

static void check_geometry(const struct dm_remap_geometry *geo, const struct dm_remap_sb *sb,
			   uint64_t device_sectors)
{
	uint64_t sectors = geo->block_size / 512, blocks = geo->target_sectors / sectors;
	struct area areas[DM_REMAP_MAX_REPLICAS + 1];
	uint32_t i;

	must(geo->spare_sectors <= device_sectors);
	must(sectors >= 1 && sectors <= 64 && 64 % sectors == 0 && geo->block_size % 512 == 0);
	must(blocks >= 1 && blocks <= 1ULL << DM_REMAP_ENTRY_BLOCK_BITS);
	must(geo->target_sectors % sectors == 0 && geo->data_start % sectors == 0);
	must(geo->replicas >= 1 && geo->replicas <= DM_REMAP_MAX_REPLICAS);
	must((uint64_t)geo->nr_pages * DM_REMAP_PAGE_ENTRIES >= geo->nr_blocks);
	must((geo->nr_pages - 1ULL) * DM_REMAP_PAGE_ENTRIES < geo->nr_blocks);
	must(le32toh(sb->pages_used) <= geo->nr_pages);
	must(le64toh(sb->sequence) < DM_REMAP_MAX_SEQUENCE);
	must(le64toh(sb->generation) < DM_REMAP_MAX_SEQUENCE);
	must(le32toh(sb->nr_stale) <= DM_REMAP_SB_STALE);
	must(le32toh(sb->nr_scrub_runs) <= DM_REMAP_SB_SCRUB_RUNS);
	must(le32toh(sb->nr_history) <= DM_REMAP_SB_HISTORY);
	for (i = 0; i < DM_REMAP_SB_IDS; i++)
		must(!sb->ids[i][DM_REMAP_MAIN_ID_SIZE - 1]);
	must(!sb->name[DM_REMAP_NAME_SIZE - 1]);
	for (i = 0; i < geo->replicas; i++) {
		areas[i] = (struct area) { geo->replica_start[i], geo->nr_pages * 8ULL };
		must(dm_remap_page_sector(geo, i, geo->nr_pages - 1) ==
		     areas[i].start + areas[i].n - 8);
	}
	if (le64toh(sb->former_spare_sectors)) {
		/* will be erased, and may be in the data area */
		areas[i] = (struct area) {
			dm_remap_sb_sector(le64toh(sb->former_spare_sectors), 1), DM_REMAP_PAGE_SECTORS,
		};
		check_areas(geo, areas, geo->replicas + 1);
	}
	areas[i] = (struct area) { geo->data_start, geo->nr_blocks * sectors };
	check_areas(geo, areas, geo->replicas + 1);
}

static void check_page(struct input *in, const struct dm_remap_geometry *geo)
{
	uint64_t blocks = geo->target_sectors / (geo->block_size / 512);
	uint32_t nr = geo->nr_pages - 1 - in->page_nr % geo->nr_pages;
	unsigned int i, state;

	in->page.page = htole32(le32toh(in->page.page) ^ nr);
	in->page.crc = htole32(dm_remap_page_crc(&in->page, in->sb.seed) ^ !!(in->flags & 2));
	if (dm_remap_page_check(&in->page, in->sb.seed, nr, geo))
		return;
	must(!(in->flags & 2));
	must(le64toh(in->page.sequence) < DM_REMAP_MAX_SEQUENCE);
	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		uint64_t word = le64toh(in->page.entries[i].word);
		uint64_t lost = le64toh(in->page.entries[i].lost);
		uint64_t unread = le64toh(in->page.entries[i].unread);

		state = dm_remap_entry_state(word);
		must(state < DM_REMAP_NR_ENTRY_STATES);
		must(!(lost | unread) || state == DM_REMAP_ENTRY_MAPPED);
		must(!(lost & unread));
		must(geo->block_size == 32768 || !((lost | unread) >> geo->block_size / 512));
		must(!(word >> DM_REMAP_ENTRY_BITS));
		must(!dm_remap_entry_reason(word) || state == DM_REMAP_ENTRY_MAPPED ||
		     state == DM_REMAP_ENTRY_PENDING);
		must(dm_remap_entry_block(word) < blocks);
		must(state == DM_REMAP_ENTRY_FREE ||
		     (uint64_t)nr * DM_REMAP_PAGE_ENTRIES + i < geo->nr_blocks);
	}
}

static void fill(struct dm_remap_sb *sb, const struct dm_remap_geometry *geo)
{
	unsigned int i;

	*sb = (struct dm_remap_sb) {
		.version = htole32(DM_REMAP_VERSION),
		.spare_sectors = htole64(geo->spare_sectors),
		.main_sectors = htole64(geo->target_sectors),
		.target_sectors = htole64(geo->target_sectors),
		.data_start = htole64(geo->data_start),
		.block_size = htole32(geo->block_size),
		.nr_blocks = htole32(geo->nr_blocks),
		.replicas = htole32(geo->replicas),
		.nr_pages = htole32(geo->nr_pages),
	};
	memcpy(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		sb->replica_start[i] = htole64(geo->replica_start[i]);
}

/* Any layout that is computed must be accepted. */
static bool check_layout(const struct input *in, struct dm_remap_sb *sb)
{
	struct dm_remap_geometry read, geo = {
		.spare_sectors = in->spare_sectors ^ 2048,
		.target_sectors = 1ULL << 41,
		.block_size = 512U << in->block_shift % 7,
		.replicas = 1 + in->replicas % DM_REMAP_MAX_REPLICAS,
	};
	uint64_t last = dm_remap_sb_sector(geo.spare_sectors, 1);

	if (dm_remap_layout(&geo))
		return false;
	fill(sb, &geo);
	sb->crc = htole32(dm_remap_sb_crc(sb, last));
	must(!dm_remap_sb_check(sb, last, geo.spare_sectors, false, &read));
	check_geometry(&read, sb, geo.spare_sectors);
	return true;
}

static bool are_apart(const struct area *a, const struct area *b)
{
	return a->start + a->n <= b->start || b->start + b->n <= a->start;
}

/* Grow a spare: the new copies must not overwrite anything in force until they take over. */
static void check_growth(const struct dm_remap_geometry *geo, uint64_t device_sectors)
{
	struct area new = {}, former = {
		dm_remap_sb_sector(geo->spare_sectors, 1), DM_REMAP_PAGE_SECTORS,
	}, data = { geo->data_start, (uint64_t)geo->nr_blocks * (geo->block_size / 512) };
	struct dm_remap_geometry read, grown = *geo;
	unsigned int i, j;
	struct dm_remap_sb sb;
	uint64_t last;

	if (dm_remap_layout_grow(&grown, device_sectors))
		return;
	must(grown.nr_blocks > geo->nr_blocks && grown.data_start == geo->data_start);
	for (i = 0; i < grown.replicas; i++) {
		new = (struct area) { grown.replica_start[i], grown.nr_pages * 8ULL };
		must(are_apart(&new, &former) && are_apart(&new, &data));
		for (j = 0; j < geo->replicas; j++) {
			struct area old = { geo->replica_start[j], geo->nr_pages * 8ULL };

			must(are_apart(&new, &old));
		}
	}
	fill(&sb, &grown);
	last = dm_remap_sb_sector(grown.spare_sectors, 1);
	sb.crc = htole32(dm_remap_sb_crc(&sb, last));
	must(!dm_remap_sb_check(&sb, last, device_sectors, false, &read));
	check_geometry(&read, &sb, device_sectors);
}

static void flip(void *content, const void *bits, size_t size)
{
	const uint8_t *from = bits;
	uint8_t *to = content;

	while (size--)
		*to++ ^= *from++;
}

static void check_label(const struct input *in)
{
	uint64_t main_sectors = 1ULL << 41, blocks, n;
	struct dm_remap_label label = {
		.version = htole32(DM_REMAP_LABEL_VERSION),
		.main_sectors = htole64(main_sectors),
		.target_sectors = htole64(main_sectors),
		.block_size = htole32(4096),
		.nr_ranges = htole32(1),
		.ranges = { { .nr = htole32(1) } },
	};
	unsigned int i;

	memcpy(label.magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	flip(&label, &in->label, sizeof(label));
	label.crc = htole32(dm_remap_label_crc(&label) ^ !!(in->flags & 16));
	if (dm_remap_label_check(&label, main_sectors))
		return;
	must(!(in->flags & 16));
	must(!label.name[DM_REMAP_NAME_SIZE - 1]);
	must(le64toh(label.target_sectors) <= le64toh(label.main_sectors));
	must(le64toh(label.target_sectors) <= main_sectors);
	blocks = le64toh(label.target_sectors) / (le32toh(label.block_size) / 512);
	must(blocks && le32toh(label.nr_ranges) <= DM_REMAP_LABEL_RANGES);
	must(!label.ranges[0].block);
	for (i = 0; i < le32toh(label.nr_ranges); i++) {
		n = le32toh(label.ranges[i].nr);
		must(n && n <= blocks && le64toh(label.ranges[i].block) <= blocks - n);
	}
}

/* Mutate mostly used fields: the history and most entries are all alike. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static const struct {
		size_t start;
		size_t n;
	} windows[] = {
		{ 0, offsetof(struct input, sb) },
		{ offsetof(struct input, sb), offsetof(struct dm_remap_sb, dos) },
		{ offsetof(struct input, sb.ids), offsetof(struct dm_remap_sb, history) -
						  offsetof(struct dm_remap_sb, ids) },
		{ offsetof(struct input, sb.stale_since), offsetof(struct dm_remap_sb, stale[4]) -
							  offsetof(struct dm_remap_sb, stale_since) },
		{ offsetof(struct input, page), offsetof(struct dm_remap_page, entries[2]) },
		{ offsetof(struct input, page.entries[DM_REMAP_PAGE_ENTRIES - 2]), 48 },
		{ offsetof(struct input, label), sizeof(struct dm_remap_label) },
		{ 0, sizeof(struct input) },
	};
	unsigned int i = rand_r(&seed) % (sizeof(windows) / sizeof(windows[0]));
	unsigned int bit;

	if (max_size < sizeof(struct input))
		return LLVMFuzzerMutate(data, size, max_size);
	if (size < sizeof(struct input))
		memset(data + size, 0, sizeof(struct input) - size);
	data += windows[i].start;
	if (rand_r(&seed) % 2) {
		LLVMFuzzerMutate(data, windows[i].n, windows[i].n);
	} else {
		bit = rand_r(&seed) % (8 * windows[i].n);
		data[bit / 8] ^= 1 << bit % 8;
	}
	return sizeof(struct input);
}

/* The input is XORed into a valid superblock and page, so zeros leave them unchanged. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input in;
	struct dm_remap_geometry geo;
	struct dm_remap_sb sb;
	uint64_t sector, device;

	memset(&in, 0, sizeof(in));
	memcpy(&in, data, size < sizeof(in) ? size : sizeof(in));
	check_label(&in);
	if (!check_layout(&in, &sb))
		return 0;
	device = le64toh(sb.spare_sectors) ^ in.device_sectors;
	flip(&sb, &in.sb, sizeof(sb));
	in.sb = sb;
	sector = in.flags & 4 ? dm_remap_sb_sector(le64toh(sb.spare_sectors), 1) : 0;
	in.sb.crc = htole32(dm_remap_sb_crc(&in.sb, sector) ^ (in.flags & 1));
	if (dm_remap_sb_check(&in.sb, sector, device, in.flags & 8, &geo))
		return 0;
	must(!(in.flags & 1));
	check_geometry(&geo, &in.sb, device);
	check_growth(&geo, device);
	check_page(&in, &geo);
	return 0;
}
