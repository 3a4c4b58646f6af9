// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the table. Of the copies of a page, the newest one counts that the superblock does not
 * name as stale.
 *
 * The table is read in runs of pages. A run goes through three stages: its copies are read, all in
 * parallel; they are checked, by a work item; and its entries are loaded. Each stage is some runs
 * ahead of the next. So reading, checking and loading proceed at the same time, on other processors
 * if there are any. Runs are loaded one after the other, in the order of their pages, and only that
 * changes anything but the run itself.
 */
#include <linux/blkdev.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <dm-remap/io.h>

#include "meta.h"

/* Runs in memory at a time: with two copies, 4 MiB. */
#define META_AHEAD	32U

/* How many of them have been read, and are being checked, while one before them is loaded. */
#define META_CHECKED	8U

/**
 * struct verdict - what the check of a page has found.
 * @why: for each copy, why it cannot be used, or NULL.
 * @best: the copy that counts, or NULL.
 * @stale_super: a copy was written with a newer superblock.
 */
struct verdict {
	const char *why[DM_REMAP_MAX_REPLICAS];
	const struct dm_remap_page *best;
	bool stale_super;
};

/**
 * struct run - pages that are read together.
 * @m: the store.
 * @page: the first of them.
 * @n: how many.
 * @copies: for each copy of the table, META_RUN pages.
 * @reads: for each copy, the read under way.
 * @check: the work item that fills in @verdicts, or has done so.
 * @verdicts: for each page.
 */
struct run {
	const struct meta *m;
	u32 page;
	u32 n;
	struct dm_remap_page *copies[DM_REMAP_MAX_REPLICAS];
	struct dm_remap_read *reads[DM_REMAP_MAX_REPLICAS];
	struct work_struct check;
	struct verdict verdicts[META_RUN];
};

/**
 * struct loader - what loading a table needs.
 * @m: the store.
 * @fn: takes the entries.
 * @context: for @fn.
 * @error: set to a sentence for ti->error on failure.
 * @limit: of the lines on lost pages. Each load has its own: what @error refers to is in the log,
 *   however many lines other loads have just written.
 * @entries: room for those of a page.
 * @parallel: work items make the checks; not for a small table.
 * @nr_runs: elements of @runs.
 * @runs: used in turn.
 */
struct loader {
	struct meta *m;
	dm_remap_load_fn fn;
	void *context;
	char **error;
	struct ratelimit_state limit;
	struct dm_remap_entry entries[DM_REMAP_PAGE_ENTRIES];
	bool parallel;
	u32 nr_runs;
	struct run *runs[META_AHEAD];
};

/*
 * For the checks of all tables. To make a queue for each would be to wait for others who make one,
 * and for memory that they wait for; that may have to be written to a set which is suspended until
 * its table is loaded.
 */
static struct workqueue_struct *check_wq;

static void begin_run(struct meta *m, struct run *run, u32 page)
{
	unsigned int r;

	run->page = page;
	run->n = min(m->pages_used - page, META_RUN);
	for (r = 0; r < m->geo.replicas; r++)
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

	for (r = 0; r < m->geo.replicas; r++)
		if (dm_remap_read_end(run->reads[r]) != BLK_STS_OK && wanted)
			read_pages(m, r, run);
}

/* Whether a copy of a page, of the table with a seed, was written with a newer superblock. */
static bool shows_stale_super(const struct meta *m, u32 nr, const struct dm_remap_page *page,
			      __le64 seed)
{
	return le64_to_cpu(page->sb_sequence) > le64_to_cpu(m->sb->sequence) &&
	       !dm_remap_page_check(page, seed, nr, &m->geo);
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

static void check_page(const struct run *run, unsigned int i, struct verdict *v)
{
	const struct meta *m = run->m;
	u32 nr = run->page + i;
	unsigned int r;

	*v = (struct verdict) { };
	for (r = 0; r < m->geo.replicas; r++) {
		const struct dm_remap_page *page = &run->copies[r][i];

		v->why[r] = check_copy(m, r, nr, page, v->best);
		if (!v->why[r] && (!v->best || le64_to_cpu(page->sequence) >
					       le64_to_cpu(v->best->sequence)))
			v->best = page;
		v->stale_super |= shows_stale_super(m, nr, page, m->sb->seed);
	}
}

/* Reads nothing that loading changes. */
static void check_run(struct work_struct *work)
{
	struct run *run = container_of(work, struct run, check);
	unsigned int i;

	for (i = 0; i < run->n; i++)
		check_page(run, i, &run->verdicts[i]);
}

/* Mark the copies of a page that are not the one that counts. */
static void mark_copies(struct meta *m, const struct run *run, unsigned int i)
{
	const struct verdict *v = &run->verdicts[i];
	u32 nr = run->page + i;
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++) {
		if (v->why[r])
			DMWARN_LIMIT("%s: page %u of copy %u of the table, at sector %llu of the spare, is not used: %s",
				     m->p.name, nr, r, dm_remap_page_sector(&m->geo, r, nr),
				     v->why[r]);
		if (v->why[r] || (v->best && run->copies[r][i].sequence != v->best->sequence))
			meta_page_mark(m, r, nr, true);
	}
}

static int load_one(struct loader *l, const struct dm_remap_entry *e)
{
	struct dm_remap_entry ignored;
	unsigned int nr = 1;

	return l->fn(l->context, e, &nr, &ignored);
}

/*
 * Two slots have the same block: it was moved from one to the other, and the machine stopped
 * before the old entry was removed.
 */
static int resolve_duplicate(struct loader *l, const struct dm_remap_entry *e,
			     const struct dm_remap_entry *other)
{
	struct dm_remap_entry bad = { .state = DM_REMAP_ENTRY_BAD };
	int newer = dm_remap_entry_newer(e->seq, other->seq);
	struct meta *m = l->m;
	int ret;

	if (!newer) {
		DMERR("%s: slots %u and %u both have block %llu", m->p.name, other->slot,
		      e->slot, e->main_block);
		return -EINVAL;
	}
	bad.slot = newer > 0 ? other->slot : e->slot;
	ret = load_one(l, &bad);
	if (!ret && newer > 0)
		ret = load_one(l, e);
	if (!__test_and_set_bit(meta_page_of(bad.slot), m->rewrite))
		m->nr_rewrite++;
	m->nr_entries--;
	return ret;
}

/* Put the entries of a page that are to be loaded into an array. Returns their number. */
static unsigned int unpack(const struct meta *m, u32 nr, const struct dm_remap_page *page,
			   struct dm_remap_entry *entries)
{
	unsigned int i, n = 0;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		u64 word = le64_to_cpu(page->entries[i].word);
		u8 state = dm_remap_entry_state(word);

		if (state == DM_REMAP_ENTRY_FREE ||
		    (m->p.new_main && state != DM_REMAP_ENTRY_BAD))
			continue;
		entries[n++] = (struct dm_remap_entry) {
			.slot = nr * DM_REMAP_PAGE_ENTRIES + i,
			.state = state,
			.seq = dm_remap_entry_seq(word),
			.reason = dm_remap_entry_reason(word),
			.main_block = dm_remap_entry_block(word),
			.lost = le64_to_cpu(page->entries[i].lost),
			.unread = le64_to_cpu(page->entries[i].unread),
		};
	}
	return n;
}

static int load_page(struct loader *l, u32 nr, const struct dm_remap_page *page)
{
	unsigned int i, taken, n = unpack(l->m, nr, page, l->entries);
	struct dm_remap_entry other;
	int ret = 0;

	if (n)
		l->m->kept_pages = nr + 1;
	for (i = 0; i < n; i++)
		l->m->nr_entries += l->entries[i].state != DM_REMAP_ENTRY_BAD;
	for (i = 0; i < n && !ret; i += taken) {
		taken = n - i;
		ret = l->fn(l->context, &l->entries[i], &taken, &other);
		if (ret == -EEXIST)
			ret = resolve_duplicate(l, &l->entries[i + taken++], &other);
	}
	return ret;
}

/* A part of the table is missing: an error, unless the set is opened read-only. */
static int lose_page(struct meta *m, int error)
{
	m->lost_pages++;
	return m->p.read_only ? 0 : error;
}

static int lose_stale(struct loader *l, u32 nr)
{
	if (__ratelimit(&l->limit))
		DMERR("%s: page %u of the table is newer than the superblocks that can be read",
		      l->m->p.name, nr);
	*l->error = "The newest superblock is gone, and the other is old: try read_only";
	return lose_page(l->m, -EIO);
}

static int take_page(struct loader *l, const struct run *run, unsigned int i)
{
	const struct verdict *v = &run->verdicts[i];
	struct meta *m = l->m;
	u32 nr = run->page + i;
	int ret;

	mark_copies(m, run, i);
	if (v->stale_super) {
		ret = lose_stale(l, nr);
		if (ret)
			return ret;
	}
	if (!v->best) {
		if (__ratelimit(&l->limit))
			DMERR("%s: page %u of the table, blocks %u to %u of the spare: no copy can be used",
			      m->p.name, nr, nr * DM_REMAP_PAGE_ENTRIES,
			      (nr + 1) * DM_REMAP_PAGE_ENTRIES - 1);
		*l->error = "A page of the table is gone, see the log: try read_only";
		return lose_page(m, -EIO);
	}
	m->generation = max_t(u64, m->generation, le64_to_cpu(v->best->sequence));
	ret = load_page(l, nr, v->best);
	if (!ret)
		return 0;
	if (__ratelimit(&l->limit))
		DMERR("%s: page %u of the table makes no sense", m->p.name, nr);
	*l->error = ret == -ENOMEM ? "Out of memory" :
		    "The remap table contradicts itself: see the log";
	return ret == -EINVAL ? lose_page(m, ret) : ret;
}

static void begin_check(struct loader *l, struct run *run)
{
	if (l->parallel)
		queue_work(check_wq, &run->check);
}

/* Check it here if no worker has begun: this never waits for one to become free. */
static void end_check(struct loader *l, struct run *run)
{
	if (!l->parallel || cancel_work_sync(&run->check))
		check_run(&run->check);
}

static int load_run(struct loader *l, struct run *run)
{
	unsigned int i;
	int ret = 0;

	if (fatal_signal_pending(current)) {
		*l->error = "Interrupted";
		return -EINTR;
	}
	for (i = 0; i < run->n && !ret; i++)
		ret = take_page(l, run, i);
	cond_resched();
	return ret;
}

static void free_run(struct run *run)
{
	unsigned int r;

	for (r = 0; run && r < DM_REMAP_MAX_REPLICAS; r++) {
		kfree(run->copies[r]);
		kfree(run->reads[r]);
	}
	kfree(run);
}

static struct run *alloc_run(const struct meta *m)
{
	struct run *run = kzalloc(sizeof(*run), GFP_KERNEL);
	unsigned int r;

	if (!run)
		return NULL;
	run->m = m;
	INIT_WORK(&run->check, check_run);
	for (r = 0; r < m->geo.replicas; r++) {
		run->copies[r] = kmalloc_array(META_RUN, DM_REMAP_PAGE_SIZE,
					       GFP_KERNEL | __GFP_NOWARN);
		run->reads[r] = kmalloc(sizeof(*run->reads[r]), GFP_KERNEL);
		if (!run->copies[r] || !run->reads[r]) {
			free_run(run);
			return NULL;
		}
	}
	return run;
}

static void free_loader(struct loader *l)
{
	u32 i;

	for (i = 0; i < l->nr_runs; i++)
		free_run(l->runs[i]);
	kfree(l);
}

/* A small table needs few runs; with little memory, fewer are read at a time. */
static struct loader *alloc_loader(struct meta *m)
{
	struct loader *l = kzalloc(sizeof(*l), GFP_KERNEL);
	u32 wanted = clamp(DIV_ROUND_UP(m->pages_used, META_RUN), 1U, META_AHEAD);

	if (!l)
		return NULL;
	l->m = m;
	ratelimit_state_init(&l->limit, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
	for (; l->nr_runs < wanted; l->nr_runs++) {
		l->runs[l->nr_runs] = alloc_run(m);
		if (!l->runs[l->nr_runs])
			break;
	}
	if (!l->nr_runs) {
		free_loader(l);
		return NULL;
	}
	l->parallel = l->nr_runs > 1;
	return l;
}

static struct run *run_at(struct loader *l, u32 nr)
{
	return l->runs[nr % l->nr_runs];
}

/* Runs are numbered in the order of their pages. */
static int load_runs(struct loader *l)
{
	u32 end = DIV_ROUND_UP(l->m->pages_used, META_RUN), begun = 0, checked = 0, i;
	int ret = 0;

	for (i = 0; i < end && !ret; i++) {
		for (; begun < end && begun - i < l->nr_runs; begun++)
			begin_run(l->m, run_at(l, begun), begun * META_RUN);
		for (; checked < begun && checked - i < META_CHECKED; checked++) {
			end_run(l->m, run_at(l, checked), true);
			begin_check(l, run_at(l, checked));
		}
		end_check(l, run_at(l, i));
		ret = load_run(l, run_at(l, i));
	}
	for (; i < checked; i++)
		cancel_work_sync(&run_at(l, i)->check);
	for (; i < begun; i++)
		end_run(l->m, run_at(l, i), false);
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
static int check_witnesses(struct loader *l)
{
	struct meta *m = l->m;
	u32 nr, end = min(m->geo.nr_pages, META_WITNESSES);
	unsigned int r;

	for (nr = m->pages_used; nr < end; nr++)
		for (r = 0; r < m->geo.replicas; r++)
			if (dm_remap_rw(m->p.spare, REQ_OP_READ,
					dm_remap_page_sector(&m->geo, r, nr), m->buf,
					DM_REMAP_PAGE_SECTORS) == BLK_STS_OK &&
			    is_witness(m, nr, m->buf))
				return lose_stale(l, nr);
	return 0;
}

int meta_pages_load(struct meta *m, dm_remap_load_fn fn, void *context, char **error)
{
	struct loader *l = alloc_loader(m);
	int ret;

	if (!l) {
		*error = "Out of memory";
		return -ENOMEM;
	}
	l->fn = fn;
	l->context = context;
	l->error = error;
	ret = check_witnesses(l) ?: load_runs(l);
	free_loader(l);
	m->loaded = m->generation;
	/*
	 * There may be pages and a superblock that are newer than those that could be read. What
	 * is written from now on must be newer still.
	 */
	m->generation += META_SEQUENCE_GAP;
	m->next_sequence += META_SEQUENCE_GAP;
	return ret;
}

int meta_load_init(void)
{
	check_wq = alloc_workqueue("dm-remap-load", WQ_UNBOUND, 0);
	return check_wq ? 0 : -ENOMEM;
}

void meta_load_exit(void)
{
	destroy_workqueue(check_wq);
}
