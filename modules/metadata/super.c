// SPDX-License-Identifier: GPL-2.0
/*
 * Writes superblocks.
 *
 * The two have the same content and are written one after the other, each durable before the
 * next: one of them is whole at any time. One that cannot be written may become readable again
 * some day, and must not be believed then. So each page of the table records the sequence that
 * the superblocks had when it was written. If a superblock fails, the good one is written once
 * more, with a sequence that the bad one never had, and then a page of each copy, which records
 * that sequence.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <dm-remap/io.h>

#include "meta.h"

bool meta_super_put(struct meta *m, unsigned int nr)
{
	sector_t sector = dm_remap_sb_sector(le64_to_cpu(m->sb->spare_sectors), nr);
	bool was_bad = m->sb_bad[nr];

	dm_remap_sb_seal(m->sb, sector);
	m->sb_bad[nr] = dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC | REQ_FUA | REQ_PREFLUSH,
				    sector, m->sb, DM_REMAP_PAGE_SECTORS) != BLK_STS_OK;
	if (!m->sb_bad[nr]) {
		m->repairs += was_bad;
		return true;
	}
	m->faults += !was_bad;
	DMERR_LIMIT("%s: superblock %u at sector %llu of the spare cannot be written", m->p.name,
		    nr, (unsigned long long)sector);
	return false;
}

void meta_super_number(struct meta *m)
{
	u32 flags = le32_to_cpu(m->sb->flags) &
		    ~(DM_REMAP_SB_FIRST_STALE | DM_REMAP_SB_SECOND_STALE);

	if (m->sb_bad[0])
		flags |= DM_REMAP_SB_FIRST_STALE;
	if (m->sb_bad[1])
		flags |= DM_REMAP_SB_SECOND_STALE;
	m->sb->flags = cpu_to_le32(flags);
	m->sb->sequence = cpu_to_le64(++m->next_sequence);
	m->sb->generation = cpu_to_le64(m->generation);
	m->sb->pages_used = cpu_to_le32(m->pages_used);
	m->sb->nr_entries = cpu_to_le32(m->nr_entries);
}

/* Write the superblocks that are good. Fails if none of them can be written. */
static int write_good(struct meta *m)
{
	unsigned int nr, good = 0;

	if (!meta_stale_record(m)) {
		DMERR("%s: too many pages of the table have only one good copy", m->p.name);
		return -EIO;
	}
	meta_super_number(m);
	for (nr = 0; nr < 2; nr++)
		if (!m->sb_bad[nr] && meta_super_put(m, nr))
			good++;
	if (!good)
		return -EIO;
	m->unrecorded = false;
	return 0;
}

/* Write a page of each copy, to record the sequence of the good superblock. */
static int write_witnesses(struct meta *m)
{
	u32 page, noted = 0, all = BIT(m->geo.replicas) - 1, r;

	/* meta_empty() is about to write all copies, for a set that has its new main already. */
	if (!m->pages_used && !m->p.new_main)
		return 0;
	/* Retry copies that were bad: those that can be written again must record it as well. */
	m->retry_at = m->commits;
	for (page = 0; page < min(m->pages_used, META_WITNESSES) && noted != all; page++) {
		meta_page_fill(m, m->buf, page);
		if (meta_pages_write(m, page, 1))
			return -EIO;
		for (r = 0; r < m->geo.replicas; r++)
			if (!test_bit(page, m->bad[r]))
				noted |= BIT(r);
	}
	return noted ? 0 : -EIO;
}

/* A superblock has just failed: make sure that it is never believed again. */
static int disown(struct meta *m)
{
	bool lost[2] = { m->sb_bad[0], m->sb_bad[1] };
	int ret = write_good(m);

	/* The other one has failed as well. */
	if (ret || m->sb_bad[0] != lost[0] || m->sb_bad[1] != lost[1])
		return -EIO;
	m->sequence = m->next_sequence;
	ret = write_witnesses(m);
	if (!ret && m->unrecorded)
		ret = write_good(m);
	return ret;
}

/* Write the bad ones first: until they have been written, the good one stays intact. */
static bool mend_bad(struct meta *m)
{
	bool fine = true;
	unsigned int nr;

	for (nr = 0; nr < 2; nr++)
		if (m->sb_bad[nr] && !meta_super_put(m, nr))
			fine = false;
	return fine;
}

/*
 * Until both superblocks have a new main, the one that does names the secret of the set with the
 * former main, or the other one would be of a different set. A copy of a set keeps it for the tool.
 */
static void forget_former_main(struct meta *m)
{
	struct dm_remap_sb_replacement *r = &m->sb->replacement;
	bool is_copy = memchr_inv(r->previous_uuid, 0, sizeof(r->previous_uuid));

	if (m->pages_used && !m->sb_bad[0] && !m->sb_bad[1] && !is_copy)
		memset(r->previous_secret, 0, sizeof(r->previous_secret));
}

static int try_write(struct meta *m, bool mend)
{
	bool bad[2] = { m->sb_bad[0], m->sb_bad[1] }, fine = true;
	unsigned int nr;

	if (!meta_stale_record(m)) {
		DMERR("%s: too many pages of the table have only one good copy", m->p.name);
		return -EIO;
	}
	forget_former_main(m);
	if (mend)
		memset(m->sb_bad, 0, sizeof(m->sb_bad));
	meta_super_number(m);
	m->sb_bad[0] = bad[0];
	m->sb_bad[1] = bad[1];
	if (mend)
		fine = mend_bad(m);
	for (nr = 0; nr < 2; nr++)
		if (!bad[nr] && !meta_super_put(m, nr))
			fine = false;
	/* The one that was not tried may have recovered. */
	if (m->sb_bad[0] && m->sb_bad[1])
		return mend ? -EIO : try_write(m, true);
	m->unrecorded = false;
	if (!fine)
		return disown(m);
	m->sequence = m->next_sequence;
	return 0;
}

int meta_super_write(struct meta *m, bool mend)
{
	int ret = try_write(m, mend);

	if (ret)
		m->failed = true;
	return ret;
}
