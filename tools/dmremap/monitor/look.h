/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The current state of this host's sets, and the changes since an earlier look.
 */
#ifndef _DMREMAP_MONITOR_LOOK_H
#define _DMREMAP_MONITOR_LOOK_H

#include "life/memory.h"
#include "monitor/queue.h"
#include "sets/status-rows.h"

/**
 * struct look - a set.
 * @row: what status shows of it.
 * @now: its remembered state.
 * @days: until its spare is full, at the rate of the last days; negative if that is not known.
 */
struct look {
	struct status_row row;
	struct memory_set now;
	double days;
};

/**
 * struct looks - all sets.
 * @look: an array.
 * @nr: how many.
 */
struct looks {
	struct look *look;
	int nr;
};

/**
 * looks_take() - look at all sets that are active, and those of this host that are not.
 * @looks: filled in, to be freed.
 * @memory: the former state; a set that was active once does not count as waiting.
 * @days: a spare that will be full within so many days is noted.
 * @patient: the system is starting: sets that are not active yet are left out.
 *
 * Prints an error on failure.
 *
 * Return: whether it can.
 */
bool looks_take(struct looks *looks, const struct memory *memory, unsigned int days,
		bool patient);

void looks_free(struct looks *looks);

/* The look of a set, by heard_key(); NULL if there is none. */
const struct look *looks_find(const struct looks *looks, const char *key);

/**
 * looks_compare() - queue the changes.
 * @looks: how sets are now.
 * @memory: how they were.
 * @queue: takes the events.
 * @starting: no monitor has listened since then, so events were missed.
 */
void looks_compare(const struct looks *looks, const struct memory *memory, struct queue *queue,
		   bool starting);

/* Remember them; sets that are not there are remembered as they were. */
void looks_remember(const struct looks *looks, struct memory *memory);

#endif /* _DMREMAP_MONITOR_LOOK_H */
