// SPDX-License-Identifier: GPL-2.0
/*
 * Rewrites bad copies of pages.
 */
#include <linux/blkdev.h>

#include "meta.h"

static void forget_rewrite(struct meta *m, u32 page)
{
	if (__test_and_clear_bit(page, m->rewrite))
		m->nr_rewrite--;
}

/*
 * Write the bad copies first: until they have been written, the good ones stay intact. Then
 * write the good ones, too, so that all have the same sequence. If no bad copy can be written,
 * do not put the good one at risk, unless its content has to change.
 */
static void repair_page(struct meta *m, u32 page)
{
	bool rewrite = test_bit(page, m->rewrite);
	unsigned long was_bad = 0;
	unsigned int r, written = 0;

	meta_page_fill(m, m->buf, page);
	meta_page_seal(m, m->buf);
	for (r = 0; r < m->geo.replicas; r++) {
		if (test_bit(page, m->bad[r])) {
			was_bad |= BIT(r);
			written += meta_copy_write(m, r, page, 1, REQ_PREFLUSH | REQ_FUA);
		}
	}
	if (!written && !rewrite)
		return;
	for (r = 0; r < m->geo.replicas; r++)
		if (!(was_bad & BIT(r)))
			written += meta_copy_write(m, r, page, 1, REQ_PREFLUSH | REQ_FUA);
	if (written) {
		forget_rewrite(m, page);
	} else {
		DMERR("%s: no copy of page %u of the table can be written", m->p.name, page);
		m->failed = true;
	}
}

bool meta_pages_repair(struct meta *m, unsigned int budget)
{
	if (meta_whole_copies(m) == m->geo.replicas && !m->nr_rewrite)
		return false;
	for (; m->repair_next < m->pages_used && !m->failed; m->repair_next++) {
		if (!meta_bad_somewhere(m, m->repair_next) &&
		    !test_bit(m->repair_next, m->rewrite))
			continue;
		if (!budget--)
			return true;
		repair_page(m, m->repair_next);
	}
	m->repair_next = 0;
	return false;
}
