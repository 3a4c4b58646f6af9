// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of the layout.  For spares of all sizes, and at the limits, the result of
 * dm_remap_layout() must be accepted by dm_remap_sb_check(), lie within the spare, and be as
 * large as possible.  The result of dm_remap_layout_grow(), whether superblock 1 has already
 * moved or not, must not overlap anything in use.
 */
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <dm-remap/format.h>

static unsigned int wrong, right;

static void fail(const struct dm_remap_geometry *geo, const char *why)
{
	if (wrong++ < 20)
		printf("spare %llu block %u replicas %u: %s (%u blocks, %u pages, data at %llu)\n",
		       geo->spare_sectors, geo->block_size, geo->replicas, why, geo->nr_blocks,
		       geo->nr_pages, geo->data_start);
}

static void fill(struct dm_remap_sb *sb, const struct dm_remap_geometry *geo,
		 uint64_t main_sectors)
{
	unsigned int i;

	*sb = (struct dm_remap_sb) {
		.version = htole32(DM_REMAP_VERSION),
		.spare_sectors = htole64(geo->spare_sectors),
		.main_sectors = htole64(main_sectors),
		.target_sectors = htole64(main_sectors),
		.data_start = htole64(geo->data_start),
		.block_size = htole32(geo->block_size),
		.nr_blocks = htole32(geo->nr_blocks),
		.replicas = htole32(geo->replicas),
		.nr_pages = htole32(geo->nr_pages),
		.pages_used = htole32(geo->nr_pages),
	};
	memcpy(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		sb->replica_start[i] = htole64(geo->replica_start[i]);
}

static void check_believed(const struct dm_remap_geometry *geo)
{
	static const uint64_t mains[] = { 64, 1ULL << 41 };	/* 32 KiB, 1 PiB */
	struct dm_remap_geometry read;
	struct dm_remap_sb sb;
	const char *why;
	unsigned int i, nr;
	uint64_t sector;

	for (i = 0; i < sizeof(mains) / sizeof(mains[0]); i++) {
		fill(&sb, geo, mains[i]);
		for (nr = 0; nr < 2; nr++) {
			sector = dm_remap_sb_sector(geo->spare_sectors, nr);
			sb.crc = htole32(dm_remap_sb_crc(&sb, sector));
			why = dm_remap_sb_check(&sb, sector, geo->spare_sectors, false, &read);
			if (why)
				fail(geo, why);
			else if (read.nr_blocks != geo->nr_blocks ||
				 read.replica_start[0] != geo->replica_start[0])
				fail(geo, "it was read otherwise than written");
		}
	}
}

/* Check that the space left over is too small for another block. */
static void check_full(const struct dm_remap_geometry *geo)
{
	uint64_t block = geo->block_size / 512;
	uint64_t used = 2 * DM_REMAP_PAGE_SECTORS +
			(uint64_t)geo->nr_pages * geo->replicas * DM_REMAP_PAGE_SECTORS +
			geo->nr_blocks * block;
	uint64_t whole = geo->spare_sectors / DM_REMAP_PAGE_SECTORS * DM_REMAP_PAGE_SECTORS;
	/* another block could need another page in each replica, and alignment */
	uint64_t slack = 2 * block + geo->replicas * DM_REMAP_PAGE_SECTORS;

	if (used > whole)
		fail(geo, "it is larger than the spare");
	else if (geo->nr_blocks != UINT32_MAX && whole - used > slack)
		fail(geo, "it leaves space unused");
	if (geo->data_start % block)
		fail(geo, "the data area is not aligned");
}

static bool is_over(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Check that the new copies do not overlap anything that is in force until they take over. */
static void check_apart(const struct dm_remap_geometry *geo, const struct dm_remap_geometry *grown)
{
	uint64_t former = dm_remap_sb_sector(geo->spare_sectors, 1);
	uint64_t size = (uint64_t)grown->nr_pages * DM_REMAP_PAGE_SECTORS;
	uint64_t old_size = (uint64_t)geo->nr_pages * DM_REMAP_PAGE_SECTORS;
	uint64_t data = (uint64_t)geo->nr_blocks * (geo->block_size / 512);
	unsigned int i, j;

	for (i = 0; i < grown->replicas; i++) {
		uint64_t start = grown->replica_start[i];

		if (is_over(start, size, former, DM_REMAP_PAGE_SECTORS))
			fail(grown, "a new copy is over superblock 1");
		if (is_over(start, size, geo->data_start, data))
			fail(grown, "a new copy is over data");
		for (j = 0; j < geo->replicas; j++)
			if (is_over(start, size, geo->replica_start[j], old_size))
				fail(grown, "a new copy is over a former one");
	}
}

/* Space after the used part must be added to the data area as soon as the table fits there. */
static bool check_grown(struct dm_remap_geometry *geo, uint64_t spare_sectors)
{
	uint64_t block = geo->block_size / 512, more = spare_sectors - geo->spare_sectors;
	struct dm_remap_geometry grown = *geo;
	uint64_t blocks, copies;

	if (dm_remap_layout_grow(&grown, spare_sectors)) {
		if (memcmp(&grown, geo, sizeof(grown)))
			fail(geo, "it was changed though it cannot grow");
		return false;
	}
	right++;
	check_believed(&grown);
	check_apart(geo, &grown);
	if (grown.data_start != geo->data_start || grown.nr_blocks <= geo->nr_blocks)
		fail(&grown, "it has not grown");
	copies = (uint64_t)grown.nr_pages * grown.replicas * DM_REMAP_PAGE_SECTORS;
	blocks = (spare_sectors - geo->data_start - copies) / block;
	/* except for space too small for a table, before or after superblock 1 */
	if (grown.nr_blocks != UINT32_MAX && more > copies + 64 &&
	    grown.nr_blocks + (copies + copies / 4 + 128) / block + 2 < blocks)
		fail(&grown, "it leaves space unused");
	*geo = grown;
	return true;
}

/*
 * Grow a spare step by step, by "dmremap grow", or by first using it with the new size, which
 * moves only superblock 1.
 */
static void check_steps(uint64_t spare_sectors, uint32_t block, uint32_t replicas,
			uint64_t step, unsigned int used)
{
	struct dm_remap_geometry geo = {
		.spare_sectors = spare_sectors, .block_size = block, .replicas = replicas,
		.target_sectors = 1ULL << 41,
	};
	uint64_t size = spare_sectors;
	unsigned int i;
	bool grown;

	if (dm_remap_layout(&geo))
		return;
	for (i = 0; i < 8; i++) {
		size += step;
		grown = check_grown(&geo, size);
		if (!grown && used >> i & 1)
			geo.spare_sectors = size;
		if (used >> i & 1)
			geo.spare_sectors = size += step;
		if (step > geo.spare_sectors / 2 && used >> i & 1 && !check_grown(&geo, size) &&
		    geo.nr_blocks != UINT32_MAX)
			fail(&geo, "it cannot grow once it has been used");
	}
}

static void check_growth(void)
{
	static const uint64_t sizes[] = { 320, 2048, 4099, 1 << 20, 1ULL << 36 };
	uint32_t block, replicas;
	unsigned int i, shift, used;

	for (block = 512; block <= 32768; block *= 8)
		for (replicas = 1; replicas <= DM_REMAP_MAX_REPLICAS; replicas++)
			for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
				for (shift = 0; shift < 40; shift += 3)
					for (used = 0; used < 256; used += 85)
						check_steps(sizes[i], block, replicas,
							    (1ULL << shift) + shift % 3, used);
}

static void check_page(const struct dm_remap_geometry *geo)
{
	const uint64_t seed = 0;
	uint32_t nr = geo->nr_pages - 1;
	uint64_t last, beyond = geo->nr_blocks - (uint64_t)nr * DM_REMAP_PAGE_ENTRIES;
	struct dm_remap_geometry g = *geo;
	struct dm_remap_page page = { .page = htole32(nr) };

	g.target_sectors = (1ULL << DM_REMAP_ENTRY_BLOCK_BITS) * (geo->block_size / 512);
	last = (1ULL << DM_REMAP_ENTRY_BLOCK_BITS) - 1;
	last = dm_remap_entry_word(last, DM_REMAP_ENTRY_MAPPED, 3);
	last = dm_remap_entry_with_reason(last, 15);
	page.entries[beyond - 1].word = htole64(last);
	page.crc = htole32(dm_remap_page_crc(&page, seed));
	if (dm_remap_page_check(&page, seed, nr, &g))
		fail(geo, "the last entry is refused");
	if (dm_remap_entry_seq(last) != 3 || dm_remap_entry_reason(last) != 15)
		fail(geo, "sequence number or reason of an entry are not what was put in");
	page.entries[beyond - 1].word = htole64(last | 1ULL << DM_REMAP_ENTRY_BITS);
	page.crc = htole32(dm_remap_page_crc(&page, seed));
	if (!dm_remap_page_check(&page, seed, nr, &g))
		fail(geo, "an entry with bits that mean nothing is taken");
	page.entries[beyond - 1].word = htole64(last);
	page.crc = htole32(dm_remap_page_crc(&page, seed));
	g.target_sectors -= geo->block_size / 512;
	if (!dm_remap_page_check(&page, seed, nr, &g))
		fail(geo, "a block beyond the end of the main is taken");
	if (beyond == DM_REMAP_PAGE_ENTRIES)
		return;
	g.target_sectors = 1ULL << DM_REMAP_ENTRY_BLOCK_BITS;
	page.entries[beyond].word = htole64(dm_remap_entry_word(0, DM_REMAP_ENTRY_BAD, 0));
	page.crc = htole32(dm_remap_page_crc(&page, seed));
	if (!dm_remap_page_check(&page, seed, nr, &g))
		fail(geo, "an entry beyond the end of the spare is taken");
}

static void check(uint64_t spare_sectors, uint32_t block, uint32_t replicas)
{
	struct dm_remap_geometry geo = {
		.spare_sectors = spare_sectors, .block_size = block, .replicas = replicas,
		.target_sectors = 1ULL << 41,
	};

	if (dm_remap_layout(&geo)) {
		if (spare_sectors >= 2ULL * DM_REMAP_PAGE_SECTORS + 2 * block / 512 +
				     replicas * DM_REMAP_PAGE_SECTORS + DM_REMAP_PAGE_SECTORS)
			fail(&geo, "it was refused");
		return;
	}
	right++;
	check_believed(&geo);
	check_full(&geo);
	check_page(&geo);
}

int main(void)
{
	uint64_t sectors, edge;
	uint32_t block, replicas;
	int delta;

	for (block = 512; block <= 32768; block *= 8)
		for (replicas = 1; replicas <= DM_REMAP_MAX_REPLICAS; replicas++) {
			for (sectors = 0; sectors < 3000; sectors += 3)
				check(sectors, block, replicas);
			for (sectors = 4096; sectors < 1ULL << 62; sectors *= 2)
				for (delta = -9; delta <= 9; delta++)
					check(sectors + delta, block, replicas);
			/* near the size at which the number of blocks reaches 2^32 - 1 */
			edge = ((1ULL << 32) - 1) * (block / 512) +
			       16843009ULL * DM_REMAP_PAGE_SECTORS * replicas + 16;
			for (delta = -200; delta <= 200; delta++)
				check(edge + delta, block, replicas);
			for (delta = 1; delta < 20; delta++)
				check(UINT64_MAX - delta, block, replicas);
		}
	check_growth();
	if (wrong)
		printf("%u wrong\n", wrong);
	printf("%u layouts\n", right);
	return wrong || right < 10000;
}
