/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The current state of this host's sets, and the changes since an earlier look.
 */
#ifndef _DMREMAP_MONITOR_LOOK_H
#define _DMREMAP_MONITOR_LOOK_H

#include "life/memory.h"
#include "monitor/queue.h"
#include "sets/status-rows.h"

/* A set that has been suspended for so many seconds is reported. */
#define LOOK_STUCK_S	120

/**
 * struct look - a set.
 * @row: its row in the output of status.
 * @now: the state to remember.
 * @explained: @row has its explanation.
 * @days: days until its spare is full, at the rate of the last days; negative if unknown.
 */
struct look {
	struct status_row row;
	struct memory_set now;
	bool explained;
	double days;
};

/**
 * struct looks - all sets.
 * @look: an array.
 * @nr: number of entries.
 */
struct looks {
	struct look *look;
	int nr;
};

/* Whether the kernel's events since the states were remembered may be unknown. */
enum missed {
	MISSED_NONE,
	MISSED_LOST,		/* the kernel has dropped some */
	MISSED_STOPPED,		/* no monitor was running */
};

/**
 * looks_take() - look at all active sets, and at the inactive sets of this host.
 * @looks: filled in; the caller frees it.
 * @memory: what the look before found; a set that was active once does not count as waiting.
 * @days: note spares that will be full within this number of days; 0 is off.
 * @patient: the system is still starting, so ignore sets that are not active yet.
 *
 * Prints an error on failure.
 *
 * Return: whether it succeeded.
 */
bool looks_take(struct looks *looks, const struct memory *memory, unsigned int days,
		bool patient);

void looks_free(struct looks *looks);

/* Find the look of a set by its uuid or its name, encoded; NULL if there is none. */
const struct look *looks_find(const struct looks *looks, const char *key);

/**
 * looks_compare() - queue events for all changes.
 * @looks: the current states of the sets.
 * @memory: their former states.
 * @queue: takes the events.
 * @missed: whether kernel events may be unknown.
 */
void looks_compare(struct looks *looks, const struct memory *memory, struct queue *queue,
		   enum missed missed);

/* Whether a set has just been suspended, and is to be looked at again after %LOOK_STUCK_S. */
bool looks_again_soon(const struct looks *looks);

/* Remember the current states; records of other sets stay as they are. */
void looks_remember(const struct looks *looks, struct memory *memory);

#endif /* _DMREMAP_MONITOR_LOOK_H */
