// SPDX-License-Identifier: GPL-2.0
/*
 * Commits: entries that are mapped or pending first, then those that are free or bad. Before the
 * next step begins, both superblocks record which copies the step has left stale, and how many
 * pages are in use.
 */
#include <linux/sort.h>

#include "meta.h"

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

/* Write the pages that @n entries are in, consecutive ones together. */
static int write_step(struct meta *m, const struct dm_remap_entry *e, unsigned int n)
{
	unsigned int i = 0;

	while (i < n) {
		/* A page that was never used is written with all unused pages before it. */
		u32 start = min(meta_page_of(e[i].slot), m->pages_used), nr;
		int ret;

		for (nr = 0; nr < META_RUN; nr++) {
			if (i == n || (meta_page_of(e[i].slot) > start + nr &&
				       start + nr < m->pages_used))
				break;
			meta_page_fill(m, &m->buf[nr], start + nr);
			while (i < n && meta_page_of(e[i].slot) == start + nr)
				i++;
		}
		ret = meta_pages_write(m, start, nr);
		if (ret)
			return ret;
		m->pages_used = max(m->pages_used, start + nr);
	}
	return 0;
}

static int do_step(struct meta *m, const struct dm_remap_entry *e, unsigned int n)
{
	u32 used = m->pages_used;
	int ret = write_step(m, e, n);

	if (!ret && (m->pages_used != used || m->unrecorded))
		ret = meta_super_write(m, meta_retry_now(m));
	return ret;
}

static bool has_block(const struct dm_remap_entry *e)
{
	return !second_step(e);
}

static void count(struct meta *m, const struct dm_remap_entry *entries, unsigned int nr)
{
	struct dm_remap_entry before;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		m->p.read(m->p.context, entries[i].slot, &before);
		m->nr_entries += has_block(&entries[i]);
		m->nr_entries -= has_block(&before);
	}
}

int meta_pages_commit(struct meta *m, struct dm_remap_entry *entries, unsigned int nr)
{
	unsigned int first;
	int ret;

	sort(entries, nr, sizeof(*entries), compare_entries, NULL);
	for (first = 0; first < nr && !second_step(&entries[first]); first++)
		;
	count(m, entries, nr);
	m->changes = entries;
	m->nr_first = first;
	ret = do_step(m, entries, first);
	if (!ret) {
		m->nr_second = nr - first;
		ret = do_step(m, entries + first, nr - first);
	}
	m->changes = NULL;
	m->nr_first = 0;
	m->nr_second = 0;
	m->commits++;
	if (ret) {
		DMERR("%s: the remap table cannot be written any more: no new remaps", m->p.name);
		m->failed = true;
	}
	return ret;
}
