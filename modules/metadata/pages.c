// SPDX-License-Identifier: GPL-2.0
/*
 * Writes pages of the table.
 *
 * A page is written to one copy of the table after the other, each durable before the next is
 * begun, so that one of them is whole at any time and there is no need for a journal. What is
 * written comes from the core's memory, so a page need not be read to be changed.
 */
#include <linux/blkdev.h>

#include <dm-remap/io.h>

#include "meta.h"

static sector_t page_sector(const struct meta *m, unsigned int replica, u32 page)
{
	return dm_remap_page_sector(&m->geo, replica, page);
}

void meta_page_mark(struct meta *m, unsigned int replica, u32 page, bool bad)
{
	if (bad)
		m->unrecorded = true;
	if (bad == test_bit(page, m->bad[replica]))
		return;
	if (bad) {
		__set_bit(page, m->bad[replica]);
		WRITE_ONCE(m->nr_bad[replica], m->nr_bad[replica] + 1);
		m->repair_next = min(m->repair_next, page);
		m->faults++;
	} else {
		__clear_bit(page, m->bad[replica]);
		WRITE_ONCE(m->nr_bad[replica], m->nr_bad[replica] - 1);
		m->repairs++;
		m->backoff = 0;
	}
}

static void set_entry(struct dm_remap_page *page, const struct dm_remap_entry *e)
{
	u64 word = dm_remap_entry_word(e->main_block, e->state, e->seq);

	page->entries[e->slot % DM_REMAP_PAGE_ENTRIES] = (struct dm_remap_disk_entry) {
		.word = cpu_to_le64(dm_remap_entry_with_reason(word, e->reason)),
		.lost = cpu_to_le64(e->lost),
		.unread = cpu_to_le64(e->unread),
	};
}

/* Put those of @n sorted entries that belong to a page into it. */
static void overlay(struct dm_remap_page *page, u32 nr, const struct dm_remap_entry *entries,
		    unsigned int n)
{
	unsigned int low = 0, high = n;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (meta_page_of(entries[mid].slot) < nr)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < n && meta_page_of(entries[low].slot) == nr; low++)
		set_entry(page, &entries[low]);
}

void meta_page_fill(struct meta *m, struct dm_remap_page *page, u32 nr)
{
	u32 slot = nr * DM_REMAP_PAGE_ENTRIES;
	u32 n = min_t(u32, DM_REMAP_PAGE_ENTRIES, m->geo.nr_blocks - slot);
	struct dm_remap_entry e;
	u32 i;

	memset(page, 0, sizeof(*page));
	page->page = cpu_to_le32(nr);
	for (i = 0; i < n; i++) {
		m->p.read(m->p.context, slot + i, &e);
		set_entry(page, &e);
	}
	overlay(page, nr, m->changes, m->nr_first);
	overlay(page, nr, m->changes + m->nr_first, m->nr_second);
}

void meta_page_seal(struct meta *m, struct dm_remap_page *page)
{
	WRITE_ONCE(m->generation, m->generation + 1);
	memcpy(page->magic, DM_REMAP_PAGE_MAGIC, DM_REMAP_MAGIC_SIZE);
	page->sequence = cpu_to_le64(m->generation);
	page->sb_sequence = cpu_to_le64(m->sequence);
	page->crc = cpu_to_le32(dm_remap_page_crc(page, m->sb->seed));
}

static void complain(struct meta *m, unsigned int replica, u32 page)
{
	DMERR_LIMIT("%s: page %u of copy %u of the table cannot be written, at sector %llu of the spare",
		    m->p.name, page, replica,
		    (unsigned long long)page_sector(m, replica, page));
}

/* Write the pages together or, if that fails, one by one. */
unsigned int meta_copy_write(struct meta *m, unsigned int replica, u32 page, u32 n,
			     blk_opf_t flags)
{
	blk_opf_t opf = REQ_OP_WRITE | REQ_SYNC;
	unsigned int i, written = 0;

	WRITE_ONCE(m->pages, m->pages + n);
	if (dm_remap_rw(m->p.spare, opf | flags, page_sector(m, replica, page), m->buf,
			n * DM_REMAP_PAGE_SECTORS) == BLK_STS_OK) {
		for (i = 0; i < n; i++)
			meta_page_mark(m, replica, page + i, false);
		return n;
	}
	for (i = 0; i < n; i++) {
		bool bad = dm_remap_rw(m->p.spare, opf | flags, page_sector(m, replica, page + i),
				       &m->buf[i], DM_REMAP_PAGE_SECTORS) != BLK_STS_OK;

		meta_page_mark(m, replica, page + i, bad);
		written += !bad;
		if (bad)
			complain(m, replica, page + i);
	}
	if (written < n) {
		m->backoff = clamp(2 * m->backoff, 1U, META_MAX_BACKOFF);
		m->retry_at = m->commits + m->backoff;
	}
	return written;
}

static bool good_somewhere(const struct meta *m, u32 page)
{
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++)
		if (!test_bit(page, m->bad[r]))
			return true;
	return false;
}

/* How many pages from @page on, at most @n, are all good or all bad in a copy. */
static u32 alike(const struct meta *m, unsigned int replica, u32 page, u32 n)
{
	bool bad = test_bit(page, m->bad[replica]);
	u32 i;

	for (i = 1; i < n && bad == test_bit(page + i, m->bad[replica]); i++)
		;
	return i;
}

static bool all_good_somewhere(const struct meta *m, u32 page, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (!good_somewhere(m, page + i))
			return false;
	return true;
}

/*
 * All copies are durable when this returns: one that was still in the drive's cache would be
 * stale after a power cut, and might be the only one that can be read.
 */
int meta_pages_write(struct meta *m, u32 page, u32 n)
{
	blk_opf_t flags = REQ_PREFLUSH | REQ_FUA;
	bool retry = meta_retry_now(m);
	u32 left_out = 0, r, i;

	for (i = 0; i < n; i++)
		meta_page_seal(m, &m->buf[i]);
	for (r = 0; r < m->geo.replicas; r++) {
		/* The superblocks name this copy as bad; leave it out until a retry is due. */
		if (test_bit(page, m->bad[r]) && !retry && alike(m, r, page, n) == n)
			left_out |= BIT(r);
		else if (meta_copy_write(m, r, page, n, flags) == n)
			flags &= ~REQ_PREFLUSH;
	}
	/* A copy that was left out may have recovered, and be the only one now. */
	for (r = 0; r < m->geo.replicas && !all_good_somewhere(m, page, n); r++)
		if (left_out & BIT(r))
			meta_copy_write(m, r, page, n, REQ_PREFLUSH | REQ_FUA);
	return all_good_somewhere(m, page, n) ? 0 : -EIO;
}
