// SPDX-License-Identifier: GPL-2.0
/* Whether the results of acts are allowed. */
#include <errno.h>
#include <string.h>

#include "model.h"

static bool on_main(const struct model *m, const struct entry *table, u64 sector)
{
	return !is_mapped(&table[sector / m->c.block]) || is_unread(m, table, sector);
}

bool seen_anywhere(const struct model *m, unsigned int disk, u8 mode)
{
	u64 s;

	for (s = 0; s < m->c.sectors[disk]; s++)
		if (m->seen[disk][s] & mode)
			return true;
	return false;
}

static bool slot_fails(const struct model *m, const struct entry *e, u64 sector, u8 mode)
{
	u64 s, block = m->c.block;

	if (e->slot == NO_SLOT)
		return false;
	/* The first write to a reserved slot writes the whole slot. */
	if (e->pending && mode == BAD_WRITE)
		for (s = e->slot; s < e->slot + block; s++)
			if (m->seen[SPARE][s] & mode)
				return true;
	return m->seen[SPARE][e->slot + sector % block] & mode;
}

bool may_be_bad(const struct model *m, const struct entry *after, u64 sector, u8 mode)
{
	u64 block = sector / m->c.block;
	const struct entry *old = &m->table[block], *new = &after[block];
	bool moved = m->by_hand[block] || old->slot != new->slot;

	if ((m->seen[MAIN][sector] & mode) &&
	    (on_main(m, m->table, sector) || on_main(m, after, sector) || m->by_hand[block]))
		return true;
	if (slot_fails(m, old, sector, mode) || slot_fails(m, new, sector, mode))
		return true;
	return moved && seen_anywhere(m, SPARE, mode);
}

/* Blocks that failed recently are not read again, and fail other blocks of the same read. */
static bool may_be_refused(const struct model *m, const struct entry *after, u64 sector)
{
	u64 block = sector / m->c.block;

	return m->s.retry_ms && (m->table[block].pending || after[block].pending ||
				 is_unread(m, m->table, sector) || is_unread(m, after, sector));
}

bool may_fail(const struct model *m, const struct entry *after, u64 sector, u8 mode)
{
	if (has(m, CRASH))
		return true;
	if (mode == BAD_READ && !m->s.zero &&
	    (is_lost(m, m->table, sector) || is_lost(m, after, sector)))
		return true;
	if (mode == BAD_READ && may_be_refused(m, after, sector))
		return true;
	return may_be_bad(m, after, sector, mode);
}

bool verifies(const struct model *m)
{
	return strcmp(m->s.verify, "off") || strcmp(m->was.verify, "off");
}

static bool moves_by_itself(const struct model *m)
{
	return m->s.auto_remap || m->was.auto_remap;
}

/* Whether any sector of a block has this fault, or had it in the previous batch. */
static bool is_bad(const struct model *m, u64 block, u8 mode)
{
	u64 s;

	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if ((m->seen[MAIN][s] | m->seen_before[s]) & mode)
			return true;
	return false;
}

static bool is_touched(const struct model *m, u64 block, u8 touch)
{
	u64 s;

	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (m->touch[s] & touch)
			return true;
	return false;
}

bool may_go_by_itself(const struct model *m, u64 block)
{
	return m->background && moves_by_itself(m) &&
	       (m->s.slow_ms || m->was.slow_ms || is_bad(m, block, BAD_READ));
}

bool may_be_slow(const struct model *m, u64 block)
{
	return (m->s.slow_ms || m->was.slow_ms) && moves_by_itself(m) &&
	       is_touched(m, block, TOUCH_READ);
}

/* The faults that may make a write fail. */
static u8 bad_write(const struct model *m)
{
	return verifies(m) ? BAD_BOTH : BAD_WRITE;
}

/* The number of acts that change a sector. */
static unsigned int nr_changes(const struct model *m, u64 sector)
{
	unsigned int i, n = 0;

	for (i = 0; i < m->nr_acts; i++)
		n += (writes(&m->acts[i]) || m->acts[i].what == DISCARD) &&
		     covers(&m->acts[i], sector);
	return n;
}

/* A written block cannot be read back, or has been written again in between. */
bool may_seem_lost(const struct model *m, u64 block)
{
	u64 s;

	if (!verifies(m) || !is_touched(m, block, TOUCH_WRITE))
		return false;
	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (nr_changes(m, s) > 1)
			return true;
	return is_bad(m, block, BAD_READ);
}

bool may_be_cured(const struct model *m, u64 block)
{
	return (m->s.rewrite || m->was.rewrite) && is_touched(m, block, TOUCH_WRITE);
}

static bool any_may_fail(const struct model *m, const struct act *act,
			 const struct entry *after, u8 mode)
{
	u64 i;

	for (i = 0; i < act->ranges[0].sectors; i++)
		if (may_fail(m, after, act->ranges[0].sector + i, mode))
			return true;
	return false;
}

/* Number of blocks that may need a slot in this batch, and of slots that may turn out to be bad. */
static u64 slots_at_most(const struct model *m)
{
	u64 s, b, n = 0, o;

	for (b = 0; b < m->c.blocks; b++) {
		bool needs = m->by_hand[b] || may_go_by_itself(m, b) || may_be_slow(m, b);

		/* Each write may seem to have been lost by its slot. */
		if (may_seem_lost(m, b))
			n += m->nr_acts;
		for (o = 0; o < m->c.block; o++)
			needs |= m->touch[b * m->c.block + o] && (m->table[b].slot != NO_SLOT ||
				 m->seen[MAIN][b * m->c.block + o]);
		n += needs;
	}
	for (s = m->data_start; s < m->c.sectors[SPARE]; s += m->c.block)
		for (o = 0; o < m->c.block && s + o < m->c.sectors[SPARE]; o++)
			if (m->seen[SPARE][s + o] & bad_write(m)) {
				n++;
				break;
			}
	return n;
}

/* Whether there may have been fewer than @wanted free slots at some time. */
static bool may_be_short(const struct model *m, u64 wanted)
{
	const struct status *st = &m->status;

	return st->capacity < st->remapped + st->pending + st->bad + slots_at_most(m) + wanted;
}

static u64 held(const struct model *m)
{
	unsigned int i, r;
	u64 n = 0;

	for (i = 0; i < m->nr_acts; i++)
		for (r = 0; m->acts[i].what == ADD && r < m->acts[i].nr_ranges; r++)
			n += m->acts[i].ranges[r].sectors / m->c.block + 2;
	return n;
}

static bool any_may_seem_lost(const struct model *m, const struct act *act)
{
	u64 i;

	for (i = 0; i < act->ranges[0].sectors; i++)
		if (may_seem_lost(m, (act->ranges[0].sector + i) / m->c.block))
			return true;
	return false;
}

/* Whether the error may be passed on; a write that was lost is a medium error. */
static bool is_write_error(const struct model *m, const struct act *act)
{
	return act->error == EIO || (act->error == ENODATA && any_may_seem_lost(m, act));
}

static void judge_write(struct model *m, const struct act *act, const struct entry *after)
{
	if (!act->error || has(m, CRASH))
		return;
	if (!any_may_fail(m, act, after, bad_write(m)) && !any_may_seem_lost(m, act))
		wrong(m, act, "nothing that it writes to is bad");
	if (act->error == ENOSPC) {
		if (!may_be_short(m, m->s.reserve + held(m) + 1))
			wrong(m, act, "there are free blocks");
	} else if (m->s.auto_remap || !is_write_error(m, act)) {
		wrong(m, act, "not an error that a write may have");
	}
}

/* Whether a block is on the spare, or will be after its next write, or may just have been cured. */
static bool any_on_spare(const struct model *m, const struct act *act, const struct entry *after)
{
	u64 i;

	for (i = 0; i < act->ranges[0].sectors; i++)
		if (after[(act->ranges[0].sector + i) / m->c.block].slot != NO_SLOT ||
		    may_be_cured(m, (act->ranges[0].sector + i) / m->c.block))
			return true;
	return false;
}

static void judge_read(struct model *m, const struct act *act, const struct entry *after)
{
	if (!act->error) {
		check_data(m, act, after);
		return;
	}
	if (has(m, CRASH))
		return;
	if (act->error != EIO && act->error != ENODATA)
		wrong(m, act, "not an error that a read may have");
	if (!any_may_fail(m, act, after, BAD_READ))
		wrong(m, act, "nothing that it reads is bad or lost");
	if (m->s.auto_remap && !has(m, REMOVE) && !may_be_short(m, m->s.reserve + held(m) + 1) &&
	    !any_on_spare(m, act, after))
		wrong(m, act, "no block is pending after it");
}

static void judge_discard(struct model *m, const struct act *act, const struct entry *after)
{
	if (act->error && !any_may_fail(m, act, after, BAD_WRITE))
		wrong(m, act, "nothing that it discards is bad");
}

/* Whether a block cannot be moved back. */
static bool must_stay(const struct model *m, const struct entry *after, u64 block)
{
	u64 s;

	if (m->table[block].lost || after[block].lost)
		return true;
	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (m->seen[MAIN][s] & BAD_BOTH || may_fail(m, after, s, BAD_READ))
			return true;
	return false;
}

/* Whether something may move a block to the spare while it is being removed. */
static bool may_come(const struct model *m, u64 block)
{
	u64 s;

	if (has(m, ADD) || may_go_by_itself(m, block) || may_be_slow(m, block) ||
	    may_seem_lost(m, block))
		return true;
	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (m->touch[s] && m->seen[MAIN][s])
			return true;
	return false;
}

struct blocks {
	u64 nr, on_spare, on_main, stay;
};

/* Count the blocks of an act: those on the spare or the main, before or after, or immovable. */
static struct blocks count_blocks(const struct model *m, const struct act *act,
				  const struct entry *after)
{
	struct blocks n = { };
	unsigned int r;
	u64 b, last;

	for (r = 0; r < act->nr_ranges; r++) {
		last = (act->ranges[r].sector + act->ranges[r].sectors - 1) / m->c.block;
		for (b = act->ranges[r].sector / m->c.block; b <= last; b++) {
			n.nr++;
			n.on_spare += is_mapped(&m->table[b]) || is_mapped(&after[b]);
			n.on_main += m->table[b].slot == NO_SLOT || after[b].slot == NO_SLOT;
			n.stay += must_stay(m, after, b);
		}
	}
	return n;
}

/* Whether a block may be partly unreadable, so that adding it makes it pending. */
static bool may_be_pending(const struct model *m, u64 block)
{
	u64 s;

	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (m->seen[MAIN][s] & BAD_READ)
			return true;
	return false;
}

/*
 * A pending block that was added is written at the same time.  If its slot fails the write and
 * there is no other slot, the block is written to the main.
 */
static bool may_be_back(const struct model *m, const struct entry *after, u64 block)
{
	u64 s;

	if (after[block].slot != NO_SLOT || !seen_anywhere(m, SPARE, BAD_WRITE))
		return false;
	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (m->touch[s] & TOUCH_WRITE)
			return true;
	return false;
}

/* Check the effect of a successful change. */
static void judge_moved(struct model *m, const struct act *act, const struct entry *after)
{
	unsigned int r;
	u64 b, last;

	for (r = 0; r < act->nr_ranges; r++) {
		last = (act->ranges[r].sector + act->ranges[r].sectors - 1) / m->c.block;
		for (b = act->ranges[r].sector / m->c.block; b <= last; b++) {
			if (act->what == ADD && !is_mapped(&after[b]) && !has(m, REMOVE) &&
			    !((after[b].pending || may_be_back(m, after, b)) &&
			      may_be_pending(m, b)) && !may_be_cured(m, b))
				wrong(m, act, "block %llu is not on the spare", b);
			if (act->what == REMOVE && after[b].slot != NO_SLOT && !may_come(m, b))
				wrong(m, act, "block %llu is still on the spare", b);
		}
	}
}

static void judge_by_hand(struct model *m, const struct act *act, const struct entry *after)
{
	struct blocks n = count_blocks(m, act, after);
	bool add = act->what == ADD;

	if (!act->error)
		judge_moved(m, act, after);
	if (!act->error || has(m, CRASH))
		return;
	if (act->error == EBUSY && (has(m, SUSPEND) || has(m, RELOAD)))
		return;
	if (act->error == EEXIST && add && n.on_spare)
		return;
	if (act->error == ENOSPC && add && may_be_short(m, n.nr))
		return;
	if (act->error == ENOENT && !add && n.on_main)
		return;
	if (act->error == EIO && !add && n.stay)
		return;
	wrong(m, act, "not an error that it may have: %llu of %llu blocks are on the spare, %llu on the main, %llu cannot be moved",
	      n.on_spare, n.nr, n.on_main, n.stay);
}

void judge_acts(struct model *m, const struct entry *after)
{
	unsigned int i;

	for (i = 0; i < m->nr_acts; i++) {
		const struct act *act = &m->acts[i];

		m->tally.acts[act->what]++;
		m->tally.failed[act->what] += !!act->error;
		m->tally.full += writes(act) && act->error == ENOSPC;
		switch (act->what) {
		case WRITE:
		case ZEROES:
			judge_write(m, act, after);
			break;
		case READ:
			judge_read(m, act, after);
			break;
		case DISCARD:
			judge_discard(m, act, after);
			break;
		case ADD:
		case REMOVE:
			judge_by_hand(m, act, after);
			break;
		case SCRUB:
			/* It is busy if a scrub is running, or if the set is suspended. */
			if (act->error && act->error != EBUSY && !has(m, CRASH))
				wrong(m, act, "not an error that it may have");
			break;
		default:
			if (act->error && !has(m, CRASH))
				wrong(m, act, "it must not fail");
			break;
		}
	}
}
