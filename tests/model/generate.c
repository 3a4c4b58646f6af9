// SPDX-License-Identifier: GPL-2.0
/* Random choices: the set, and the acts on it. */
#include <string.h>

#include "model.h"

/* Sectors of logical blocks and of blocks. */
static const struct {
	unsigned int unit, block;
} shapes[] = { { 1, 8 }, { 1, 1 }, { 8, 8 }, { 1, 64 }, { 8, 64 } };

static const char * const policies[] = { "near", "linear", "spread" };
static const char * const verifications[] = { "remapped", "all" };

static void choose_settings(struct model *m)
{
	/* Usually the most common configuration. */
	m->s.auto_remap = !one_in(6);
	m->s.zero = one_in(6);
	m->s.retries = one_in(2) ? 1 : below(3);
	/* See slow_ms below. */
	m->s.within_ms = one_in(2) ? 1000 : below(6);
	/* Retry each time, or never while the set lives, or now and then. */
	m->s.retry_ms = one_in(2) ? 0 : one_in(3) ? 20 : 3600000;
	/* Less than the slow parts take, but a busy machine may take longer, too. */
	m->s.slow_ms = one_in(4) ? 1 + below(5) : 0;
	m->s.verify = one_in(3) ? verifications[below(2)] : "off";
	m->s.rewrite = one_in(2);
	m->s.neighbours = m->background && one_in(2) ? 1 + below(16) : 0;
	m->s.reserve = one_in(3) ? below(4) : 0;
	/* Remaps should never count as a storm. */
	m->s.storm_limit = one_in(2) ? 0 : 1000000;
	m->s.policy = policies[below(3)];
}

static void choose_hot(struct model *m)
{
	unsigned int i;

	for (i = 0; i < NR_HOT; i++)
		m->hot[i] = below(m->c.blocks);
	/* Some are next to each other. */
	for (i = 1; i < NR_HOT; i += 3)
		m->hot[i] = (m->hot[i - 1] + 1) % m->c.blocks;
}

/* Choose slow sectors for the lifetime of the set: all writes of a disk or none, and some reads. */
static void choose_slow(struct model *m)
{
	unsigned int d;
	u64 first, n;

	m->slow = one_in(2);
	for (d = 0; m->slow && d < NR_DISKS; d++) {
		if (d == MAIN || one_in(2))
			memset(m->mode[d], SLOW_WRITE, m->c.sectors[d]);
		n = m->c.sectors[d] / 4 / m->unit * m->unit;
		first = below(m->c.sectors[d] - n) / m->unit * m->unit;
		memset(m->mode[d] + first, SLOW_READ, n);
	}
}

void make_model(struct model *m, u64 seed)
{
	struct config *c = &m->c;
	u64 slots, b;

	memset(m, 0, sizeof(*m));
	seed_random(seed);
	c->seed = seed;
	m->unit = shapes[seed % 5].unit;
	c->block = shapes[seed % 5].block;
	/* Crashes and new activations need a persistent set. */
	m->persistent = seed / 5 % 3 != 2;
	m->crashes = m->persistent && one_in(2);
	m->table_faults = m->persistent && seed % 3;
	m->chance = seed;
	c->blocks = c->block == 64 ? 48 : c->block == 8 ? 400 : 1000;
	c->sectors[MAIN] = c->blocks * c->block;
	slots = one_in(3) ? c->blocks / 16 + 8 : c->blocks / 2 + below(c->blocks);
	c->replicas = 1 + below(3);
	c->sectors[SPARE] = slots * c->block;
	if (m->persistent)
		c->sectors[SPARE] += 8 * (4 + c->replicas * (1 + slots / 169)) + c->block;
	c->sectors[SPARE] = (c->sectors[SPARE] + 7) / 8 * 8;
	c->fua = one_in(2);
	m->background = one_in(3);
	choose_settings(m);
	m->was = m->s;
	choose_hot(m);
	m->focus = NO_FOCUS;

	m->sectors = xalloc(c->sectors[MAIN] * sizeof(*m->sectors));
	for (b = 0; b < c->sectors[MAIN]; b++)
		set_only(&m->sectors[b], 0);
	m->touch = xalloc(c->sectors[MAIN]);
	m->by_hand = xalloc(c->blocks * sizeof(bool));
	m->retired = xalloc(c->sectors[SPARE] * sizeof(bool));
	make_disks(m);
	choose_slow(m);
	restore_power(m);
}

struct act *one_act(struct model *m, enum act_kind what, u64 sector, u64 sectors)
{
	struct act *act = &m->acts[m->nr_acts++];

	*act = (struct act) {
		.what = what,
		.nr = ++m->nr,
		.ranges = { { sector, sectors } },
		.nr_ranges = 1,
	};
	return act;
}

/* Find a block from @block on that is pending or has lost or unread sectors; else @block. */
static u64 hurt_block(const struct model *m, u64 block)
{
	u64 i, b;

	for (i = 0; i < m->c.blocks; i++) {
		b = (block + i) % m->c.blocks;
		if (m->table[b].pending || m->table[b].lost || m->table[b].unread)
			return b;
	}
	return block;
}

/* Choose the focus of the batch, if there is one, or one of the hot blocks. */
static u64 some_block(struct model *m)
{
	if (m->focus != NO_FOCUS)
		return m->focus;
	return one_in(4) ? below(m->c.blocks) : m->hot[below(NR_HOT)];
}

static struct range some_range(struct model *m)
{
	u64 max = MAX_IO / SECTOR, first, n;
	unsigned int how = below(m->focus == NO_FOCUS ? 20 : 13);

	first = some_block(m) * m->c.block + below(m->c.block);
	if (how < 12)
		n = 1 + below(m->c.block);
	else if (how < 18)
		n = 1 + below(4 * m->c.block);
	else
		n = 1 + below(max);
	if (one_in(3))
		first -= first % m->c.block;
	/* Let the range also begin before the block. */
	if (one_in(3))
		first -= first < n / 2 ? first : n / 2;
	first -= first % m->unit;
	n = (n + m->unit - 1) / m->unit * m->unit;
	if (n > max)
		n = max;
	if (first + n > m->c.sectors[MAIN])
		n = m->c.sectors[MAIN] - first;
	return (struct range) { first, n };
}

static struct act *some_io(struct model *m, enum act_kind what)
{
	struct range range = some_range(m);
	struct act *act = one_act(m, what, range.sector, range.sectors);

	act->flag = one_in(4);
	return act;
}

/* Add an act on the previous range, or on its neighbour. */
static void overlapping(struct model *m)
{
	const struct range *range = &m->acts[m->nr_acts - 1].ranges[0];
	u64 sector = range->sector, n = range->sectors;

	if (one_in(2) && sector + 2 * n <= m->c.sectors[MAIN])
		sector += n;
	one_act(m, one_in(3) ? READ : WRITE, sector, n);
}

static void some_by_hand(struct model *m, enum act_kind what)
{
	struct act *act = one_act(m, what, 0, 0);
	unsigned int i, wanted = 1 + below(MAX_RANGES);
	u64 block, next = 0, n;

	/* In order and disjoint, since overlapping ranges are refused. */
	act->nr_ranges = 0;
	for (i = 0; i < 20 && act->nr_ranges < wanted; i++) {
		block = some_block(m);
		n = one_in(3) ? 1 + below(8) : 1;
		if (block < next || block + n > m->c.blocks)
			continue;
		act->ranges[act->nr_ranges++] = (struct range) {
			block * m->c.block, n * m->c.block
		};
		next = block + n;
	}
	if (!act->nr_ranges) {
		act->ranges[0] = (struct range) { 0, 1 };
		act->nr_ranges = 1;
	}
	act->wait = below(1500);
}

/* Choose the first sector of a slot that is in use, or of one that will be soon. */
static u64 some_slot(struct model *m)
{
	u64 slot = below(m->slots < 40 ? m->slots : 40), block = some_block(m);

	if (!one_in(4) && m->table[block].slot != NO_SLOT)
		return m->table[block].slot;
	return m->data_start + slot * m->c.block;
}

static void some_fault(struct model *m)
{
	static const u8 modes[] = { BAD_BOTH, BAD_READ, BAD_WRITE, BAD_WRITE };
	bool spare = one_in(m->focus != NO_FOCUS && is_mapped(&m->table[m->focus]) ? 1 : 4);
	u64 first, n;
	struct act *act;

	n = one_in(4) ? 1 + below(3 * m->c.block) : 1 + below(m->c.block);
	if (spare)
		first = some_slot(m) + below(m->c.block);
	else
		first = some_block(m) * m->c.block + below(m->c.block);
	first -= first % m->unit;
	n = (n + m->unit - 1) / m->unit * m->unit;
	if (first + n > m->c.sectors[spare])
		n = m->c.sectors[spare] - first;
	/* The space after the last slot belongs to the table. */
	if (spare && first + n > m->data_start + m->slots * m->c.block)
		n = m->data_start + m->slots * m->c.block - first;
	act = one_act(m, FAULT, first, n);
	act->disk = spare ? SPARE : MAIN;
	act->mode = modes[below(4)];
	act->flag = act->mode == BAD_BOTH && !one_in(3);
	act->wait = below(1500);
	m->nr_faults++;
}

static bool focus_is_pending(const struct model *m)
{
	return m->focus != NO_FOCUS && m->table[m->focus].pending;
}

static void some_heal(struct model *m, bool all)
{
	enum disk disk = one_in(3) ? SPARE : MAIN;
	u64 size = m->c.sectors[disk], first = 0, n = size;
	struct act *act;

	if (!all) {
		first = below(size) / m->unit * m->unit;
		n = (1 + below(size - first)) / m->unit * m->unit;
	}
	if (!n || all)
		n = size - first;
	/* Heal the focus, so that the next write may cure it. */
	if (!all && focus_is_pending(m)) {
		disk = MAIN;
		first = m->focus * m->c.block;
		n = m->c.block;
	}
	act = one_act(m, HEAL, first, n);
	act->disk = disk;
	act->wait = below(1500);
	if (n > size / 2)
		m->nr_faults = 0;
}

static void some_control(struct model *m)
{
	unsigned int what = below(100);

	if (m->persistent && what < (m->crashes ? 70 : 20)) {
		one_act(m, CRASH, 0, 0)->wait = below(m->slow ? 8000 : 2500);
	} else if (what < 80) {
		struct act *act = one_act(m, SUSPEND, 0, 0);

		act->flag = one_in(2);
		act->wait = below(1500);
	} else {
		one_act(m, RELOAD, 0, 0)->wait = below(1500);
	}
}

static void some_ios(struct model *m, unsigned int max)
{
	unsigned int n = 1 + below(max);

	while (n-- && m->nr_acts < MAX_ACTS - 6) {
		unsigned int what = below(20);

		some_io(m, what < 12 ? WRITE : READ);
		if (one_in(4))
			overlapping(m);
	}
	if (one_in(6))
		one_act(m, FLUSH, 0, 0);
	if (one_in(8))
		some_io(m, ZEROES)->wait = below(1000);
	if (one_in(12))
		some_io(m, DISCARD)->wait = below(1000);
}

/* Choose a focus for several batches, since a failure takes several steps. */
static void choose_focus(struct model *m)
{
	if (!one_in(4))
		return;
	m->focus = one_in(3) ? NO_FOCUS : m->hot[below(NR_HOT)];
	if (m->focus != NO_FOCUS && one_in(2))
		m->focus = hurt_block(m, m->focus);
}

void generate_batch(struct model *m)
{
	unsigned int what = below(100);

	if (m->persistent && what < 2) {
		one_act(m, RESTART, 0, 0);
		return;
	}
	if (what < 4) {
		choose_settings(m);
		one_act(m, SETTINGS, 0, 0);
		return;
	}
	if (what < 6)
		choose_hot(m);
	choose_focus(m);
	if (what < 12) {
		some_by_hand(m, one_in(4) ? REMOVE : ADD);
		return;
	}
	some_ios(m, one_in(3) ? 1 : 8);
	if (m->background && one_in(6))
		one_act(m, SCRUB, 0, 0);
	if (one_in(4))
		some_by_hand(m, one_in(4) ? REMOVE : ADD);
	if (m->nr_faults >= MAX_FAULTS)
		some_heal(m, true);
	else if (what >= 24 && what < 50)
		some_fault(m);
	else if (what >= 50 && what < (focus_is_pending(m) ? 66 : 58))
		some_heal(m, one_in(2));
	else if (what >= 58 && what < 70)
		some_control(m);
}
