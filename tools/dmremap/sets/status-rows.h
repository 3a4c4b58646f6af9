/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows that status shows: active devices, inactive sets, and sets of this host of which no disk
 * has been found.
 */
#ifndef _DMREMAP_STATUS_ROWS_H
#define _DMREMAP_STATUS_ROWS_H

#include <stdbool.h>

#include "lib/encode.h"
#include "lib/uuid.h"
#include "sets/explain.h"
#include "sets/half.h"

/**
 * struct status_row - the status of one set.
 * @name: its name.
 * @uuid: its uuid.
 * @state: state of the device if it is active, otherwise of the set, such as "waiting-main".
 * @active: it is active.
 * @main: "MAJ:MIN" or "".
 * @spare: likewise.
 * @remapped: blocks.
 * @capacity: blocks.
 * @gone: main or spare of the active set has left the system.
 * @suspended: the active set is suspended, so that all its I/O waits.
 * @foreign: this host does not know the set.
 * @why: an explanation; may be empty. That of a set which waits is added by
 *	status_rows_explain().
 */
struct status_row {
	char name[ENCODED_NAME_SIZE];
	char uuid[UUID_TEXT_SIZE];
	char state[64];
	bool active;
	char main[BLOCKDEV_NUMBER_SIZE];
	char spare[BLOCKDEV_NUMBER_SIZE];
	char remapped[24];
	char capacity[24];
	bool gone;
	bool suspended;
	bool foreign;
	char why[EXPLAIN_SIZE];
};

/**
 * status_rows() - collect the rows of all sets.
 * @rows: an array; the caller frees it.
 *
 * Reads no disk. Prints an error on failure.
 *
 * Return: how many there are, or -1.
 */
int status_rows(struct status_row **rows);

/**
 * status_rows_explain() - explain what inactive sets wait for.
 * @rows: their rows, in any order; those of other sets are left alone. The array is used up.
 * @nr: number of entries.
 *
 * Reads disks, all at once: those that do not answer cost one time-out together.
 */
void status_rows_explain(struct status_row **rows, int nr);

/**
 * status_row_look_for_copy() - look for a stale copy, and add it to the explanation.
 * @row: a set.
 *
 * Reads disks and wakes sleeping ones, so programs that poll must not call it. See
 * sets/stale-copy.h.
 */
void status_row_look_for_copy(struct status_row *row);

#endif /* _DMREMAP_STATUS_ROWS_H */
