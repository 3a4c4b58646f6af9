// SPDX-License-Identifier: GPL-2.0
/*
 * Mutations of an image that get past the checksums: mostly of one page, or by replacing one
 * page by another, or by putting a block into a second slot.  Then most of the checksums are
 * corrected.
 */
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <dm-remap/format.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/* Maximum number of pages worth the time. */
#define PAGES_MAX	64

struct image {
	uint8_t *data;
	uint64_t pages;
	unsigned int seed;
};

static unsigned int any(struct image *image, unsigned int n)
{
	return rand_r(&image->seed) % n;
}

static void *page(const struct image *image, uint64_t nr)
{
	return image->data + nr * DM_REMAP_PAGE_SIZE;
}

/* Choose a page that is more likely part of a superblock or table than of data. */
static uint64_t place(struct image *image)
{
	uint64_t n = image->pages < 8 ? image->pages : 8, nr = any(image, n);

	return any(image, 2) ? nr : image->pages - 1 - nr;
}

static void mutate_page(struct image *image)
{
	LLVMFuzzerMutate(page(image, place(image)), DM_REMAP_PAGE_SIZE, DM_REMAP_PAGE_SIZE);
}

static void copy_page(struct image *image)
{
	memmove(page(image, place(image)), page(image, place(image)), DM_REMAP_PAGE_SIZE);
}

/* Give an entry's block to another entry, with any sequence number. */
static void copy_entry(struct image *image)
{
	struct dm_remap_page *from = page(image, place(image)), *to = page(image, place(image));
	struct dm_remap_disk_entry *entry = &to->entries[any(image, DM_REMAP_PAGE_ENTRIES)];
	uint64_t seq = any(image, DM_REMAP_ENTRY_SEQS);
	uint64_t word = le64toh(from->entries[any(image, 20)].word);

	word &= ~((uint64_t)(DM_REMAP_ENTRY_SEQS - 1) << DM_REMAP_ENTRY_SEQ_SHIFT);
	entry->word = htole64(word | seq << DM_REMAP_ENTRY_SEQ_SHIFT);
	entry->lost = 0;
	entry->unread = 0;
}

/* Change a sequence number slightly, since close numbers test most. */
static void near_sequence(struct image *image)
{
	struct dm_remap_page *p = page(image, place(image));
	struct dm_remap_sb *sb = (void *)p;

	if (any(image, 2))
		p->sequence = htole64(le64toh(p->sequence) + any(image, 3) - 1);
	else
		sb->sequence = htole64(le64toh(sb->sequence) + any(image, 3) - 1);
}

static void seal_superblock(struct image *image, uint64_t nr)
{
	struct dm_remap_sb *sb = page(image, nr);

	memcpy(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
	dm_remap_sb_seal(sb, nr * DM_REMAP_PAGE_SECTORS);
}

static void seal_pages(struct image *image, uint64_t nr)
{
	const struct dm_remap_sb *sb = page(image, nr);
	struct dm_remap_geometry geo;
	struct dm_remap_page *p;
	uint32_t replica, i;

	if (dm_remap_sb_check(sb, nr * DM_REMAP_PAGE_SECTORS,
			      image->pages * DM_REMAP_PAGE_SECTORS, true, &geo))
		return;
	for (replica = 0; replica < geo.replicas; replica++)
		for (i = 0; i < le32toh(sb->pages_used) && i < PAGES_MAX; i++) {
			p = page(image, dm_remap_page_sector(&geo, replica, i) /
					DM_REMAP_PAGE_SECTORS);
			if (any(image, 16))
				p->page = htole32(i);
			if (any(image, 16))
				p->crc = htole32(dm_remap_page_crc(p, sb->seed));
		}
}

static void seal(struct image *image)
{
	uint64_t last = image->pages - 1;

	if (!any(image, 16))
		return;
	if (any(image, 16))
		seal_superblock(image, 0);
	if (any(image, 16))
		seal_superblock(image, last);
	seal_pages(image, any(image, 4) ? 0 : last);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static void (*const mutations[])(struct image *image) = {
		mutate_page, mutate_page, mutate_page, copy_page, copy_entry, near_sequence,
	};
	struct image image = { .data = data, .seed = seed };
	unsigned int times;

	if (size < 3 * DM_REMAP_PAGE_SIZE || !any(&image, 32))
		size = LLVMFuzzerMutate(data, size, max_size);
	image.pages = size / DM_REMAP_PAGE_SIZE;
	if (image.pages < 3)
		return size;
	for (times = 1 + any(&image, 4); times; times--)
		mutations[any(&image, sizeof(mutations) / sizeof(mutations[0]))](&image);
	seal(&image);
	return size;
}
