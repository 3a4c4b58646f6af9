// SPDX-License-Identifier: GPL-2.0
/*
 * A new main for a set in use: "dmremap replace" has copied all content to it, so no block is
 * needed on the spare any more.
 *
 * The superblock determines the main of the set and, by its seed, which pages count. So a single
 * write of one page replaces the set with the former main and its remaps by the set with the new
 * main and no remaps: there is no state in between. Pages are written only once both superblocks
 * are durable, and before that nothing of the former table is touched.
 */
#include <linux/blkdev.h>
#include <linux/random.h>
#include <linux/string.h>

#include "meta.h"

void meta_forget_main(struct meta *m)
{
	struct dm_remap_sb *sb = m->sb;

	sb->replacement.partner_seed = sb->seed;
	sb->replacement.partner_generation = cpu_to_le64(m->loaded);
	memcpy(sb->replacement.previous_secret, sb->secret, sizeof(sb->secret));
	memset(sb->replacement.previous_uuid, 0, sizeof(sb->replacement.previous_uuid));
	get_random_bytes(sb->secret, sizeof(sb->secret));
	get_random_bytes(&sb->seed, sizeof(sb->seed));
	memset(sb->id_types, 0, sizeof(sb->id_types));
	memset(sb->ids, 0, sizeof(sb->ids));
	if (m->p.main_id)
		dm_remap_sb_set_id(sb, DM_REMAP_ID_MAIN, m->p.main_id);
	sb->main_start = cpu_to_le64(m->p.main_start);
	sb->main_lbs = cpu_to_le32(bdev_logical_block_size(m->p.main));
	sb->flags &= ~cpu_to_le32(DM_REMAP_SB_LABELLED);
	m->pages_used = 0;
	m->nr_entries = 0;
	meta_forget_bad(m);
}

/* Bad blocks of the spare stay bad, unless their pages are so far back that I/O would wait. */
static u32 first_pages(const struct meta *m)
{
	u32 pages = clamp(m->kept_pages, META_FIRST_PAGES, META_FIRST_REPAIRS);

	return min(pages, m->geo.nr_pages);
}

/*
 * A superblock that cannot be written may have the former main. That is not believed again, because
 * the former table is gone; so none of its copies may be left.
 */
static bool may_go_back(const struct meta *m)
{
	return (m->sb_bad[0] || m->sb_bad[1]) && meta_whole_copies(m) < m->geo.replicas;
}

int meta_empty(struct meta *m)
{
	if (meta_super_write(m, true))
		return -EIO;
	/* There is no way back from here: an error from now on is handled like any later one. */
	m->pages_used = first_pages(m);
	if (meta_table_write(m) || may_go_back(m)) {
		m->failed = true;
		/* The next attempt has to begin here again. */
		m->pages_used = 0;
	} else {
		meta_super_write(m, true);
	}
	DMINFO("%s: the set has a new main, and its spare is empty", m->p.name);
	return 0;
}
