// SPDX-License-Identifier: GPL-2.0
/* Reads everything, and at the end cleans everything up. */
#include "model.h"

#define STEP 64U	/* sectors */

/* Read blocks one by one if a large read fails. */
static void read_units(struct model *m, struct range range)
{
	u64 s;

	for (s = 0; s < range.sectors; s += m->unit) {
		one_act(m, READ, range.sector + s, m->unit);
		if (m->nr_acts == MAX_ACTS)
			run_batch(m);
	}
	if (m->nr_acts)
		run_batch(m);
}

static void run_reads(struct model *m)
{
	struct range failed[MAX_ACTS];
	unsigned int i, nr = m->nr_acts, nr_failed = 0;

	run_batch(m);
	for (i = 0; i < nr; i++)
		if (m->acts[i].error)
			failed[nr_failed++] = m->acts[i].ranges[0];
	for (i = 0; i < nr_failed; i++)
		read_units(m, failed[i]);
}

void sweep(struct model *m)
{
	u32 nr = m->nr;
	u64 s, n;

	for (s = 0; s < m->c.sectors[MAIN]; s += n) {
		n = m->c.sectors[MAIN] - s < STEP ? m->c.sectors[MAIN] - s : STEP;
		one_act(m, READ, s, n);
		if (m->nr_acts == MAX_ACTS)
			run_reads(m);
	}
	if (m->nr_acts)
		run_reads(m);
	/* These reads do not count as operations. */
	m->nr = nr;
}

static void heal(struct model *m, enum disk disk)
{
	one_act(m, HEAL, 0, m->c.sectors[disk])->disk = disk;
	run_batch(m);
}

/* Write blocks with lost sectors, and then move all blocks back. */
void tidy_up(struct model *m)
{
	u64 b;

	heal(m, MAIN);
	heal(m, SPARE);
	end_background(m);
	sweep(m);
	for (b = 0; b < m->c.blocks; b++) {
		if (!m->table[b].lost)
			continue;
		one_act(m, WRITE, b * m->c.block, m->c.block);
		run_batch(m);
	}
	if (m->status.lost)
		wrong(m, NULL, "%llu sectors are lost after all were written", m->status.lost);
	for (b = 0; b < m->c.blocks; b++) {
		if (m->table[b].slot == NO_SLOT)
			continue;
		one_act(m, REMOVE, b * m->c.block, m->c.block);
		if (m->nr_acts == MAX_ACTS)
			run_batch(m);
	}
	if (m->nr_acts)
		run_batch(m);
	if (m->status.remapped || m->status.pending)
		wrong(m, NULL, "blocks stay remapped");
	sweep(m);
}
