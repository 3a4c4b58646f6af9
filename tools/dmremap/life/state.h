/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How grave the state of a set is, in words and as an exit status.
 */
#ifndef _DMREMAP_STATE_H
#define _DMREMAP_STATE_H

#include "sets/status-rows.h"

/* Exit statuses of "dmremap status --check"; the highest of all sets wins. */
enum {
	CHECK_OK = 0,
	CHECK_DEGRADED = 1,	/* or the spare is low */
	CHECK_STOPPED = 2,	/* exhausted, suspended-remaps, read-only, waiting */
	CHECK_FAILED = 3,	/* failed, damaged, conflict */
};

/**
 * struct state_words - the meaning of a state.
 * @state: its name.
 * @check: how grave it is.
 * @meaning: a sentence.
 * @next: what to do, where %s is the name of the set; "" for nothing.
 */
struct state_words {
	const char *state;
	int check;
	const char *meaning;
	const char *next;
};

/* Those of a set; of a spare that is low if that is the worst there is. */
const struct state_words *state_words(const struct status_row *row);

#endif /* _DMREMAP_STATE_H */
