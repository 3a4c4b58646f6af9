// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "background.h"
#include "device.h"
#include "observe.h"
#include "read_only.h"
#include "scrub.h"
#include "settings.h"
#include "stagger.h"

/* Save the position this often: after a power cut, at most this much time is lost. */
#define SAVE_NS		(30 * NSEC_PER_SEC)

/* Maximum number of blocks with a slot to skip in one step. */
#define MAX_PASSED	4096

/* With a rate limit, a piece is what may be read in 1 / PIECES_PER_S of a second. */
#define PIECES_PER_S	8
#define MAX_LATE_NS	(50 * NSEC_PER_MSEC)

/* While others use the disk, sleep for this multiple of the time that the last read took. */
#define SLEEP_PER_READ	4
#define MIN_SLEEP_NS	(10 * NSEC_PER_MSEC)
#define MAX_SLEEP_NS	NSEC_PER_SEC

/* How long to sleep while the disk is slow for others, and while nothing can be read or moved. */
#define SLOW_SLEEP_NS	NSEC_PER_SEC
#define LATER_SLEEP_NS	(5 * NSEC_PER_SEC)

/* How much of a region a staggered run reads at a time. */
#define STEP_BYTES	SZ_1M

/* Blocks first to first + nr - 1; @order: remap_scrub.order by then; @sweep: read out of turn. */
struct scrub_piece {
	u64 first;
	unsigned int nr;
	u32 order;
	bool sweep;
};

bool remap_scrub_wanted(const struct remap_device *rd)
{
	/*
	 * Do not check the read-only marks of the disks here. The background is woken at the end
	 * of a read-only state that was noticed; a mark that is cleared before anyone notices it
	 * would stop the run, and nothing would wake it.
	 */
	return READ_ONCE(rd->saved.scrub.state) == DM_REMAP_SCRUB_RUNNING &&
	       !READ_ONCE(rd->read_only) && !READ_ONCE(rd->turned_read_only);
}

void remap_scrub_restore(struct remap_device *rd)
{
	struct dm_remap_scrub *s = &rd->saved.scrub;

	lockdep_assert_held(&rd->lock);
	if (s->state > DM_REMAP_SCRUB_PAUSED)
		s->state = DM_REMAP_SCRUB_IDLE;
	rd->scrub.ran_ns = (u64)s->run.duration_s * NSEC_PER_SEC;
}

/* Count the time that the run took since it was last looked at. */
static void count_time(struct remap_device *rd, u64 now)
{
	struct remap_scrub *scrub = &rd->scrub;

	lockdep_assert_held(&rd->lock);
	if (scrub->since_ns)
		scrub->ran_ns += now - scrub->since_ns;
	scrub->since_ns = now;
	rd->saved.scrub.run.duration_s = div_u64(scrub->ran_ns, NSEC_PER_SEC);
}

static void stop_time(struct remap_device *rd)
{
	if (rd->scrub.since_ns)
		count_time(rd, ktime_get_ns());
	rd->scrub.since_ns = 0;
}

/* End the run, and record it as the newest result. */
static void end_run(struct remap_device *rd)
{
	struct dm_remap_scrub *s = &rd->saved.scrub;

	lockdep_assert_held(&rd->lock);
	stop_time(rd);
	s->run.finished_s = ktime_get_real_seconds();
	memmove(s->runs + 1, s->runs, (DM_REMAP_SCRUB_RUNS - 1) * sizeof(s->runs[0]));
	s->runs[0] = s->run;
	s->nr_runs = min(s->nr_runs + 1, DM_REMAP_SCRUB_RUNS);
	WRITE_ONCE(s->state, DM_REMAP_SCRUB_IDLE);
}

static void log_run(struct remap_device *rd, const char *how)
{
	const struct dm_remap_scrub_run *run = &rd->saved.scrub.run;

	DMINFO("%s: scrub %s: %llu sectors read in %u s, %u blocks moved, %u blocks cannot be read, %llu blocks in trouble could not be moved",
	       rd->name, how, run->sectors, run->duration_s, run->moved, run->pending,
	       rd->scrub.left);
}

static void begin_run(struct remap_device *rd)
{
	struct dm_remap_scrub *s = &rd->saved.scrub;

	s->position = 0;
	memset(&s->run, 0, sizeof(s->run));
	rd->scrub.ran_ns = 0;
	rd->scrub.left = 0;
	rd->scrub.single_end = rd->scrub.single;
	rd->scrub.sweep_end = rd->scrub.sweep;
	WRITE_ONCE(s->state, DM_REMAP_SCRUB_RUNNING);
}

/* Return: whether the order fits the state. */
static bool carry_out(struct remap_device *rd, enum remap_scrub_order order)
{
	static const u8 fits[REMAP_NR_SCRUB_ORDERS] = {
		[REMAP_SCRUB_START]	= BIT(DM_REMAP_SCRUB_IDLE),
		[REMAP_SCRUB_PAUSE]	= BIT(DM_REMAP_SCRUB_RUNNING),
		[REMAP_SCRUB_RESUME]	= BIT(DM_REMAP_SCRUB_PAUSED),
		[REMAP_SCRUB_STOP]	= BIT(DM_REMAP_SCRUB_RUNNING) | BIT(DM_REMAP_SCRUB_PAUSED),
	};
	struct dm_remap_scrub *s = &rd->saved.scrub;

	lockdep_assert_held(&rd->lock);
	if (!(fits[order] & BIT(s->state)))
		return false;
	rd->scrub.order++;
	rd->scrub.due_ns = 0;
	stop_time(rd);
	switch (order) {
	case REMAP_SCRUB_START:
		begin_run(rd);
		break;
	case REMAP_SCRUB_PAUSE:
		WRITE_ONCE(s->state, DM_REMAP_SCRUB_PAUSED);
		break;
	case REMAP_SCRUB_RESUME:
		WRITE_ONCE(s->state, DM_REMAP_SCRUB_RUNNING);
		break;
	default:
		end_run(rd);
	}
	return true;
}

/* Make the new state durable, or go back to the old one. */
static int try_order(struct remap_device *rd, enum remap_scrub_order order)
{
	struct dm_remap_scrub old;
	bool fits;
	int ret;

	lockdep_assert_held(&rd->commit_lock);
	if (rd->read_only || remap_turned_read_only(rd) ||
	    remap_store_has_failed(rd))
		return -EROFS;
	mutex_lock(&rd->lock);
	old = rd->saved.scrub;
	fits = carry_out(rd, order);
	mutex_unlock(&rd->lock);
	if (!fits)
		return -EBUSY;
	ret = remap_settings_save(rd);
	mutex_lock(&rd->lock);
	if (ret)
		rd->saved.scrub = old;
	else if (order == REMAP_SCRUB_STOP)
		log_run(rd, "stopped");
	remap_background_wake(rd);
	mutex_unlock(&rd->lock);
	return ret;
}

int remap_scrub_control(struct remap_device *rd, enum remap_scrub_order order)
{
	int ret = remap_device_begin_change(rd);

	if (ret)
		return ret;
	remap_commit_lock(rd);
	ret = try_order(rd, order);
	remap_commit_unlock(rd);
	remap_device_end_change(rd);
	return ret;
}

void remap_scrub_hurry(struct remap_device *rd)
{
	mutex_lock(&rd->lock);
	rd->scrub.due_ns = 0;
	remap_background_wake(rd);
	mutex_unlock(&rd->lock);
}

static bool has_slot(struct remap_device *rd, u64 block)
{
	u64 word;

	return remap_table_lookup(&rd->table, block, &word) != REMAP_NO_SLOT;
}

/* How many blocks the next piece may have. */
static unsigned int piece_length(const struct remap_device *rd, u64 first)
{
	bool single = first >= rd->scrub.single && first < rd->scrub.single_end;
	unsigned int max = single ? 1 : remap_probe_blocks(&rd->probe);
	u64 rate = READ_ONCE(rd->settings.scrub_rate_kib);

	if (rate)
		max = clamp(2 * rate / PIECES_PER_S >> rd->block_shift, 1ULL, (u64)max);
	return max;
}

static struct remap_stagger stagger(const struct remap_device *rd)
{
	u64 step = STEP_BYTES / rd->store->block_size;

	return (struct remap_stagger) {
		.nr_blocks = remap_nr_blocks(rd),
		.region = READ_ONCE(rd->settings.scrub_region_mib) * (SZ_1M / STEP_BYTES) * step,
		.step = step,
	};
}

void remap_scrub_resized(struct remap_device *rd, sector_t former)
{
	struct remap_stagger s = stagger(rd);

	lockdep_assert_held(&rd->lock);
	if (rd->len == former)
		return;
	/* These blocks may be beyond the new end. */
	rd->scrub.sweep = 0;
	rd->scrub.sweep_end = 0;
	rd->scrub.single = 0;
	rd->scrub.single_end = 0;
	/* With other regions the same position stands for other blocks. */
	if (s.region && s.region < max_t(u64, rd->len, former) >> rd->block_shift)
		WRITE_ONCE(rd->saved.scrub.position, 0);
}

/* The blocks from @first on, up to @max of them, that have a slot, or have none. */
static u64 run_of_blocks(struct remap_device *rd, u64 first, u64 max, bool slots)
{
	u64 n = 0;

	while (n < max && has_slot(rd, first + n) == slots)
		n++;
	return n;
}

/* Find a piece of a region that is read out of turn.  Return: whether there is one. */
static bool find_in_sweep(struct remap_device *rd, struct scrub_piece *piece)
{
	struct remap_scrub *scrub = &rd->scrub;
	u64 left = scrub->sweep_end - scrub->sweep;

	lockdep_assert_held(&rd->lock);
	scrub->sweep += run_of_blocks(rd, scrub->sweep, min_t(u64, left, MAX_PASSED), true);
	left = scrub->sweep_end - scrub->sweep;
	piece->first = scrub->sweep;
	piece->nr = run_of_blocks(rd, piece->first,
				  min_t(u64, left, piece_length(rd, piece->first)), false);
	piece->sweep = true;
	return piece->nr;
}

/*
 * Pass blocks with a slot, and find a piece of the main to be read.
 *
 * Return: whether there is one; the position is at its first block, or behind the blocks
 * passed.
 */
static bool find_in_turn(struct remap_device *rd, struct scrub_piece *piece)
{
	u64 position = rd->saved.scrub.position >> rd->block_shift, left, passed = 0, n;
	struct remap_stagger s = stagger(rd);

	lockdep_assert_held(&rd->lock);
	piece->sweep = false;
	while (!piece->nr && passed < MAX_PASSED && position < s.nr_blocks) {
		piece->first = remap_stagger_block(&s, position, &left);
		n = run_of_blocks(rd, piece->first, min_t(u64, left, MAX_PASSED - passed), true);
		passed += n;
		position += n;
		piece->first += n;
		if (n < left && passed < MAX_PASSED)
			piece->nr = run_of_blocks(rd, piece->first,
						  min_t(u64, piece_length(rd, piece->first),
							left - n), false);
	}
	WRITE_ONCE(rd->saved.scrub.position, position << rd->block_shift);
	return piece->nr;
}

static bool find_piece(struct remap_device *rd, struct scrub_piece *piece)
{
	*piece = (struct scrub_piece) { .order = rd->scrub.order };
	return find_in_sweep(rd, piece) || find_in_turn(rd, piece);
}

/* After a piece, set when the next one may be read, for the sake of other users and of the rate. */
static void set_due(struct remap_device *rd, unsigned int nr, u64 now, enum remap_probed probed)
{
	u64 rate = READ_ONCE(rd->settings.scrub_rate_kib), sleep = 0;
	u64 *due = &rd->scrub.due_ns;

	if (probed == REMAP_PROBED_LATER)
		sleep = LATER_SLEEP_NS;
	else if (remap_probe_level(&rd->probe) == REMAP_LOAD_SLOW)
		sleep = SLOW_SLEEP_NS;
	else if (remap_probe_level(&rd->probe) == REMAP_LOAD_BUSY)
		sleep = clamp(SLEEP_PER_READ * remap_probe_ns(&rd->probe), (u64)MIN_SLEEP_NS,
			      (u64)MAX_SLEEP_NS);
	/* Make up for a late timer, but for no more than that. */
	*due = max(*due, now - min_t(u64, now, MAX_LATE_NS));
	if (rate)
		*due += div64_u64(((u64)nr << rd->block_shift) * NSEC_PER_SEC, 2 * rate);
	*due = max(*due, now + sleep);
}

/*
 * A block has moved or become pending: read all of its region before the run goes on. Not called
 * for a block that is left where it is: each pass over its region would find it again.
 */
static void begin_sweep(struct remap_device *rd, u64 block)
{
	struct remap_stagger s = stagger(rd);

	lockdep_assert_held(&rd->lock);
	if (!remap_stagger_is_on(&s) || rd->scrub.sweep < rd->scrub.sweep_end)
		return;
	rd->scrub.sweep = block / s.region * s.region;
	rd->scrub.sweep_end = min(rd->scrub.sweep + s.region, s.nr_blocks);
}

/* Add the result of a piece to the run, and move the position behind it. */
static void account(struct remap_device *rd, const struct scrub_piece *piece,
		    enum remap_probed probed)
{
	struct dm_remap_scrub *s = &rd->saved.scrub;
	unsigned int sectors = piece->nr << rd->block_shift;

	lockdep_assert_held(&rd->lock);
	if (probed == REMAP_PROBED_TROUBLE) {
		rd->scrub.single = piece->first;
		rd->scrub.single_end = piece->first + piece->nr;
		return;
	}
	s->run.moved += probed == REMAP_PROBED_MOVED;
	s->run.pending += probed == REMAP_PROBED_PENDING;
	/* A sweep finds a block that is left once more: do not count it again. */
	rd->scrub.left += probed == REMAP_PROBED_LEFT && !piece->sweep;
	s->run.sectors += sectors;
	if (piece->sweep) {
		rd->scrub.sweep += piece->nr;
	} else {
		WRITE_ONCE(s->position, s->position + sectors);
		if (probed == REMAP_PROBED_MOVED || probed == REMAP_PROBED_PENDING)
			begin_sweep(rd, piece->first);
	}
	remap_count(rd, DM_REMAP_SCRUB_SECTORS, sectors);
}

static void read_piece(struct remap_device *rd, const struct scrub_piece *piece)
{
	enum remap_probed probed = remap_probe(rd, piece->first, piece->nr, true);

	mutex_lock(&rd->lock);
	if (rd->scrub.order == piece->order) {
		u64 now = ktime_get_ns();

		count_time(rd, now);
		set_due(rd, piece->nr, now, probed);
		if (probed != REMAP_PROBED_LATER)
			account(rd, piece, probed);
	}
	mutex_unlock(&rd->lock);
}

/* The whole set was read: report the result. */
static void finish(struct remap_device *rd)
{
	rd->scrub.order++;
	end_run(rd);
	log_run(rd, "done");
	remap_event(rd, REMAP_EVENT_SCRUB_DONE, REMAP_NO_SECTOR);
}

static void save_position(struct remap_device *rd)
{
	remap_commit_lock(rd);
	if (!remap_is_read_only(rd) && !remap_store_has_failed(rd))
		remap_settings_save(rd);
	remap_commit_unlock(rd);
	rd->scrub.saved_ns = ktime_get_ns();
}

static unsigned long sleep_until(u64 due_ns)
{
	u64 now = ktime_get_ns();

	return due_ns > now ? nsecs_to_jiffies(due_ns - now) + 1 : 0;
}

/* Return: whether there is something to be read now; @delay is set if there is not. */
static bool next_piece(struct remap_device *rd, struct scrub_piece *piece, unsigned long *delay)
{
	u64 now = ktime_get_ns();

	lockdep_assert_held(&rd->lock);
	*delay = REMAP_NO_STEP;
	if (!remap_scrub_wanted(rd))
		return false;
	count_time(rd, now);
	*delay = sleep_until(rd->scrub.due_ns);
	if (*delay)
		return false;
	if (find_piece(rd, piece))
		return true;
	if (rd->saved.scrub.position >= rd->len && rd->scrub.sweep >= rd->scrub.sweep_end) {
		finish(rd);
		*delay = REMAP_NO_STEP;
	}
	return false;
}

unsigned long remap_scrub_step(struct remap_device *rd)
{
	struct scrub_piece piece;
	unsigned long delay;
	bool found, ended;

	mutex_lock(&rd->lock);
	if (!rd->scrub.since_ns)
		rd->scrub.saved_ns = ktime_get_ns();
	ended = remap_scrub_wanted(rd);
	found = next_piece(rd, &piece, &delay);
	ended &= !remap_scrub_wanted(rd);
	mutex_unlock(&rd->lock);
	if (found)
		read_piece(rd, &piece);
	if (ended || (found && ktime_get_ns() - rd->scrub.saved_ns > SAVE_NS))
		save_position(rd);
	return found ? sleep_until(READ_ONCE(rd->scrub.due_ns)) : delay;
}

void remap_scrub_suspend(struct remap_device *rd)
{
	bool changed;

	mutex_lock(&rd->lock);
	changed = rd->scrub.since_ns;
	stop_time(rd);
	mutex_unlock(&rd->lock);
	if (changed)
		save_position(rd);
}
