// SPDX-License-Identifier: GPL-2.0
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/string.h>

#include "bio.h"
#include "device.h"
#include "gfp.h"
#include "track.h"

/* 2 MiB of memory. */
#define MAX_REGIONS	BIT_ULL(24)

/* Longest line of a reply: two numbers of up to 20 digits. */
#define LINE_MAX	44U

DEFINE_STATIC_KEY_FALSE(remap_tracked);

/*
 * Set bits first to last - 1. Set whole words at once where possible, because a discard may have
 * a million regions, and may complete in an interrupt. A concurrent take_run() clears a bit of
 * such a word either before or after this.
 */
static void set_regions(unsigned long *written, u64 first, u64 last)
{
	while (first < last) {
		if (first % BITS_PER_LONG || last - first < BITS_PER_LONG) {
			set_bit(first++, written);
		} else {
			xchg(&written[BIT_WORD(first)], ~0UL);
			first += BITS_PER_LONG;
		}
	}
}

void remap_track_note(struct remap_device *rd, const struct bio *bio)
{
	const struct remap_io *io = bio->bi_private;
	struct remap_track *t;
	u64 first, last;

	if (!op_is_write(bio_op(bio)) || !io->iter.bi_size)
		return;
	rcu_read_lock();
	t = rcu_dereference(rd->track);
	if (t) {
		first = io->iter.bi_sector >> t->shift;
		last = (io->iter.bi_sector + (io->iter.bi_size >> SECTOR_SHIFT) - 1) >> t->shift;
		set_regions(t->written, first, min(last + 1, t->nr));
	}
	rcu_read_unlock();
}

/* Replace the tracker, if there is one, with a new one or with none. */
static void replace(struct remap_device *rd, struct remap_track *new)
{
	struct remap_track *old;

	if (new) {
		static_branch_inc(&remap_tracked);
		static_branch_inc(&remap_end_watched);
	}
	mutex_lock(&rd->lock);
	old = rcu_replace_pointer(rd->track, new, lockdep_is_held(&rd->lock));
	mutex_unlock(&rd->lock);
	if (!old)
		return;
	static_branch_dec(&remap_end_watched);
	static_branch_dec(&remap_tracked);
	kvfree_rcu(old, rcu);
}

void remap_track_exit(struct remap_device *rd)
{
	replace(rd, NULL);
}

static unsigned int region_shift(const struct remap_device *rd)
{
	unsigned int shift = rd->block_shift;

	while ((rd->len - 1) >> shift >= MAX_REGIONS)
		shift++;
	return shift;
}

static int start(struct remap_device *rd, char *result, unsigned int maxlen)
{
	unsigned int shift = region_shift(rd), sz = 0;
	u64 nr = ((rd->len - 1) >> shift) + 1;
	struct remap_track *t;

	t = kvzalloc(struct_size(t, written, BITS_TO_LONGS(nr)), REMAP_GFP_NOIO);
	if (!t)
		return -ENOMEM;
	do {
		t->id = get_random_u64();
	} while (!t->id);
	t->shift = shift;
	t->nr = nr;
	DMEMIT("%016llx %u\n", t->id, 1U << shift);
	replace(rd, t);
	return 1;
}

/* The tracker with an id, in an RCU read-side section. */
static struct remap_track *find(struct remap_device *rd, u64 id)
{
	struct remap_track *t = rcu_dereference(rd->track);

	return t && t->id == id ? t : NULL;
}

/* Take the next run of written regions from @from on. Return: whether there is one. */
static bool take_run(struct remap_track *t, u64 from, u64 *begin, u64 *end)
{
	*begin = find_next_bit(t->written, t->nr, from);
	for (*end = *begin; *end < t->nr && test_and_clear_bit(*end, t->written); ++*end)
		;
	return *end > *begin;
}

static int read(struct remap_device *rd, u64 id, u64 from, char *result, unsigned int maxlen)
{
	unsigned int sz = 0;
	struct remap_track *t;
	u64 begin, end;

	*result = 0;
	rcu_read_lock();
	t = find(rd, id);
	from = t ? from >> t->shift : 0;
	while (t && sz + LINE_MAX < maxlen && from < t->nr && take_run(t, from, &begin, &end)) {
		DMEMIT("%llu %llu\n", begin << t->shift,
		       min_t(u64, end << t->shift, rd->len) - (begin << t->shift));
		from = end;
	}
	rcu_read_unlock();
	return t ? 1 : -ESTALE;
}

static int stop(struct remap_device *rd, u64 id)
{
	bool found;

	rcu_read_lock();
	found = find(rd, id);
	rcu_read_unlock();
	if (!found)
		return -ESTALE;
	replace(rd, NULL);
	return 0;
}

bool remap_track_is_clean(struct remap_device *rd, u64 id)
{
	struct remap_track *t;
	bool clean;

	rcu_read_lock();
	t = find(rd, id);
	clean = t && find_first_bit(t->written, t->nr) >= t->nr;
	rcu_read_unlock();
	return clean;
}

int remap_track_message(struct remap_device *rd, unsigned int argc, char **argv, char *result,
			unsigned int maxlen)
{
	u64 id, from;

	if (argc == 2 && !strcasecmp(argv[1], "start"))
		return start(rd, result, maxlen);
	if (argc < 3 || *argv[2] == '+' || kstrtoull(argv[2], 16, &id))
		return -EINVAL;
	if (argc == 3 && !strcasecmp(argv[1], "stop"))
		return stop(rd, id);
	if (argc == 4 && !strcasecmp(argv[1], "read") && *argv[3] != '+' &&
	    !kstrtoull(argv[3], 10, &from))
		return read(rd, id, from, result, maxlen);
	return -EINVAL;
}
