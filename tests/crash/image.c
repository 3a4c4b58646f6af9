// SPDX-License-Identifier: GPL-2.0
/*
 * The possible contents of the disks after a crash.
 *
 * A durable write is on the disk.  A write that is not durable, because it is in the disk's
 * cache or still in flight, may be there completely, partly, or not at all.  A write never
 * undoes one that was completed later.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"

static int by_durable(const void *a, const void *b)
{
	const struct io *x = *(struct io * const *)a, *y = *(struct io * const *)b;

	if (x->durable != y->durable)
		return x->durable < y->durable ? -1 : 1;
	return x->done < y->done ? -1 : x->done > y->done;
}

static void put_sector(struct image *image, u64 sector, const void *data, u64 done)
{
	if (image->stamp[sector] > done)
		return;
	memcpy(image->data + sector * SECTOR, data, SECTOR);
	image->stamp[sector] = done;
}

static void put_io(struct image *images, const struct io *io)
{
	u32 i;

	for (i = 0; i < io->sectors; i++)
		put_sector(&images[io->disk], io->sector + i, io->data + i * SECTOR, io->done);
}

/* A sector that has gone bad loses its content. */
static void put_dead(struct images *im, const struct op *op)
{
	u8 dead[SECTOR] __aligned(8);
	u64 s;

	for (s = op->first; s <= op->last; s++) {
		fill_sector(dead, op->disk == MAIN ? KIND_DEAD_MAIN : KIND_DEAD_SPARE, s, 0);
		put_sector(&im->durable[op->disk], s, dead, op->ended);
	}
}

void images_begin(struct images *im, const struct config *c, const struct workload *w,
		  const struct timeline *t)
{
	unsigned int i, d;

	memset(im, 0, sizeof(*im));
	im->c = c;
	im->w = w;
	im->t = t;
	for (d = 0; d < NR_DISKS; d++) {
		im->durable[d].data = xalloc(c->sectors[d] * SECTOR);
		im->durable[d].stamp = xalloc(c->sectors[d] * sizeof(u64));
		im->crash[d].data = xalloc(c->sectors[d] * SECTOR);
		im->crash[d].stamp = xalloc(c->sectors[d] * sizeof(u64));
		memcpy(im->durable[d].data, w->base[d], c->sectors[d] * SECTOR);
	}
	im->by_durable = xalloc(t->nr * sizeof(*im->by_durable));
	for (i = 0; i < t->nr; i++)
		im->by_durable[i] = &t->ios[i];
	qsort(im->by_durable, t->nr, sizeof(*im->by_durable), by_durable);
}

void images_end(struct images *im)
{
	unsigned int d;

	for (d = 0; d < NR_DISKS; d++) {
		free(im->durable[d].data);
		free(im->durable[d].stamp);
		free(im->crash[d].data);
		free(im->crash[d].stamp);
	}
	free(im->by_durable);
}

void images_advance(struct images *im, u64 time)
{
	unsigned int i;

	while (im->next < im->t->nr && im->by_durable[im->next]->durable <= time)
		put_io(im->durable, im->by_durable[im->next++]);
	for (i = 0; i < im->w->nr; i++)
		if (im->w->ops[i].kind == OP_BAD && im->w->ops[i].ended <= time)
			put_dead(im, &im->w->ops[i]);
}

static bool is_bad(const struct images *im, unsigned int disk, u64 sector, u64 time)
{
	bool bad = false;
	unsigned int i;

	for (i = 0; i < im->w->nr && im->w->ops[i].ended <= time; i++) {
		const struct op *op = &im->w->ops[i];

		if ((op->kind == OP_BAD || op->kind == OP_HEAL) && op->disk == disk &&
		    sector >= op->first && sector <= op->last)
			bad = op->kind == OP_BAD;
	}
	return bad;
}

/* Put some sectors of a write on the disk, except those that cannot be written. */
static void put_some(struct images *im, const struct io *io, enum how how)
{
	/* Either a prefix of the write, or arbitrary sectors. */
	u32 i, prefix = below(2) ? 1 + below(io->sectors) : 0;

	for (i = 0; i < io->sectors; i++) {
		if (how == HOW_TORN && (prefix ? i >= prefix : below(2)))
			continue;
		if (io->failed && is_bad(im, io->disk, io->sector + i, io->queued))
			continue;
		put_sector(&im->crash[io->disk], io->sector + i, io->data + i * SECTOR, io->done);
	}
}

/* The result of a failed write is settled once the disk has been flushed after it. */
static bool may_matter(const struct images *im, const struct io *io, u64 time)
{
	const struct io *other;

	if (!io->failed || io->done > time)
		return true;
	for (other = io + 1; other < im->t->ios + im->t->nr && other->done <= time; other++)
		if (!other->sectors && other->disk == io->disk)
			return false;
	return true;
}

unsigned int images_crash(struct images *im, u64 time, enum how how)
{
	unsigned int d, i, open = 0, often = 1 + below(4);

	for (d = 0; d < NR_DISKS; d++) {
		memcpy(im->crash[d].data, im->durable[d].data, im->c->sectors[d] * SECTOR);
		memcpy(im->crash[d].stamp, im->durable[d].stamp, im->c->sectors[d] * sizeof(u64));
	}
	for (i = 0; i < im->t->nr; i++) {
		const struct io *io = &im->t->ios[i];

		if (!io->sectors || io->queued > time || io->durable <= time ||
		    !may_matter(im, io, time))
			continue;
		open++;
		if (how == HOW_NOTHING || (how >= HOW_SOME && one_in(1 + often)))
			continue;
		put_some(im, io, how == HOW_TORN && one_in(4) ? HOW_SOME : how);
	}
	return open;
}
