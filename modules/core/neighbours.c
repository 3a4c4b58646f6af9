// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the neighbourhood of a failed block: half of the next errors of a disk are close to the
 * last one. suspects.h determines the order of the reads; this file their timing, and the handling
 * of results.
 */
#include "background.h"
#include "device.h"
#include "neighbours.h"

/*
 * An area rests first, because the program that met the error usually reads the next blocks itself.
 */
#define REST_NS		NSEC_PER_SEC

/*
 * Time limit for an area; if a disk tries for 40 s to read a block, that is enough for two blocks.
 */
#define AREA_NS		(60 * NSEC_PER_SEC)

/* Maximum number of pieces without anything to read that are skipped in one step. */
#define MAX_PASSED	4096

/* Delay while the disk is slow for other users, or blocks cannot move. */
#define WAIT		HZ

static bool has_slot(struct remap_device *rd, u64 block)
{
	u64 word;

	return remap_table_lookup(&rd->table, block, &word) != REMAP_NO_SLOT;
}

/*
 * Number of consecutive blocks of a piece, starting at the side of the origin, that have a slot, or
 * have none.
 */
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

/* Remaining rest time of the first area, in jiffies. */
static unsigned long rest(struct remap_suspects *s)
{
	u64 now = ktime_get_ns(), begin;

	if (!s->nr)
		return 0;
	if (!s->areas->until_ns)
		s->areas->until_ns = now + REST_NS + AREA_NS;
	begin = s->areas->until_ns - AREA_NS;
	return begin > now ? nsecs_to_jiffies(begin - now) + 1 : 0;
}

/* Return: whether there is a piece to be read. */
static bool next_piece(struct remap_device *rd, struct remap_suspect_piece *piece)
{
	u32 reach = READ_ONCE(rd->settings.neighbours);
	struct remap_suspects *s = &rd->suspects;
	unsigned int passed;

	lockdep_assert_held(&rd->lock);
	if (!reach)
		s->nr = 0;
	/* The next area has to rest first. */
	for (passed = 0; s->nr && s->areas->until_ns && passed < MAX_PASSED; passed++) {
		if (ktime_get_ns() >= s->areas->until_ns ||
		    !remap_suspects_next(s, reach, remap_nr_blocks(rd),
					 remap_probe_blocks(&rd->probe), piece))
			remap_suspects_drop(s);
		else if (pass_slots(rd, piece))
			return true;
	}
	return false;
}

static unsigned long note(struct remap_device *rd, const struct remap_suspect_piece *piece,
			  enum remap_probed probed)
{
	unsigned long delay = remap_probe_level(&rd->probe) == REMAP_LOAD_SLOW ? WAIT : 0;

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
	bool found = false, more;
	unsigned long delay;

	mutex_lock(&rd->lock);
	delay = rest(&rd->suspects);
	if (!delay)
		found = next_piece(rd, &piece);
	more = remap_suspects_wait(&rd->suspects);
	mutex_unlock(&rd->lock);
	if (delay)
		return delay;
	if (!found)
		return more ? 0 : REMAP_NO_STEP;
	if (remap_probe_look(rd) == REMAP_LOAD_SLOW)
		return WAIT;
	return note(rd, &piece, remap_probe(rd, piece.block, piece.nr, false));
}
