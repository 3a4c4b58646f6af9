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

void meta_forget_former_end(struct meta *m)
{
	u64 former = le64_to_cpu(m->sb->former_spare_sectors);

	if (!former || m->sb_bad[0] || m->sb_bad[1])
		return;
	memset(m->buf, 0, DM_REMAP_PAGE_SIZE);
	if (dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC | REQ_FUA,
			dm_remap_sb_sector(former, 1), m->buf,
			DM_REMAP_PAGE_SECTORS) == BLK_STS_OK)
		m->sb->former_spare_sectors = 0;
}
