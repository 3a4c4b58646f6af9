// SPDX-License-Identifier: GPL-2.0
/*
 * Stale copies of pages, which do not count.
 *
 * A copy of a page whose write failed may have its old content, the new one, or
 * noise, and a later read may return either version.  So both superblocks name it,
 * before anything is acknowledged that the copy may lack.  All that was ever
 * written to it has a sequence below that of the list; what makes it whole again
 * has a higher one.
 */
#include "meta.h"

/* The next page from @page on with a bad copy that @whole does not cover. */
static u32 next_bad(const struct meta *m, u32 page, u32 whole)
{
	u32 next = m->geo.nr_pages, r;

	for (r = 0; r < m->geo.replicas; r++)
		if (!(whole & BIT(r)))
			next = min_t(u32, next, find_next_bit(m->bad[r], m->geo.nr_pages, page));
	return next;
}

static u32 bad_copies(const struct meta *m, u32 page)
{
	u32 copies = 0, r;

	for (r = 0; r < m->geo.replicas; r++)
		if (test_bit(page, m->bad[r]))
			copies |= BIT(r);
	return copies;
}

/* An element is exact for its page: there, even a copy in @whole counts if it is good. */
static bool fill_list(struct meta *m, u32 whole)
{
	struct dm_remap_sb *sb = m->sb;
	u32 page, nr = 0;

	memset(sb->stale, 0, sizeof(sb->stale));
	for (page = next_bad(m, 0, whole); page < m->geo.nr_pages;
	     page = next_bad(m, page + 1, whole)) {
		if (nr == DM_REMAP_SB_STALE)
			return false;
		sb->stale[nr].page = cpu_to_le32(page);
		sb->stale[nr++].copies = cpu_to_le32(bad_copies(m, page));
	}
	sb->nr_stale = cpu_to_le32(nr);
	sb->stale_copies = cpu_to_le32(whole);
	sb->stale_since = cpu_to_le64(nr || whole ? m->generation + 1 : 0);
	return true;
}

/* The copy with the most bad pages of those that are not in @whole yet. */
static u32 worst_copy(const struct meta *m, u32 whole)
{
	u32 worst = 0, most = 0, r;

	for (r = 0; r < m->geo.replicas; r++) {
		if (!(whole & BIT(r)) && m->nr_bad[r] >= most) {
			worst = r;
			most = m->nr_bad[r];
		}
	}
	return worst;
}

bool meta_stale_record(struct meta *m)
{
	u32 whole = 0, all = BIT(m->geo.replicas) - 1;

	/* One copy must not be in the list: pages that are not listed are good there. */
	while (!fill_list(m, whole)) {
		whole |= BIT(worst_copy(m, whole));
		if (whole == all)
			return false;
	}
	return true;
}
