// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/math64.h>

#include "device.h"
#include "rate.h"
#include "read_only.h"
#include "settings.h"

#define HOUR_S		3600U
/* A clock that goes back by less is being adjusted; if by more, it was wrong before. */
#define CLOCK_SLACK	2U
/* The counts are saved this long after a move, so that a burst of moves needs only one write. */
#define SAVE_DELAY	(10 * HZ)

/* Shift an array, newest first, so that element 0 is @by units later. */
static void shift(u32 *counts, unsigned int nr, u64 by)
{
	unsigned int i;

	for (i = nr; i-- > 0;)
		counts[i] = i >= by ? counts[i - by] : 0;
}

static void advance(struct dm_remap_rate *rate, u64 hour)
{
	if (hour <= rate->hour) {
		/* Counts with a time in the future would never expire. */
		if (rate->hour - hour >= CLOCK_SLACK)
			rate->hour = hour;
		return;
	}
	shift(rate->hours, DM_REMAP_RATE_HOURS, hour - rate->hour);
	shift(rate->days, DM_REMAP_RATE_DAYS, div_u64(hour, 24) - div_u64(rate->hour, 24));
	rate->hour = hour;
}

static u32 moves_in_hour(const struct remap_device *rd)
{
	u32 hour, day, month;

	remap_rate_get(rd, ktime_get_real_seconds(), &hour, &day, &month);
	return hour;
}

/*
 * Whether a threshold is reached; if it was reached before, it holds until the rate is below half
 * of it.
 */
static bool reached(u32 moves, u32 threshold, bool before)
{
	return threshold && (before ? (u64)moves * 2 : moves) >= threshold;
}

static enum remap_rate_level level_of(const struct dm_remap_settings *s, u32 moves,
				      enum remap_rate_level before)
{
	if (reached(moves, s->rate_urgent, before == REMAP_RATE_URGENT))
		return REMAP_RATE_URGENT;
	if (reached(moves, s->rate_warn, before >= REMAP_RATE_WARN))
		return REMAP_RATE_WARN;
	return REMAP_RATE_CALM;
}

static void report_rate(struct remap_device *rd, u32 moves)
{
	remap_event(rd, REMAP_EVENT_RATE, REMAP_NO_SECTOR);
	if (rd->rate.level == REMAP_RATE_URGENT)
		remap_log(rd, REMAP_EVENT_RATE,
			  "%u blocks of the main (%pg) failed within an hour: it is failing fast; copy its data to another disk today",
			  moves, rd->main);
	else
		remap_log(rd, REMAP_EVENT_RATE,
			  "%u blocks of the main (%pg) failed within an hour: the disk is going; see that there is a backup, and prepare to replace it",
			  moves, rd->main);
}

/* Frozen while a hibernation image is written: see background.c. */
static void save_later(struct remap_device *rd)
{
	queue_delayed_work(system_freezable_wq, &rd->rate.save_work, SAVE_DELAY);
}

void remap_rate_count(struct remap_device *rd)
{
	struct dm_remap_rate *rate = &rd->saved.rate;
	enum remap_rate_level before = rd->rate.level;
	u32 moves;

	lockdep_assert_held(&rd->lock);
	advance(rate, div_u64(ktime_get_real_seconds(), HOUR_S));
	rate->hours[0]++;
	rate->days[0]++;
	moves = moves_in_hour(rd);
	rd->rate.level = level_of(&rd->settings, moves, before);
	if (rd->rate.level > before)
		report_rate(rd, moves);
	save_later(rd);
}

void remap_rate_get(const struct remap_device *rd, u64 now_s, u32 *hour, u32 *day, u32 *month)
{
	struct dm_remap_rate rate = rd->saved.rate;
	u32 into, i;

	lockdep_assert_held(&rd->lock);
	advance(&rate, div_u64_rem(now_s, HOUR_S, &into));
	/* Rounded up: a block that moved within the last hour counts. */
	*hour = rate.hours[0] +
		div_u64((u64)rate.hours[1] * (HOUR_S - into) + HOUR_S - 1, HOUR_S);
	*day = 0;
	*month = 0;
	for (i = 0; i < DM_REMAP_RATE_HOURS; i++)
		*day += rate.hours[i];
	for (i = 0; i < DM_REMAP_RATE_DAYS; i++)
		*month += rate.days[i];
}

/* Nothing else saves the counts, so a power cut would lose them. */
static void save(struct work_struct *work)
{
	struct remap_device *rd = container_of(to_delayed_work(work), struct remap_device,
					       rate.save_work);
	bool suspended = READ_ONCE(rd->suspended);

	/* A successor may have taken over; do not report that the store has retired. */
	if (suspended) {
		save_later(rd);
		return;
	}
	remap_commit_lock(rd);
	suspended = READ_ONCE(rd->suspended);
	/* Ignore errors: the store reports them. */
	if (!suspended && !remap_is_read_only(rd) &&
	    !remap_store_has_failed(rd))
		remap_settings_save(rd);
	remap_commit_unlock(rd);
	if (suspended)
		save_later(rd);
}

void remap_rate_init(struct remap_device *rd)
{
	INIT_DELAYED_WORK(&rd->rate.save_work, save);
}

void remap_rate_exit(struct remap_device *rd)
{
	cancel_delayed_work_sync(&rd->rate.save_work);
}

void remap_rate_loaded(struct remap_device *rd)
{
	lockdep_assert_held(&rd->lock);
	rd->rate.level = level_of(&rd->settings, moves_in_hour(rd), REMAP_RATE_CALM);
}
