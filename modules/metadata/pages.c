// SPDX-License-Identifier: GPL-2.0
/*
 * The pages of the table.
 *
 * A page is written to one copy of the table after the other, each durable
 * before the next is begun, so that one of them is whole at any time and there
 * is no need for a journal.  What is written comes from the core's memory, not
 * from the disk: to change a page it need not be read, and a copy that has gone
 * bad is healed by whatever is written to it next.
 */
#include <linux/blkdev.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <dm-remap/io.h>

#include "meta.h"

static sector_t page_sector(const struct meta *m, unsigned int replica, u32 page)
{
	return dm_remap_page_sector(&m->geo, replica, page);
}

static void mark(struct meta *m, unsigned int replica, u32 page, bool bad)
{
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
	}
}

static u32 page_of(u32 slot)
{
	return slot / DM_REMAP_PAGE_ENTRIES;
}

static void set_entry(struct dm_remap_page *page, const struct dm_remap_entry *e)
{
	struct dm_remap_disk_entry *disk = &page->entries[e->slot % DM_REMAP_PAGE_ENTRIES];

	disk->word = cpu_to_le64(dm_remap_entry_word(e->main_block, e->state, e->age));
	disk->lost = cpu_to_le64(e->lost);
}

/* A page as the core has it. */
static void fill_page(struct meta *m, struct dm_remap_page *page, u32 nr)
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
}

static void seal_page(struct meta *m, struct dm_remap_page *page)
{
	WRITE_ONCE(m->generation, m->generation + 1);
	page->sequence = cpu_to_le64(m->generation);
	page->crc = cpu_to_le32(dm_remap_page_crc(page, m->sb->uuid));
}

/* Write @n pages of one copy from @m->buf; by themselves if not together. */
static unsigned int write_copy(struct meta *m, unsigned int replica, u32 page, u32 n,
			       blk_opf_t flags)
{
	blk_opf_t opf = REQ_OP_WRITE | REQ_SYNC;
	unsigned int i, written = 0;

	WRITE_ONCE(m->pages, m->pages + n);
	if (dm_remap_rw(m->p.spare, opf | flags, page_sector(m, replica, page), m->buf,
			n * DM_REMAP_PAGE_SECTORS) == BLK_STS_OK) {
		for (i = 0; i < n; i++)
			mark(m, replica, page + i, false);
		return n;
	}
	for (i = 0; i < n; i++) {
		bool bad = dm_remap_rw(m->p.spare, opf | flags, page_sector(m, replica, page + i),
				       &m->buf[i], DM_REMAP_PAGE_SECTORS) != BLK_STS_OK;

		mark(m, replica, page + i, bad);
		written += !bad;
		if (bad)
			DMERR_LIMIT("%s: page %u of copy %u of the table cannot be written, at sector %llu of the spare",
				    m->p.name, page + i, replica,
				    (unsigned long long)page_sector(m, replica, page + i));
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

/*
 * Write the @n pages in @m->buf to all copies.  The first write has what was
 * written to the spare before it made durable.
 */
static int write_run(struct meta *m, u32 page, u32 n)
{
	unsigned int r, i, last = m->geo.replicas - 1;
	blk_opf_t flags = REQ_PREFLUSH | REQ_FUA;

	for (i = 0; i < n; i++)
		seal_page(m, &m->buf[i]);
	for (r = 0; r <= last; r++) {
		/*
		 * Without FUA the block layer flushes instead.  The last copy can do
		 * without: the next commit flushes before it touches the first one.
		 */
		if (r && r == last && !bdev_fua(m->p.spare) && !(flags & REQ_PREFLUSH))
			flags = 0;
		if (write_copy(m, r, page, n, flags) == n)
			flags &= ~REQ_PREFLUSH;
	}
	for (i = 0; i < n; i++)
		if (!good_somewhere(m, page + i))
			return -EIO;
	return 0;
}

int meta_pages_format(struct meta *m)
{
	u32 page, n, end = min(m->geo.nr_pages, META_FIRST_PAGES);
	unsigned int r, i;

	for (page = 0; page < end; page += n) {
		n = min(end - page, META_RUN);
		memset(m->buf, 0, n * sizeof(*m->buf));
		for (i = 0; i < n; i++) {
			m->buf[i].page = cpu_to_le32(page + i);
			seal_page(m, &m->buf[i]);
		}
		for (r = 0; r < m->geo.replicas; r++)
			if (dm_remap_rw(m->p.spare, REQ_OP_WRITE, page_sector(m, r, page), m->buf,
					n * DM_REMAP_PAGE_SECTORS) != BLK_STS_OK)
				return -EIO;
	}
	m->pages_used = end;
	return 0;
}

/* Reading. */

/* Read @n pages of one copy; those that cannot be read are zeros, which is no page. */
static void read_copy(struct meta *m, unsigned int replica, u32 page, u32 n)
{
	struct dm_remap_page *pages = m->others[replica];
	unsigned int i;

	if (dm_remap_rw(m->p.spare, REQ_OP_READ, page_sector(m, replica, page), pages,
			n * DM_REMAP_PAGE_SECTORS) == BLK_STS_OK)
		return;
	for (i = 0; i < n; i++)
		if (dm_remap_rw(m->p.spare, REQ_OP_READ, page_sector(m, replica, page + i),
				&pages[i], DM_REMAP_PAGE_SECTORS) != BLK_STS_OK)
			memset(&pages[i], 0, sizeof(pages[i]));
}

/*
 * Two slots have the same block: it was moved from one to the other, and the
 * machine stopped before the old one was taken back.
 */
static int settle_pair(struct meta *m, dm_remap_load_fn fn, void *context,
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
	/* On disk it is to be so as well. */
	mark(m, 0, page_of(bad.slot), true);
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
		};

		if (e.state == DM_REMAP_ENTRY_FREE)
			continue;
		ret = fn(context, &e, &other);
		if (ret == -EEXIST)
			ret = settle_pair(m, fn, context, &e, &other);
		if (ret)
			return ret;
	}
	return 0;
}

/* Nearly always all copies are the same, and what holds for one holds for the others. */
static const char *check_copy(const struct meta *m, const struct dm_remap_page *page, u32 nr,
			      const struct dm_remap_page *good)
{
	if (good && !memcmp(page, good, sizeof(*page)))
		return NULL;
	return dm_remap_page_check(page, m->sb->uuid, nr, &m->geo);
}

/* The copy of a page that counts, or NULL; the others are noted as bad. */
static const struct dm_remap_page *best_copy(struct meta *m, u32 nr, unsigned int i)
{
	const struct dm_remap_page *best = NULL;
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++) {
		const struct dm_remap_page *page = &m->others[r][i];
		const char *why = check_copy(m, page, nr, best);

		if (why) {
			DMWARN_LIMIT("%s: page %u of copy %u of the table, at sector %llu of the spare, is not used: %s",
				     m->p.name, nr, r,
				     (unsigned long long)page_sector(m, r, nr), why);
			mark(m, r, nr, true);
		} else if (!best || le64_to_cpu(page->sequence) > le64_to_cpu(best->sequence)) {
			best = page;
		}
	}
	for (r = 0; best && r < m->geo.replicas; r++)
		if (m->others[r][i].sequence != best->sequence)
			mark(m, r, nr, true);
	return best;
}

static int load_run(struct meta *m, dm_remap_load_fn fn, void *context, u32 page, u32 n,
		    char **error)
{
	unsigned int r, i;
	int ret;

	for (r = 0; r < m->geo.replicas; r++)
		read_copy(m, r, page, n);
	for (i = 0; i < n; i++) {
		const struct dm_remap_page *best = best_copy(m, page + i, i);

		if (!best) {
			DMERR_LIMIT("%s: page %u of the table, blocks %u to %u of the spare: all copies are gone",
				    m->p.name, page + i, (page + i) * DM_REMAP_PAGE_ENTRIES,
				    (page + i + 1) * DM_REMAP_PAGE_ENTRIES - 1);
			m->lost_pages++;
			*error = "A page of the table is gone, see the log: try read_only";
			if (m->p.read_only)
				continue;
			return -EIO;
		}
		m->generation = max_t(u64, m->generation, le64_to_cpu(best->sequence));
		ret = load_page(m, fn, context, page + i, best);
		if (ret == -EINVAL && m->p.read_only) {
			DMERR_LIMIT("%s: page %u of the table makes no sense", m->p.name, page + i);
			m->lost_pages++;
			continue;
		}
		if (ret) {
			DMERR("%s: page %u of the table makes no sense", m->p.name, page + i);
			*error = ret == -ENOMEM ? "Out of memory" :
				 "The remap table contradicts itself: see the log";
			return ret;
		}
	}
	cond_resched();
	return 0;
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
	/* The same holds for a page that cannot be read after all was in order. */
	if (meta_whole_copies(m) < m->geo.replicas && !m->p.read_only)
		m->generation += META_SKIP;
out:
	for (r = 0; r < m->geo.replicas; r++) {
		kfree(m->others[r]);
		m->others[r] = NULL;
	}
	return ret;
}

/* Writing. */

/* The second step of a commit. */
static bool second_step(const struct dm_remap_entry *e)
{
	return e->state == DM_REMAP_ENTRY_FREE || e->state == DM_REMAP_ENTRY_BAD;
}

static int compare_entries(const void *a, const void *b)
{
	const struct dm_remap_entry *x = a, *y = b;

	if (second_step(x) != second_step(y))
		return second_step(x) - second_step(y);
	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* Changes of the first step to a page that the second step writes again. */
static void overlay_first_step(struct dm_remap_page *page, u32 nr,
			       const struct dm_remap_entry *entries, unsigned int nr_first)
{
	unsigned int low = 0, high = nr_first;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (page_of(entries[mid].slot) < nr)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < nr_first && page_of(entries[low].slot) == nr; low++)
		set_entry(page, &entries[low]);
}

/*
 * Write the pages that entries @first to @end - 1 are in, those that follow each
 * other in one go.  @nr_first entries from the beginning are those of the first
 * step.
 */
static int write_step(struct meta *m, const struct dm_remap_entry *entries,
		      unsigned int first, unsigned int end, unsigned int nr_first)
{
	while (first < end) {
		/* A page that was never used comes with those before it. */
		u32 start = min(page_of(entries[first].slot), m->pages_used);
		u32 n;
		int ret;

		for (n = 0; n < META_RUN; n++) {
			if (first == end ||
			    (page_of(entries[first].slot) > start + n &&
			     start + n < m->pages_used))
				break;
			fill_page(m, &m->buf[n], start + n);
			if (first >= nr_first)
				overlay_first_step(&m->buf[n], start + n, entries, nr_first);
			while (first < end && page_of(entries[first].slot) == start + n)
				set_entry(&m->buf[n], &entries[first++]);
		}
		ret = write_run(m, start, n);
		if (ret)
			return ret;
		m->pages_used = max(m->pages_used, start + n);
	}
	return 0;
}

int meta_pages_commit(struct meta *m, struct dm_remap_entry *entries, unsigned int nr)
{
	u32 used = m->pages_used;
	unsigned int first;
	int ret;

	sort(entries, nr, sizeof(*entries), compare_entries, NULL);
	for (first = 0; first < nr && !second_step(&entries[first]); first++)
		;
	ret = write_step(m, entries, 0, first, first);
	if (!ret && m->pages_used != used)
		ret = meta_super_write(m);
	used = m->pages_used;
	if (!ret)
		ret = write_step(m, entries, first, nr, first);
	if (!ret && m->pages_used != used)
		ret = meta_super_write(m);
	m->commits++;
	if (ret) {
		DMERR("%s: the remap table cannot be written any more: no new remaps", m->p.name);
		m->failed = true;
	}
	return ret;
}

static bool bad_somewhere(const struct meta *m, u32 page)
{
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++)
		if (test_bit(page, m->bad[r]))
			return true;
	return false;
}

/*
 * The bad copies first: until they are written the good ones stay.  Then the
 * good ones, too, so that all have the same sequence, and that a copy that can be
 * read again some day does not count for more than those in use.
 */
static void repair_page(struct meta *m, u32 page)
{
	unsigned long was_bad = 0;
	unsigned int r, written = 0;

	fill_page(m, m->buf, page);
	seal_page(m, m->buf);
	for (r = 0; r < m->geo.replicas; r++) {
		if (test_bit(page, m->bad[r])) {
			was_bad |= BIT(r);
			written += write_copy(m, r, page, 1, REQ_PREFLUSH | REQ_FUA);
		}
	}
	/* The only copy there is must not be put at risk. */
	if (!written)
		return;
	for (r = 0; r < m->geo.replicas; r++)
		if (!(was_bad & BIT(r)))
			write_copy(m, r, page, 1, REQ_FUA);
	if (!good_somewhere(m, page)) {
		DMERR("%s: no copy of page %u of the table can be written", m->p.name, page);
		m->failed = true;
	}
}

bool meta_pages_repair(struct meta *m, unsigned int budget)
{
	if (meta_whole_copies(m) == m->geo.replicas)
		return false;
	for (; m->repair_next < m->pages_used; m->repair_next++) {
		if (!bad_somewhere(m, m->repair_next))
			continue;
		if (!budget--)
			return true;
		repair_page(m, m->repair_next);
	}
	m->repair_next = 0;
	return false;
}
