// SPDX-License-Identifier: GPL-2.0
/* Checks that the table changed only in allowed ways, and that the counts match it. */
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Whether an act read or wrote a sector of a block that fails such I/O on the main. */
static bool failed_on_main(const struct model *m, u64 block, u8 touch)
{
	u64 s;

	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++) {
		if ((touch & m->touch[s] & TOUCH_READ) && (m->seen[MAIN][s] & BAD_READ))
			return true;
		if ((touch & m->touch[s] & TOUCH_WRITE) && (m->seen[MAIN][s] & BAD_WRITE))
			return true;
	}
	return false;
}

static bool touched(const struct model *m, u64 block)
{
	u64 s;

	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (m->touch[s])
			return true;
	return m->by_hand[block];
}

static bool is_bad_on_main(const struct model *m, u64 block)
{
	u64 s;

	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (m->seen[MAIN][s] & BAD_READ)
			return true;
	return false;
}

static bool slot_has(const struct model *m, u64 slot, u8 mode)
{
	u64 s;

	for (s = slot; s < slot + m->c.block; s++)
		if (m->seen[SPARE][s] & mode)
			return true;
	return false;
}

/* Whether a slot may have failed a write to a block, or seemed to lose it. */
static bool slot_may_fail(const struct model *m, u64 slot, u64 block)
{
	return slot_has(m, slot, verifies(m) ? BAD_BOTH : BAD_WRITE) || may_seem_lost(m, block);
}

/* Whether a block may move, or become pending, because of a read or a write of the batch. */
static bool may_go_for_an_act(const struct model *m, u64 block, const struct entry *new)
{
	if (may_be_slow(m, block) && (!new->pending || is_bad_on_main(m, block)))
		return true;
	return !new->pending && may_seem_lost(m, block);
}

/* Judge a block that has left the main, or has become pending. */
static void judge_new(struct model *m, u64 block, const struct entry *new)
{
	u8 touch = new->pending ? TOUCH_READ : TOUCH_READ | TOUCH_WRITE;

	if (m->by_hand[block] && (has(m, ADD) || new->pending))
		return;
	if (may_go_by_itself(m, block))
		return;
	if (m->s.auto_remap && may_go_for_an_act(m, block, new))
		return;
	if (!m->s.auto_remap || !failed_on_main(m, block, touch))
		wrong(m, NULL, "block %llu was remapped, or is pending, without a reason", block);
}

/* Judge a block that has moved to another slot. */
static void judge_relocated(struct model *m, u64 block, const struct entry *old)
{
	if (m->by_hand[block])
		return;
	if (!slot_may_fail(m, old->slot, block))
		wrong(m, NULL, "block %llu left its slot, which is good", block);
	m->retired[old->slot] = true;
}

static void judge_gone(struct model *m, u64 block, const struct entry *old)
{
	if (m->by_hand[block] && has(m, REMOVE))
		return;
	if (old->pending && may_be_cured(m, block))
		return;
	if (!old->pending || !slot_may_fail(m, old->slot, block))
		wrong(m, NULL, "block %llu is not on the spare any more", block);
}

static void judge_place(struct model *m, u64 block, const struct entry *old,
			const struct entry *new)
{
	if (!touched(m, block) && !may_go_by_itself(m, block))
		wrong(m, NULL, "block %llu is elsewhere, and nobody touched it", block);
	if (old->slot == NO_SLOT)
		judge_new(m, block, new);
	else if (new->slot == NO_SLOT)
		judge_gone(m, block, old);
	else if (new->slot != old->slot)
		judge_relocated(m, block, old);
	if (is_mapped(old) && new->pending && !(m->by_hand[block] && has(m, REMOVE)))
		wrong(m, NULL, "block %llu was on the spare, and is pending", block);
}

/* Whether a write of the batch to this sector has succeeded. */
static bool is_written(const struct model *m, u64 s)
{
	unsigned int i;

	for (i = 0; i < m->nr_acts; i++)
		if (writes(&m->acts[i]) && !m->acts[i].error && covers(&m->acts[i], s))
			return true;
	return false;
}

/* Whether the only act of the batch is a successful write to this sector. */
static bool only_written(const struct model *m, u64 s)
{
	return m->nr_acts == 1 && is_written(m, s);
}

/*
 * Sectors are only lost when their block leaves a failed slot: the unreadable ones have no
 * other copy.  Sectors on the main are never lost.
 */
bool may_be_lost(const struct model *m, u64 block, const struct entry *after)
{
	return touched(m, block) && m->table[block].slot != after[block].slot &&
	       seen_anywhere(m, SPARE, BAD_READ) &&
	       (verifies(m) || seen_anywhere(m, SPARE, BAD_WRITE));
}

static void judge_lost(struct model *m, u64 s, const struct entry *after)
{
	bool before = is_lost(m, m->table, s), now = is_lost(m, after, s);
	u64 block = s / m->c.block;

	if (before && !now && !(m->touch[s] & TOUCH_WRITE))
		wrong(m, NULL, "sector %llu is not lost any more, and was not written", s);
	if (before && now && is_written(m, s) && !may_be_bad(m, after, s, BAD_READ))
		wrong(m, NULL, "sector %llu is lost still, and was written", s);
	if (!now || before)
		return;
	if (!may_be_lost(m, block, after))
		wrong(m, NULL, "sector %llu is lost, and can be read", s);
	if (only_written(m, s))
		wrong(m, NULL, "sector %llu is lost, and was written", s);
}

/*
 * Whether a block may have moved without one of its sectors: the sector could not be read from
 * the main, or the block was pending because of a recent read failure, which may have been that
 * of a read in the background.
 */
static bool may_stay_unread(const struct model *m, u64 s)
{
	u64 block = s / m->c.block;

	if (m->seen[MAIN][s] & BAD_READ)
		return true;
	return m->s.retry_ms && (m->table[block].pending ||
				 failed_on_main(m, block, TOUCH_READ) ||
				 may_go_by_itself(m, block));
}

static void judge_unread(struct model *m, u64 s, const struct entry *after)
{
	bool before = is_unread(m, m->table, s), now = is_unread(m, after, s);
	u64 block = s / m->c.block;

	if (now && is_lost(m, after, s))
		wrong(m, NULL, "sector %llu is both lost and unread", s);
	if (before && !now && !m->touch[s] && !m->by_hand[block])
		wrong(m, NULL, "sector %llu is not unread any more, and nobody touched it", s);
	if (before && now && is_written(m, s) && !m->by_hand[block])
		wrong(m, NULL, "sector %llu is unread still, and was written", s);
	if (!now || before)
		return;
	if (is_mapped(&m->table[block]) && !m->by_hand[block])
		wrong(m, NULL, "sector %llu is unread, and was on the spare", s);
	if (!touched(m, block) || !may_stay_unread(m, s))
		wrong(m, NULL, "sector %llu is unread, and can be read", s);
	if (only_written(m, s))
		wrong(m, NULL, "sector %llu is unread, and was written", s);
}

/* Judge the sectors of a block. */
static void judge_sectors(struct model *m, u64 block, const struct entry *after)
{
	const struct entry *old = &m->table[block], *new = &after[block];
	u64 s;

	if (new->pending && (new->lost || new->unread))
		wrong(m, NULL, "block %llu is pending and has lost or unread sectors", block);
	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++) {
		if (old->lost || new->lost)
			judge_lost(m, s, after);
		if (old->unread || new->unread)
			judge_unread(m, s, after);
	}
}

/* Whether a block cured on the main may be pending again, because of a later read. */
static bool may_fail_again(const struct model *m, u64 block)
{
	return (m->by_hand[block] && has(m, ADD)) || may_go_by_itself(m, block) ||
	       failed_on_main(m, block, TOUCH_READ);
}

/*
 * The next write to a pending block moves it to the spare.  If its slot fails the write and
 * there is no other slot, the write fails, the block is no longer pending, and another write
 * may succeed on the main.
 */
static void judge_pending(struct model *m, u64 block, const struct entry *new)
{
	u64 s;

	if (new->slot == NO_SLOT &&
	    (slot_may_fail(m, m->table[block].slot, block) || may_be_cured(m, block)))
		return;
	if (is_mapped(new) || (m->by_hand[block] && has(m, REMOVE)))
		return;
	if (may_be_cured(m, block) && may_fail_again(m, block))
		return;
	for (s = block * m->c.block; s < (block + 1) * m->c.block; s++)
		if (is_written(m, s))
			wrong(m, NULL, "block %llu was pending, and did not move when it was written",
			      block);
}

static void count(struct model *m, u64 block, const struct entry *old, const struct entry *new)
{
	m->tally.remapped += !is_mapped(old) && is_mapped(new);
	m->tally.pending += !old->pending && new->pending;
	m->tally.relocated += is_mapped(old) && is_mapped(new) && old->slot != new->slot;
	m->tally.lost += __builtin_popcountll(new->lost & ~old->lost);
	m->tally.found += __builtin_popcountll(old->lost & ~new->lost);
	m->tally.unread += __builtin_popcountll(new->unread & ~old->unread);
	m->tally.fetched += __builtin_popcountll(old->unread & ~new->unread);
	if (old->slot == NO_SLOT && new->slot != NO_SLOT)
		m->tally.unasked += !touched(m, block);
	if (old->slot == NO_SLOT && is_mapped(new))
		m->tally.slow += may_be_slow(m, block) && !m->by_hand[block] &&
				 !is_bad_on_main(m, block);
	if (old->pending && new->slot == NO_SLOT)
		m->tally.cured += may_be_cured(m, block) && !m->by_hand[block];
}

void judge_table(struct model *m, const struct entry *after)
{
	bool *used = xalloc(m->c.sectors[SPARE] * sizeof(bool));
	u64 b;

	for (b = 0; b < m->c.blocks; b++) {
		const struct entry *old = &m->table[b], *new = &after[b];

		if (old->slot != new->slot || old->pending != new->pending)
			judge_place(m, b, old, new);
		count(m, b, old, new);
		if (old->pending)
			judge_pending(m, b, new);
		judge_sectors(m, b, after);
		if (new->slot == NO_SLOT)
			continue;
		if (new->slot < m->data_start || (new->slot - m->data_start) % m->c.block ||
		    (new->slot - m->data_start) / m->c.block >= m->slots)
			wrong(m, NULL, "block %llu is at sector %u of the spare", b, new->slot);
		if (used[new->slot])
			wrong(m, NULL, "two blocks are at sector %u of the spare", new->slot);
		if (m->retired[new->slot])
			wrong(m, NULL, "block %llu is at sector %u of the spare, which is bad", b,
			      new->slot);
		used[new->slot] = true;
	}
	free(used);
}

static const char *expected_state(const struct model *m, const struct status *st, u64 unread)
{
	if (st->capacity <= st->remapped + st->pending + st->bad + m->s.reserve)
		return "exhausted";
	if (st->pending || st->lost || unread || !strcmp(st->store, "degraded"))
		return "degraded";
	return "ok";
}

static void must_be(struct model *m, const char *what, u64 is, u64 wanted)
{
	if (is != wanted)
		wrong(m, NULL, "%s is %llu, and should be %llu", what, is, wanted);
}

static void judge_attributes(struct model *m, const struct status *st)
{
	u64 used = st->remapped + st->pending;

	must_be(m, "remaps/count", get_attribute("remaps/count"), st->remapped);
	must_be(m, "remaps/pending", get_attribute("remaps/pending"), st->pending);
	must_be(m, "hash/entries", get_attribute("hash/entries"), used);
	must_be(m, "hash/buckets", get_attribute("hash/buckets"), st->buckets);
	must_be(m, "spare/used", get_attribute("spare/used"), used);
	must_be(m, "spare/bad", get_attribute("spare/bad"), st->bad);
	must_be(m, "spare/free", get_attribute("spare/free"), m->slots - used - st->bad);
}

/* A disk without faults has no errors, and no bad blocks. */
static void judge_errors(struct model *m, const struct status *st)
{
	u8 main = m->ever[MAIN], spare = m->ever[SPARE];

	if (m->tally.acts[CRASH])
		return;
	if (!(main & BAD_READ))
		must_be(m, "main_read_errors", st->errors[0], 0);
	if (!(main & BAD_WRITE))
		must_be(m, "main_write_errors", st->errors[1], 0);
	if (!spare)
		must_be(m, "spare_errors", st->errors[2], 0);
}

/* Number of slots that may have turned out to be bad in this batch. */
static u64 bad_slots(const struct model *m)
{
	u64 slot, b, n = 0;

	for (b = 0; b < m->c.blocks; b++)
		n += may_seem_lost(m, b) ? m->nr_acts : 0;

	for (slot = 0; slot < m->slots; slot++)
		n += slot_has(m, m->data_start + slot * m->c.block, verifies(m) ? BAD_BOTH :
			      BAD_WRITE);
	return n;
}

void judge_counts(struct model *m, const struct entry *after, const struct status *st)
{
	u64 b, mapped = 0, pending = 0, lost = 0, unread = 0;

	for (b = 0; b < m->c.blocks; b++) {
		mapped += is_mapped(&after[b]);
		pending += after[b].pending;
		lost += __builtin_popcountll(after[b].lost);
		unread += __builtin_popcountll(after[b].unread);
	}
	must_be(m, "remapped", st->remapped, mapped);
	must_be(m, "pending", st->pending, pending);
	must_be(m, "lost_sectors", st->lost, lost);
	must_be(m, "capacity", st->capacity, m->slots);
	if (st->bad < m->status.bad || st->bad > m->status.bad + bad_slots(m))
		wrong(m, NULL, "bad_spare is %llu, and was %llu", st->bad, m->status.bad);
	if (has(m, RESTART) && !m->background)
		must_be(m, "bad_spare", st->bad, m->status.bad);
	if (strcmp(st->store, m->persistent ? "clean" : "transient") &&
	    (!may_be_degraded(m) || strcmp(st->store, "degraded")))
		wrong(m, NULL, "the store is %s", st->store);
	if (st->generation < m->status.generation)
		wrong(m, NULL, "generation is %llu, and was %llu", st->generation,
		      m->status.generation);
	if (strcmp(st->state, expected_state(m, st, unread)))
		wrong(m, NULL, "the state is %s, and should be %s", st->state,
		      expected_state(m, st, unread));
	judge_errors(m, st);
	/* Attributes are read one after the other, so nothing may change in between. */
	if (m->batch % 4 == 0 && !m->background)
		judge_attributes(m, st);
}
