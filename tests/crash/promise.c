// SPDX-License-Identifier: GPL-2.0
/*
 * The promises of a set up to a point in time.
 *
 * As on any disk with a cache, an acknowledged write may be lost, unless it was FUA or a later
 * flush has completed.  A block that moved in an op is durable when the op has ended, with the
 * data acknowledged before, or with the data that the op wrote if nothing else ran at the same
 * time.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"

static void add_item(struct promises *p, u64 sector, struct item item)
{
	struct history *h = &p->sectors[sector];

	h->items = one_more(h->items, h->nr, sizeof(item));
	h->items[h->nr++] = item;
}

/* Data acknowledged until @acked is durable from @time on. */
static void make_durable(struct history *h, u64 acked, u64 time)
{
	unsigned int i = h->nr;

	while (i--) {
		struct item *item = &h->items[i];

		if (item->durable != NEVER)
			return;
		if (item->acked <= acked) {
			item->durable = time;
			return;
		}
	}
}

static void note_writes(struct promises *p, const struct op *op)
{
	unsigned int i;
	u64 s;

	for (i = 0; i < op->nr_writes; i++) {
		const struct write_range *r = &op->writes[i];

		for (s = r->sector; s < r->sector + r->sectors; s++)
			add_item(p, s, (struct item) {
				.version = r->version,
				.issued = op->started,
				.acked = r->ok ? op->ended : NEVER,
				.durable = r->ok && r->fua ? op->ended : NEVER,
			});
	}
}

static void note_flush(struct promises *p, const struct op *op)
{
	u64 s;

	for (s = 0; s < p->c->sectors[MAIN]; s++)
		make_durable(&p->sectors[s], op->started, op->ended);
}

static void note_moves(struct promises *p, const struct op *op, const struct op *before)
{
	bool alone = op->nr_writes == 1 && !op->admin;
	u64 b, s;

	for (b = 0; b < p->c->blocks; b++) {
		const struct entry *old = &before->table[b], *new = &op->table[b];

		if (old->slot == new->slot && old->pending == new->pending)
			continue;
		/* A reserved slot holds no data yet. */
		if (new->pending || (old->pending && new->slot == NO_SLOT))
			continue;
		for (s = b * p->c->block; s < (b + 1) * p->c->block; s++)
			make_durable(&p->sectors[s], alone ? op->ended : op->started, op->ended);
	}
}

/* Record the sectors of the set whose data was in sectors that are now bad. */
static void note_bad(struct promises *p, const struct op *op, const struct op *before)
{
	u64 s;

	for (s = 0; s < p->c->sectors[MAIN]; s++) {
		const struct entry *e = &before->table[s / p->c->block];
		bool moved = on_spare(p->c, e, s);
		u64 at = moved ? e->slot + s % p->c->block : s;

		if (op->disk == (moved ? SPARE : MAIN) && at >= op->first && at <= op->last)
			add_item(p, s, (struct item) {
				.version = LOST,
				.issued = op->started,
				.acked = NEVER,
				.durable = NEVER,
			});
	}
}

void make_promises(struct promises *p, const struct config *c, const struct workload *w)
{
	unsigned int i;
	u64 s;

	p->c = c;
	p->w = w;
	p->sectors = xalloc(c->sectors[MAIN] * sizeof(*p->sectors));
	for (s = 0; s < c->sectors[MAIN]; s++)
		add_item(p, s, (struct item) { });
	for (i = 1; i < w->nr; i++) {
		const struct op *op = &w->ops[i], *before = op - 1;

		note_writes(p, op);
		if (op->kind == OP_FLUSH && op->ok)
			note_flush(p, op);
		if (op->kind == OP_BAD)
			note_bad(p, op, before);
		note_moves(p, op, before);
	}
}

void free_promises(struct promises *p)
{
	u64 s;

	for (s = 0; s < p->c->sectors[MAIN]; s++)
		free(p->sectors[s].items);
	free(p->sectors);
}

bool may_have(const struct promises *p, u64 sector, u32 version, u64 time)
{
	const struct history *h = &p->sectors[sector];
	unsigned int i;

	for (i = h->nr; i--; ) {
		const struct item *item = &h->items[i];

		if (item->issued > time)
			continue;
		if (item->version == version)
			return true;
		if (item->durable <= time)
			return false;
	}
	return false;
}

const struct op *last_op(const struct promises *p, u64 time, const struct op **running)
{
	unsigned int low = 0, high = p->w->nr;

	/* Find the first op that has not begun. */
	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (p->w->ops[mid].started > time)
			high = mid;
		else
			low = mid + 1;
	}
	*running = NULL;
	if (low && p->w->ops[low - 1].ended > time)
		*running = &p->w->ops[--low];
	return low ? &p->w->ops[low - 1] : NULL;
}
