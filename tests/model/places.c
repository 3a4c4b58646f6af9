// SPDX-License-Identifier: GPL-2.0
/*
 * Superblocks and copies of the table that fail reads, writes or both, one or several at a time.
 * They fail and recover between batches, when I/O in flight may meet the fault.
 *
 * A place that has failed writes is suspect until the store reports that everything is intact.
 * The set must be activated as long as each superblock and page has a place that is neither
 * suspect nor failing; otherwise it may be refused, but never with other content.
 */
#include <string.h>

#include "model.h"

/* A place fails as long as one of its sectors does; an act may have healed others. */
static u32 places_with(const struct model *m, u8 mode)
{
	u32 places = 0;
	unsigned int i;
	u64 s;

	for (i = 0; i < m->places.nr; i++)
		for (s = m->places.at[i].first; s <= m->places.at[i].last; s++)
			if (m->mode[SPARE][s] & mode)
				places |= 1U << i;
	return places;
}

static void set_mode(struct model *m, u32 places, u8 mode)
{
	unsigned int i;
	u64 s;

	for (i = 0; i < m->places.nr; i++) {
		if (!(places >> i & 1))
			continue;
		for (s = m->places.at[i].first; s <= m->places.at[i].last; s++)
			m->mode[SPARE][s] = (m->mode[SPARE][s] & ~BAD_BOTH) | mode;
	}
	restore_power(m);
}

static void fail_or_recover(struct model *m)
{
	static const u8 modes[] = { BAD_READ, BAD_WRITE, BAD_BOTH, BAD_BOTH };
	u32 failing = places_with(m, BAD_BOTH);

	if (!one_in(5))
		return;
	if (failing && one_in(2))
		set_mode(m, failing & (one_in(2) ? ~0U : random_u64()), 0);
	else
		set_mode(m, some_places(&m->places, failing), modes[below(4)]);
}

/* Use a separate random sequence, so that the acts are the same with and without this. */
void change_places(struct model *m)
{
	if (m->table_faults) {
		m->chance = swap_random(m->chance);
		fail_or_recover(m);
		m->chance = swap_random(m->chance);
	}
	m->suspect |= places_with(m, BAD_WRITE);
}

bool may_be_degraded(const struct model *m)
{
	return m->suspect || places_with(m, BAD_BOTH);
}

bool may_be_refused_at_start(const struct model *m)
{
	return !each_has(&m->places, ~(m->suspect | places_with(m, BAD_BOTH)));
}

void heal_places(struct model *m)
{
	set_mode(m, ~0U, 0);
}

void forget_places(struct model *m, u8 *seen)
{
	unsigned int i;

	for (i = 0; i < m->places.nr; i++)
		memset(seen + m->places.at[i].first, 0,
		       m->places.at[i].last - m->places.at[i].first + 1);
}

void note_places(struct model *m)
{
	m->tally.degraded += !strcmp(m->status.store, "degraded");
	if (!strcmp(m->status.store, "clean"))
		m->suspect = places_with(m, BAD_WRITE);
}
