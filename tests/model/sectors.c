// SPDX-License-Identifier: GPL-2.0
/* The possible content of each sector. */
#include <string.h>

#include "model.h"

void set_only(struct sector *s, u32 version)
{
	s->any = false;
	s->nr = 1;
	s->may[0] = version;
}

void add_version(struct sector *s, u32 version)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->may[i] == version)
			return;
	if (s->nr == ROOM)
		s->any = true;
	else
		s->may[s->nr++] = version;
}

bool may_be(const struct sector *s, u32 version)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->may[i] == version)
			return true;
	return s->any;
}

void note_touched(struct model *m)
{
	unsigned int i, r;
	u64 s;

	memset(m->touch, 0, m->c.sectors[MAIN]);
	memset(m->by_hand, 0, m->c.blocks * sizeof(bool));
	for (i = 0; i < m->nr_acts; i++) {
		const struct act *act = &m->acts[i];
		bool hand = act->what == ADD || act->what == REMOVE;

		if (!hand && !writes(act) && act->what != READ)
			continue;
		for (r = 0; r < act->nr_ranges; r++) {
			const struct range *range = &act->ranges[r];

			for (s = range->sector; s < range->sector + range->sectors; s++) {
				if (hand)
					m->by_hand[s / m->c.block] = true;
				else
					m->touch[s] |= writes(act) ? TOUCH_WRITE : TOUCH_READ;
			}
		}
	}
}

/*
 * A successful write replaces everything from before the batch.  A failed write may or may
 * not have happened, and a discard may have done nothing.
 */
static void note_sector(struct model *m, u64 s)
{
	struct sector *sector = &m->sectors[s];
	unsigned int i;

	for (i = 0; i < m->nr_acts; i++)
		if (writes(&m->acts[i]) && covers(&m->acts[i], s) && !m->acts[i].error) {
			sector->nr = 0;
			sector->any = false;
		}
	for (i = 0; i < m->nr_acts; i++) {
		const struct act *act = &m->acts[i];

		if ((writes(act) || act->what == DISCARD) && covers(act, s))
			add_version(sector, version_of(act));
	}
}

void note_written(struct model *m, const struct entry *after)
{
	u64 s, end;
	unsigned int i;

	for (i = 0; i < m->nr_acts; i++) {
		const struct act *act = &m->acts[i];

		if (!writes(act) && act->what != DISCARD)
			continue;
		end = act->ranges[0].sector + act->ranges[0].sectors;
		for (s = act->ranges[0].sector; s < end; s++)
			note_sector(m, s);
	}
	/* A lost sector must not return any content until it is written. */
	for (s = 0; s < m->c.sectors[MAIN]; s++)
		if (is_lost(m, after, s)) {
			m->sectors[s].nr = 0;
			m->sectors[s].any = false;
		}
}

static bool is_zero(const u8 *buf)
{
	return !buf[0] && !memcmp(buf, buf + 1, SECTOR - 1);
}

/* Whether an act of this batch writes this version. */
static bool written_now(const struct model *m, u64 s, u32 version)
{
	unsigned int i;

	for (i = 0; i < m->nr_acts; i++) {
		const struct act *act = &m->acts[i];

		if ((writes(act) || act->what == DISCARD) && covers(act, s) &&
		    version_of(act) == version)
			return true;
	}
	return false;
}

static bool discarded_now(const struct model *m, u64 s)
{
	unsigned int i;

	for (i = 0; i < m->nr_acts; i++)
		if (m->acts[i].what == DISCARD && covers(&m->acts[i], s))
			return true;
	return false;
}

static void check_sector(struct model *m, const struct act *act, const struct entry *after,
			 u64 s, const u8 *buf)
{
	struct said said = read_sector(buf);
	bool zero = said.kind == KIND_NONE && is_zero(buf);
	u32 version = zero ? ZEROS : said.version;
	struct sector *sector = &m->sectors[s];
	bool lost = is_lost(m, m->table, s) && is_lost(m, after, s) &&
		    !(m->touch[s] & TOUCH_WRITE);

	if (lost && !(zero && m->s.zero))
		wrong(m, act, "sector %llu is lost, and was read", s);
	/* The sector is lost, or was lost until it was written in this batch. */
	if (zero && m->s.zero && (is_lost(m, m->table, s) || is_lost(m, after, s) ||
				  ((m->touch[s] & TOUCH_WRITE) &&
				   may_be_lost(m, s / m->c.block, after))))
		return;
	if (!zero && (said.kind != KIND_DATA || said.sector != s))
		wrong(m, act, "sector %llu has what was never written to it: kind %d, sector %llu, version %u",
		      s, said.kind, said.sector, said.version);
	if (!may_be(sector, version) && !written_now(m, s, version))
		wrong(m, act, "sector %llu has version %u, which is not what it may have",
		      s, version);
	/* From now on the content must not change. */
	if (!(m->touch[s] & TOUCH_WRITE) && !discarded_now(m, s))
		set_only(sector, version);
}

void check_data(struct model *m, const struct act *act, const struct entry *after)
{
	u64 i;

	for (i = 0; i < act->ranges[0].sectors; i++)
		check_sector(m, act, after, act->ranges[0].sector + i, act->buf + i * SECTOR);
}
