// SPDX-License-Identifier: GPL-2.0
/*
 * Superblocks and copies of the table: those that fail, and those known to be good.
 *
 * A place is sound if its last write succeeded and is durable.  A set must be activated as
 * long as each of its superblocks and pages has a sound place that can be read; otherwise it may
 * be refused.  In any case it must never show a state older than the acknowledged one.
 */
#include <unistd.h>

#include "crash.h"

#define PAGE_SECTORS	8U

/* Indexes into a superblock: two into its words of 8 bytes, two into its words of 4 bytes. */
#define SPARE_SECTORS	12
#define REPLICA_START	22
#define REPLICAS	38
#define NR_PAGES	39

static void add_place(struct places *p, u64 first, unsigned int thing)
{
	if (p->nr == MAX_PLACES)
		die("too many copies of too many pages");
	p->at[p->nr++] = (struct place) {
		.first = first, .last = first + PAGE_SECTORS - 1, .thing = thing,
	};
}

void find_places(struct places *p, const char *spare)
{
	static u8 page[4096] __aligned(4096);
	const u64 *words = (const u64 *)page;
	const u32 *halves = (const u32 *)page;
	int fd = open_device(spare);
	u32 r, i;

	if (!read_all(fd, page, sizeof(page), 0))
		die("the spare cannot be read");
	close(fd);
	add_place(p, 0, 0);
	add_place(p, words[SPARE_SECTORS] / PAGE_SECTORS * PAGE_SECTORS - PAGE_SECTORS, 0);
	for (r = 0; r < halves[REPLICAS]; r++)
		for (i = 0; i < halves[NR_PAGES]; i++)
			add_place(p, words[REPLICA_START + r] + i * PAGE_SECTORS, i + 1);
	p->things = halves[NR_PAGES] + 1;
}

bool each_has(const struct places *p, u32 places)
{
	unsigned int i;
	u64 found = 0;

	for (i = 0; i < p->nr; i++)
		if (places >> i & 1)
			found |= 1ULL << p->at[i].thing;
	return found == (1ULL << p->things) - 1;
}

/*
 * Each copy of the table records, if possible, that a superblock failed.  If a superblock and a
 * whole copy fail together, nothing may show this after two further faults, which is more than a
 * set can survive.
 */
static bool is_told(const struct places *p, u32 failing)
{
	u32 pages = p->things - 1, r, copy;

	if (!(failing & 3))
		return true;
	for (r = 0; 2 + r * pages < p->nr; r++) {
		copy = ((1U << pages) - 1) << (2 + r * pages);
		if ((failing & copy) == copy)
			return false;
	}
	return true;
}

u32 some_places(const struct places *p, u32 failing)
{
	unsigned int wanted = 1 + below(2), tries;
	u32 places = 0, more, all;

	for (tries = 0; tries < 10 && wanted; tries++) {
		more = 1U << below(p->nr);
		all = failing | places | more;
		if ((failing | places) & more || !each_has(p, ~all) || !is_told(p, all))
			continue;
		places |= more;
		wanted--;
	}
	return places;
}

void set_places(const struct places *p, const char *disk, u32 places, bool bad)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		if (places >> i & 1)
			set_bad(disk, p->at[i].first, p->at[i].last, bad);
}

static bool is_sound(const struct place *place, const struct timeline *t, u64 time)
{
	const struct io *io, *last = NULL;

	for (io = t->ios; io < t->ios + t->nr; io++) {
		if (io->disk != SPARE || !io->sectors || io->queued > time ||
		    io->sector > place->last || io->sector + io->sectors <= place->first)
			continue;
		if (!io->failed && io->durable > time)
			return false;
		last = io;
	}
	return !last || !last->failed;
}

u32 sound_places(const struct workload *w, const struct timeline *t, u64 time)
{
	u32 places = 0;
	unsigned int i;

	for (i = 0; i < w->places.nr; i++)
		if (is_sound(&w->places.at[i], t, time))
			places |= 1U << i;
	return places;
}
