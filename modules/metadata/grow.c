// SPDX-License-Identifier: GPL-2.0
/*
 * Spares that have become larger: superblock 1 moves to the new end, and to make room for more
 * blocks, the table moves behind everything that was in use.
 */
#include <linux/blkdev.h>

#include <dm-remap/io.h>

#include "meta.h"

void meta_grow(struct meta *m)
{
	u64 former = le64_to_cpu(m->sb->spare_sectors), size = bdev_nr_sectors(m->p.spare);
	u64 old_sector = dm_remap_sb_sector(former, 1), new_sector = dm_remap_sb_sector(size, 1);
	bool was_bad = m->sb_bad[1];

	/* A spare that has left is of size 0, and has no end. */
	if (size < former || new_sector <= old_sector)
		return;
	m->sb->spare_sectors = cpu_to_le64(size);
	m->sb->former_spare_sectors = cpu_to_le64(former);
	meta_super_number(m);
	if (meta_super_put(m, 1)) {
		m->geo.spare_sectors = size;
		return;
	}
	m->sb_bad[1] = was_bad;
	m->sb->spare_sectors = cpu_to_le64(former);
	m->sb->former_spare_sectors = 0;
}

void meta_extend_layout(struct meta *m)
{
	m->grown = m->geo;
	m->growing = !dm_remap_layout_grow(&m->grown, bdev_nr_sectors(m->p.spare));
}

bool meta_may_grow(const struct meta *m)
{
	struct dm_remap_geometry geo = m->growing ? m->grown : m->geo;

	return !dm_remap_layout_grow(&geo, bdev_nr_sectors(m->p.spare));
}

/* Faults of the former copies do not concern the new ones. */
void meta_forget_bad(struct meta *m)
{
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++) {
		bitmap_zero(m->bad[r], m->geo.nr_pages);
		m->nr_bad[r] = 0;
	}
	bitmap_zero(m->rewrite, m->geo.nr_pages);
	m->nr_rewrite = 0;
}

int meta_table_write(struct meta *m)
{
	u32 page, n, i;
	int ret = 0;

	for (page = 0; page < m->pages_used && !ret; page += n) {
		n = min(m->pages_used - page, META_RUN);
		for (i = 0; i < n; i++)
			meta_page_fill(m, &m->buf[i], page + i);
		ret = meta_pages_write(m, page, n);
	}
	return ret;
}

static bool in_data_area(const struct meta *m, u64 sector)
{
	u64 sectors = (u64)m->geo.nr_blocks * (m->geo.block_size >> SECTOR_SHIFT);

	return sector >= m->geo.data_start && sector < m->geo.data_start + sectors;
}

/* Whether all blocks that overlap the page at a sector are free. */
static bool is_untouched(const struct meta *m, u64 sector)
{
	u32 sectors = m->geo.block_size >> SECTOR_SHIFT;
	u32 slot = (sector - m->geo.data_start) / sectors;
	sector_t end = sector + DM_REMAP_PAGE_SECTORS;
	struct dm_remap_entry e;

	for (; slot < m->geo.nr_blocks; slot++) {
		if (m->geo.data_start + (u64)slot * sectors >= end)
			break;
		m->p.read(m->p.context, slot, &e);
		if (e.state != DM_REMAP_ENTRY_FREE)
			return false;
	}
	return true;
}

/*
 * In the data area, erase it only if no data can be there: an earlier activation may have erased
 * it without recording that, or may have had a bad superblock.
 */
static bool forget_former_end(struct meta *m)
{
	u64 former = le64_to_cpu(m->sb->former_spare_sectors);
	u64 sector = dm_remap_sb_sector(former, 1);
	bool data = in_data_area(m, sector), erased = false;

	if (!former || m->sb_bad[0] || m->sb_bad[1])
		return false;
	memset(m->buf, 0, DM_REMAP_PAGE_SIZE);
	if (!data || is_untouched(m, sector))
		erased = dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC | REQ_FUA, sector, m->buf,
				     DM_REMAP_PAGE_SECTORS) == BLK_STS_OK;
	if (erased || data)
		m->sb->former_spare_sectors = 0;
	return data;
}

/* Whether superblock 1 stays where it is, and is overwritten. */
static bool end_stays(const struct meta *m)
{
	return dm_remap_sb_sector(m->geo.spare_sectors, 1) ==
	       dm_remap_sb_sector(m->grown.spare_sectors, 1);
}

/* A power cut while superblock 1 is overwritten destroys it, so the other one has to be good. */
static int mend_both(struct meta *m)
{
	if (meta_super_write(m, true) || m->sb_bad[0] || m->sb_bad[1])
		return -EIO;
	forget_former_end(m);
	return 0;
}

int meta_extend(struct meta *m)
{
	struct dm_remap_sb *sb = m->sb;
	bool stays = end_stays(m);
	unsigned int r;

	if (stays && mend_both(m))
		return -EIO;
	sb->former_spare_sectors = stays ? 0 : sb->spare_sectors;
	sb->flags |= cpu_to_le32(DM_REMAP_SB_TABLE_MOVED);
	m->geo = m->grown;
	m->growing = false;
	meta_forget_bad(m);
	sb->spare_sectors = cpu_to_le64(m->geo.spare_sectors);
	sb->nr_blocks = cpu_to_le32(m->geo.nr_blocks);
	sb->nr_pages = cpu_to_le32(m->geo.nr_pages);
	for (r = 0; r < m->geo.replicas; r++)
		sb->replica_start[r] = cpu_to_le64(m->geo.replica_start[r]);
	if (meta_table_write(m) || !meta_stale_record(m))
		return -EIO;
	meta_super_number(m);
	return meta_super_put(m, 1) ? 0 : -EIO;
}

/*
 * A superblock 0 from before a growth names copies of the table that are no longer written. If
 * it became readable again one day, and superblock 1 did not, nothing would show that these
 * copies are old. So the set is not used until superblock 0 has been replaced.
 */
static int check_first(const struct meta *m)
{
	if (!m->sb_bad[0] || !(le32_to_cpu(m->sb->flags) & DM_REMAP_SB_TABLE_MOVED))
		return 0;
	DMERR("%s: superblock 0 cannot be written: the spare cannot be used with its new size",
	      m->p.name);
	return -EIO;
}

int meta_end_growth(struct meta *m)
{
	u32 flags = le32_to_cpu(m->sb->flags);
	int ret = check_first(m);
	bool again;

	if (ret)
		return ret;
	again = forget_former_end(m) || (flags & DM_REMAP_SB_TABLE_MOVED);
	m->sb->flags = cpu_to_le32(flags & ~DM_REMAP_SB_TABLE_MOVED);
	/*
	 * Both superblocks have the new places, and the former end may be erased: there is no way
	 * back, so an error is handled like any later one.
	 */
	if (again)
		meta_super_write(m, true);
	return 0;
}

void meta_undo_growth(struct meta *m, const struct meta *grown)
{
	u64 size = bdev_nr_sectors(m->p.spare), end = dm_remap_sb_sector(size, 1);
	unsigned int r;

	memset(m->buf, 0, DM_REMAP_PAGE_SIZE);
	if (size > m->geo.spare_sectors && end > dm_remap_sb_sector(m->geo.spare_sectors, 1))
		dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC | REQ_FUA, end, m->buf,
			    DM_REMAP_PAGE_SECTORS);
	if (grown->geo.nr_blocks == m->geo.nr_blocks)
		return;
	for (r = 0; r < grown->geo.replicas; r++)
		dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC | REQ_FUA,
			    dm_remap_page_sector(&grown->geo, r, 0), m->buf,
			    DM_REMAP_PAGE_SECTORS);
}
