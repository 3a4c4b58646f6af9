// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what is near a block that failed: half of the next errors of a disk are close
 * to the last.  suspects.h has the order; here is when, and what comes of it.
 */
#include "background.h"
#include "device.h"
#include "neighbours.h"

/* For each area; a disk that tries for 40 s to read a block gives it two. */
#define AREA_NS		(60 * NSEC_PER_SEC)

/* Pieces without anything to read that are passed in one step. */
#define MAX_PASSED	4096

/* While the disk answers others slowly, or blocks cannot move. */
#define WAIT		HZ

static bool has_slot(struct remap_device *rd, u64 block)
{
	u64 word;

	return remap_table_lookup(&rd->table, block, &word) != REMAP_NO_SLOT;
}

/* How many blocks of a piece, from the side of its origin on, have a slot, or have none. */
static u64 run_in_piece(struct remap_device *rd, const struct remap_suspect_piece *piece,
			bool slots)
{
	u64 first = piece->side == REMAP_BELOW ? piece->block + piece->nr - 1 : piece->block;
	u64 n = 0;

	while (n < piece->nr &&
	       has_slot(rd, piece->side == REMAP_BELOW ? first - n : first + n) == slots)
		n++;
	return n;
}

/* Blocks on the spare need not be read. */
static bool pass_slots(struct remap_device *rd, struct remap_suspect_piece *piece)
{
	u64 passed = run_in_piece(rd, piece, true), n;

	if (passed) {
		remap_suspects_good(&rd->suspects, piece->side, passed);
		return false;
	}
	n = run_in_piece(rd, piece, false);
	if (piece->side == REMAP_BELOW)
		piece->block += piece->nr - n;
	piece->nr = n;
	return true;
}

static bool is_over(struct remap_suspect *area)
{
	u64 now = ktime_get_ns();

	if (!area->until_ns)
		area->until_ns = now + AREA_NS;
	return now >= area->until_ns;
}

/* Return: whether there is a piece to be read. */
static bool next_piece(struct remap_device *rd, struct remap_suspect_piece *piece)
{
	u32 reach = READ_ONCE(rd->settings.neighbours);
	struct remap_suspects *s = &rd->suspects;
	unsigned int passed;

	lockdep_assert_held(&rd->lock);
	for (passed = 0; s->nr && passed < MAX_PASSED; passed++) {
		if (!reach || is_over(s->areas) ||
		    !remap_suspects_next(s, reach, remap_nr_blocks(rd), rd->probe.blocks, piece))
			remap_suspects_drop(s);
		else if (pass_slots(rd, piece))
			return true;
	}
	return false;
}

static unsigned long note(struct remap_device *rd, const struct remap_suspect_piece *piece,
			  enum remap_probed probed)
{
	unsigned long delay = rd->probe.level == REMAP_LOAD_SLOW ? WAIT : 0;

	mutex_lock(&rd->lock);
	switch (probed) {
	case REMAP_PROBED_GOOD:
		remap_suspects_good(&rd->suspects, piece->side, piece->nr);
		break;
	case REMAP_PROBED_LATER:
		delay = WAIT;
		break;
	default:
		remap_suspects_failed(&rd->suspects, piece);
	}
	mutex_unlock(&rd->lock);
	return delay;
}

unsigned long remap_neighbours_step(struct remap_device *rd)
{
	struct remap_suspect_piece piece;
	bool found, more;

	mutex_lock(&rd->lock);
	found = next_piece(rd, &piece);
	more = rd->suspects.nr;
	mutex_unlock(&rd->lock);
	if (!found)
		return more ? 0 : REMAP_NO_STEP;
	if (remap_probe_look(rd) == REMAP_LOAD_SLOW)
		return WAIT;
	return note(rd, &piece, remap_probe(rd, piece.block, piece.nr, false));
}
