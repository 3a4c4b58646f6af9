/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The severity of a set's state, in words and as an exit status.
 */
#ifndef _DMREMAP_STATE_H
#define _DMREMAP_STATE_H

#include "sets/status-rows.h"

/* Exit statuses of "dmremap status --check"; the highest of all sets wins. */
enum {
	CHECK_OK = 0,
	CHECK_DEGRADED = 1,	/* or the spare is low */
	CHECK_STOPPED = 2,	/* exhausted, suspended-remaps, read-only, suspended, waiting */
	CHECK_FAILED = 3,	/* failed, a disk that has gone, damaged, conflict */
};

/**
 * struct state_words - the description of a state.
 * @state: its name.
 * @check: its severity.
 * @meaning: a sentence.
 * @next: what to do next, where %1$s is the name of the set; "" for nothing.
 */
struct state_words {
	const char *state;
	int check;
	const char *meaning;
	const char *next;
};

/* The state to show: a set that is suspended may have any state in the kernel, "ok" for example. */
const char *state_name(const struct status_row *row);

/* Find the words for a set, or those for a low spare if nothing worse is wrong. */
const struct state_words *state_words(const struct status_row *row);

#endif /* _DMREMAP_STATE_H */
