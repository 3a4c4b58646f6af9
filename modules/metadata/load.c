// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the table. Of the copies of a page, the newest one counts that the superblock does not
 * name as stale. The copies are read in parallel, some runs of pages ahead of the one that is
 * being loaded.
 */
#include <linux/blkdev.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <dm-remap/io.h>

#include "meta.h"

/* Runs that are being read while one before them is loaded. */
#define META_AHEAD	4U

/**
 * struct run - pages that are read together.
 * @page: the first of them.
 * @n: how many; 0 if nothing is being read.
 * @copies: for each copy of the table, META_RUN pages.
 * @reads: for each copy, the read under way.
 */
struct run {
	u32 page;
	u32 n;
	struct dm_remap_page *copies[DM_REMAP_MAX_REPLICAS];
	struct dm_remap_read *reads[DM_REMAP_MAX_REPLICAS];
};

static void begin_run(struct meta *m, struct run *run, u32 page)
{
	unsigned int r;

	run->page = page;
	run->n = min(m->pages_used - page, META_RUN);
	for (r = 0; run->n && r < m->geo.replicas; r++)
		dm_remap_read_begin(run->reads[r], m->p.spare,
				    dm_remap_page_sector(&m->geo, r, page), run->copies[r],
				    run->n * DM_REMAP_PAGE_SECTORS);
}

/* Read the pages one by one; those that cannot be read become zeros, which is not a valid page. */
static void read_pages(struct meta *m, unsigned int replica, const struct run *run)
{
	struct dm_remap_page *pages = run->copies[replica];
	unsigned int i;

	for (i = 0; i < run->n; i++)
		if (fatal_signal_pending(current) ||
		    dm_remap_rw(m->p.spare, REQ_OP_READ,
				dm_remap_page_sector(&m->geo, replica, run->page + i),
				&pages[i], DM_REMAP_PAGE_SECTORS) != BLK_STS_OK)
			memset(&pages[i], 0, sizeof(pages[i]));
}

/* All reads of a run have to end before its memory is freed. */
static void end_run(struct meta *m, struct run *run, bool wanted)
{
	unsigned int r;

	for (r = 0; run->n && r < m->geo.replicas; r++)
		if (dm_remap_read_end(run->reads[r]) != BLK_STS_OK && wanted)
			read_pages(m, r, run);
}

/*
 * Two slots have the same block: it was moved from one to the other, and the machine stopped
 * before the old entry was removed.
 */
static int resolve_duplicate(struct meta *m, dm_remap_load_fn fn, void *context,
			     const struct dm_remap_entry *e, const struct dm_remap_entry *other)
{
	struct dm_remap_entry bad = { .state = DM_REMAP_ENTRY_BAD }, ignored;
	int newer = dm_remap_entry_newer(e->seq, other->seq);
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
			.seq = dm_remap_entry_seq(word),
			.reason = dm_remap_entry_reason(word),
			.main_block = dm_remap_entry_block(word),
			.lost = le64_to_cpu(page->entries[i].lost),
			.unread = le64_to_cpu(page->entries[i].unread),
		};

		if (e.state == DM_REMAP_ENTRY_FREE ||
		    (m->p.new_main && e.state != DM_REMAP_ENTRY_BAD))
			continue;
		m->kept_pages = nr + 1;
		m->nr_entries += e.state != DM_REMAP_ENTRY_BAD;
		ret = fn(context, &e, &other);
		if (ret == -EEXIST)
			ret = resolve_duplicate(m, fn, context, &e, &other);
		if (ret)
			return ret;
	}
	return 0;
}

/* The copies are nearly always identical, and then the check of one is valid for the others. */
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

/* The copy of a page that counts, or NULL; the others are marked as bad. */
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

/* Whether a copy of a page, of the table with a seed, was written with a newer superblock. */
static bool shows_stale_super(const struct meta *m, u32 nr, const struct dm_remap_page *page,
			      __le64 seed)
{
	return le64_to_cpu(page->sb_sequence) > le64_to_cpu(m->sb->sequence) &&
	       !dm_remap_page_check(page, seed, nr, &m->geo);
}

static bool super_is_stale(const struct meta *m, u32 nr, unsigned int i)
{
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++)
		if (shows_stale_super(m, nr, &m->others[r][i], m->sb->seed))
			return true;
	return false;
}

/* A part of the table is missing: an error, unless the set is opened read-only. */
static int lose_page(struct meta *m, int error)
{
	m->lost_pages++;
	return m->p.read_only ? 0 : error;
}

static int lose_stale(struct meta *m, u32 nr, char **error)
{
	DMERR_LIMIT("%s: page %u of the table is newer than the superblocks that can be read",
		    m->p.name, nr);
	*error = "The newest superblock is gone, and the other is old: try read_only";
	return lose_page(m, -EIO);
}

static int take_page(struct meta *m, dm_remap_load_fn fn, void *context, u32 nr,
		     unsigned int i, char **error)
{
	const struct dm_remap_page *best = best_copy(m, nr, i);
	int ret;

	if (super_is_stale(m, nr, i)) {
		ret = lose_stale(m, nr, error);
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

static int load_run(struct meta *m, dm_remap_load_fn fn, void *context, struct run *run,
		    char **error)
{
	unsigned int i;
	int ret = 0;

	end_run(m, run, true);
	if (fatal_signal_pending(current)) {
		*error = "Interrupted";
		return -EINTR;
	}
	memcpy(m->others, run->copies, sizeof(m->others));
	for (i = 0; i < run->n && !ret; i++)
		ret = take_page(m, fn, context, run->page + i, i, error);
	memset(m->others, 0, sizeof(m->others));
	cond_resched();
	return ret;
}

static void free_runs(struct run *runs)
{
	unsigned int i, r;

	for (i = 0; runs && i < META_AHEAD; i++)
		for (r = 0; r < DM_REMAP_MAX_REPLICAS; r++) {
			kfree(runs[i].copies[r]);
			kfree(runs[i].reads[r]);
		}
	kfree(runs);
}

static struct run *alloc_runs(const struct meta *m)
{
	struct run *runs = kcalloc(META_AHEAD, sizeof(*runs), GFP_KERNEL);
	unsigned int i, r;

	for (i = 0; runs && i < META_AHEAD; i++) {
		for (r = 0; r < m->geo.replicas; r++) {
			runs[i].copies[r] = kmalloc_array(META_RUN, DM_REMAP_PAGE_SIZE, GFP_KERNEL);
			runs[i].reads[r] = kmalloc(sizeof(*runs[i].reads[r]), GFP_KERNEL);
			if (!runs[i].copies[r] || !runs[i].reads[r]) {
				free_runs(runs);
				return NULL;
			}
		}
	}
	return runs;
}

/* Loading takes less time than reading, so the medium is never idle. */
static int load_runs(struct meta *m, dm_remap_load_fn fn, void *context, struct run *runs,
		     char **error)
{
	u32 ahead = 0, i = 0;
	int ret = 0;

	for (i = 0; i < META_AHEAD; i++) {
		begin_run(m, &runs[i], ahead);
		ahead += runs[i].n;
	}
	for (i = 0; !ret && runs[i].n; i = (i + 1) % META_AHEAD) {
		ret = load_run(m, fn, context, &runs[i], error);
		runs[i].n = 0;
		if (!ret)
			begin_run(m, &runs[i], ahead);
		ahead += runs[i].n;
	}
	for (i = 0; i < META_AHEAD; i++)
		end_run(m, &runs[i], false);
	return ret;
}

/*
 * A superblock that counts no page yet records a new main, and may be out of date: the set may have
 * written pages since, or, with its former seed, have gone back to the former main.
 */
static bool is_witness(const struct meta *m, u32 nr, const struct dm_remap_page *page)
{
	return shows_stale_super(m, nr, page, m->sb->seed) ||
	       (!m->pages_used &&
		shows_stale_super(m, nr, page, m->sb->replacement.partner_seed));
}

/* Look at the pages that show that a superblock is out of date, if that does not count them. */
static int check_witnesses(struct meta *m, char **error)
{
	u32 nr, end = min(m->geo.nr_pages, META_WITNESSES);
	unsigned int r;

	for (nr = m->pages_used; nr < end; nr++)
		for (r = 0; r < m->geo.replicas; r++)
			if (dm_remap_rw(m->p.spare, REQ_OP_READ,
					dm_remap_page_sector(&m->geo, r, nr), m->buf,
					DM_REMAP_PAGE_SECTORS) == BLK_STS_OK &&
			    is_witness(m, nr, m->buf))
				return lose_stale(m, nr, error);
	return 0;
}

int meta_pages_load(struct meta *m, dm_remap_load_fn fn, void *context, char **error)
{
	struct run *runs = alloc_runs(m);
	int ret;

	if (!runs) {
		*error = "Out of memory";
		return -ENOMEM;
	}
	ret = check_witnesses(m, error) ?: load_runs(m, fn, context, runs, error);
	free_runs(runs);
	m->loaded = m->generation;
	/*
	 * There may be pages and a superblock that are newer than those that could be read. What
	 * is written from now on must be newer still.
	 */
	m->generation += META_SEQUENCE_GAP;
	m->next_sequence += META_SEQUENCE_GAP;
	return ret;
}
