// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the table: of the copies of a page the newest counts, of those that the
 * superblock does not name as left behind.
 */
#include <linux/blkdev.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <dm-remap/io.h>

#include "meta.h"

/* Read @n pages of one copy; those that cannot be read are zeros, which is no page. */
static void read_copy(struct meta *m, unsigned int replica, u32 page, u32 n)
{
	struct dm_remap_page *pages = m->others[replica];
	sector_t sector = dm_remap_page_sector(&m->geo, replica, page);
	unsigned int i;

	if (dm_remap_rw(m->p.spare, REQ_OP_READ, sector, pages,
			n * DM_REMAP_PAGE_SECTORS) == BLK_STS_OK)
		return;
	for (i = 0; i < n; i++)
		if (fatal_signal_pending(current) ||
		    dm_remap_rw(m->p.spare, REQ_OP_READ,
				dm_remap_page_sector(&m->geo, replica, page + i),
				&pages[i], DM_REMAP_PAGE_SECTORS) != BLK_STS_OK)
			memset(&pages[i], 0, sizeof(pages[i]));
}

/*
 * Two slots have the same block: it was moved from one to the other, and the
 * machine stopped before the old one was taken back.
 */
static int resolve_duplicate(struct meta *m, dm_remap_load_fn fn, void *context,
			     const struct dm_remap_entry *e, const struct dm_remap_entry *other)
{
	struct dm_remap_entry bad = { .state = DM_REMAP_ENTRY_BAD }, ignored;
	int newer = dm_remap_entry_newer(e->age, other->age);
	int ret;

	if (!newer) {
		DMERR("%s: slots %u and %u both have block %llu", m->p.name, other->slot,
		      e->slot, e->main_block);
		return -EINVAL;
	}
	bad.slot = newer > 0 ? other->slot : e->slot;
	ret = fn(context, &bad, &ignored);
	if (!ret && newer > 0)
		ret = fn(context, e, &ignored);
	if (!__test_and_set_bit(meta_page_of(bad.slot), m->rewrite))
		m->nr_rewrite++;
	m->nr_entries--;
	return ret;
}

static int load_page(struct meta *m, dm_remap_load_fn fn, void *context, u32 nr,
		     const struct dm_remap_page *page)
{
	struct dm_remap_entry other;
	unsigned int i;
	int ret;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		u64 word = le64_to_cpu(page->entries[i].word);
		struct dm_remap_entry e = {
			.slot = nr * DM_REMAP_PAGE_ENTRIES + i,
			.state = dm_remap_entry_state(word),
			.age = dm_remap_entry_age(word),
			.main_block = dm_remap_entry_block(word),
			.lost = le64_to_cpu(page->entries[i].lost),
			.unread = le64_to_cpu(page->entries[i].unread),
		};

		if (e.state == DM_REMAP_ENTRY_FREE)
			continue;
		m->nr_entries += e.state != DM_REMAP_ENTRY_BAD;
		ret = fn(context, &e, &other);
		if (ret == -EEXIST)
			ret = resolve_duplicate(m, fn, context, &e, &other);
		if (ret)
			return ret;
	}
	return 0;
}

/* Nearly always all copies are the same, and what holds for one holds for the others. */
static const char *check_copy(const struct meta *m, unsigned int replica, u32 nr,
			      const struct dm_remap_page *page, const struct dm_remap_page *good)
{
	const char *why = NULL;

	if (!good || memcmp(page, good, sizeof(*page)))
		why = dm_remap_page_check(page, m->sb->seed, nr, &m->geo);
	if (!why && !dm_remap_copy_counts(m->sb, replica, nr, le64_to_cpu(page->sequence)))
		why = "it was left behind when others were written";
	return why;
}

/* The copy of a page that counts, or NULL; the others are noted as bad. */
static const struct dm_remap_page *best_copy(struct meta *m, u32 nr, unsigned int i)
{
	const struct dm_remap_page *best = NULL;
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++) {
		const struct dm_remap_page *page = &m->others[r][i];
		const char *why = check_copy(m, r, nr, page, best);

		if (why) {
			DMWARN_LIMIT("%s: page %u of copy %u of the table, at sector %llu of the spare, is not used: %s",
				     m->p.name, nr, r, dm_remap_page_sector(&m->geo, r, nr), why);
			meta_page_mark(m, r, nr, true);
		} else if (!best || le64_to_cpu(page->sequence) > le64_to_cpu(best->sequence)) {
			best = page;
		}
	}
	for (r = 0; best && r < m->geo.replicas; r++)
		if (m->others[r][i].sequence != best->sequence)
			meta_page_mark(m, r, nr, true);
	return best;
}

/* Whether a copy, any of them, was written with a newer superblock than ours. */
static bool super_is_stale(const struct meta *m, u32 nr, unsigned int i)
{
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++) {
		const struct dm_remap_page *page = &m->others[r][i];

		if (le64_to_cpu(page->sb_sequence) > le64_to_cpu(m->sb->sequence) &&
		    !dm_remap_page_check(page, m->sb->seed, nr, &m->geo))
			return true;
	}
	return false;
}

/* Something of the table is missing: an error, unless nothing is to be written. */
static int lose_page(struct meta *m, int error)
{
	m->lost_pages++;
	return m->p.read_only ? 0 : error;
}

static int take_page(struct meta *m, dm_remap_load_fn fn, void *context, u32 nr,
		     unsigned int i, char **error)
{
	const struct dm_remap_page *best = best_copy(m, nr, i);
	int ret;

	if (super_is_stale(m, nr, i)) {
		DMERR_LIMIT("%s: page %u of the table is newer than the superblocks that can be read",
			    m->p.name, nr);
		*error = "The newest superblock is gone, and the other is old: try read_only";
		ret = lose_page(m, -EIO);
		if (ret)
			return ret;
	}
	if (!best) {
		DMERR_LIMIT("%s: page %u of the table, blocks %u to %u of the spare: no copy can be used",
			    m->p.name, nr, nr * DM_REMAP_PAGE_ENTRIES,
			    (nr + 1) * DM_REMAP_PAGE_ENTRIES - 1);
		*error = "A page of the table is gone, see the log: try read_only";
		return lose_page(m, -EIO);
	}
	m->generation = max_t(u64, m->generation, le64_to_cpu(best->sequence));
	ret = load_page(m, fn, context, nr, best);
	if (!ret)
		return 0;
	DMERR_LIMIT("%s: page %u of the table makes no sense", m->p.name, nr);
	*error = ret == -ENOMEM ? "Out of memory" :
		 "The remap table contradicts itself: see the log";
	return ret == -EINVAL ? lose_page(m, ret) : ret;
}

static int load_run(struct meta *m, dm_remap_load_fn fn, void *context, u32 page, u32 n,
		    char **error)
{
	unsigned int r, i;
	int ret = 0;

	for (r = 0; r < m->geo.replicas; r++)
		read_copy(m, r, page, n);
	if (fatal_signal_pending(current)) {
		*error = "Interrupted";
		return -EINTR;
	}
	for (i = 0; i < n && !ret; i++)
		ret = take_page(m, fn, context, page + i, i, error);
	cond_resched();
	return ret;
}

int meta_pages_load(struct meta *m, dm_remap_load_fn fn, void *context, char **error)
{
	int ret = -ENOMEM;
	unsigned int r;
	u32 page, n;

	*error = "Out of memory";
	for (r = 0; r < m->geo.replicas; r++) {
		m->others[r] = kmalloc_array(META_RUN, DM_REMAP_PAGE_SIZE, GFP_KERNEL);
		if (!m->others[r])
			goto out;
	}
	ret = 0;
	for (page = 0; page < m->pages_used && !ret; page += n) {
		n = min(m->pages_used - page, META_RUN);
		ret = load_run(m, fn, context, page, n, error);
	}
	m->loaded = m->generation;
	/*
	 * There may be pages and a superblock that are newer than what could be read.
	 * What is written from now on is newer than those.
	 */
	m->generation += META_SKIP;
	m->next_sequence += META_SKIP;
out:
	for (r = 0; r < m->geo.replicas; r++) {
		kfree(m->others[r]);
		m->others[r] = NULL;
	}
	return ret;
}
