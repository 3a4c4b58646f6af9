// SPDX-License-Identifier: GPL-2.0
/*
 * Spares that have become larger: superblock 1 moves to the new end.
 */
#include <linux/blkdev.h>

#include <dm-remap/io.h>

#include "meta.h"

void meta_grow(struct meta *m)
{
	u64 former = le64_to_cpu(m->sb->spare_sectors), size = bdev_nr_sectors(m->p.spare);
	u64 old_sector = dm_remap_sb_sector(former, 1), new_sector = dm_remap_sb_sector(size, 1);
	bool was_bad = m->sb_bad[1];

	if (new_sector <= old_sector)
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

int meta_extend(struct meta *m)
{
	struct dm_remap_sb *sb = m->sb;
	unsigned int r;

	sb->former_spare_sectors = sb->spare_sectors;
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

static bool in_data_area(const struct meta *m, u64 sector)
{
	u64 sectors = (u64)m->geo.nr_blocks * (m->geo.block_size >> SECTOR_SHIFT);

	return sector >= m->geo.data_start && sector < m->geo.data_start + sectors;
}

/* Whether no block has ever been given out that is over the page at a sector. */
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
 * In the data area it is not erased unless nothing can be there: an earlier activation may
 * not have come to write down that it has been erased, or may have had a bad superblock.
 */
bool meta_forget_former_end(struct meta *m)
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
