/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What status shows: devices that are active, and sets that are not.
 */
#ifndef _DMREMAP_STATUS_ROWS_H
#define _DMREMAP_STATUS_ROWS_H

#include <stdbool.h>

#include "lib/encode.h"
#include "lib/uuid.h"
#include "sets/explain.h"
#include "sets/half.h"

/**
 * struct status_row - of one set.
 * @name: its name.
 * @uuid: its uuid.
 * @state: of the device if it is active, otherwise the half that it waits for.
 * @active: it is active.
 * @main: "MAJ:MIN" or "".
 * @spare: likewise.
 * @remapped: blocks.
 * @capacity: blocks.
 * @foreign: this host does not know it.
 * @why: what to say of it; may be empty.
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
	bool foreign;
	char why[EXPLAIN_SIZE];
};

/**
 * status_rows() - find them.
 * @rows: an array; the caller frees it.
 *
 * Prints an error on failure.
 *
 * Return: how many there are, or -1.
 */
int status_rows(struct status_row **rows);

/**
 * status_row_look_for_copy() - add what sets/stale-copy.h finds to the explanation.
 * @row: a set.
 *
 * Reads disks, also those that sleep, so it is not for programs that look again and again.
 */
void status_row_look_for_copy(struct status_row *row);

#endif /* _DMREMAP_STATUS_ROWS_H */
