/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Activates sets.
 */
#ifndef _DMREMAP_ACTIVATE_H
#define _DMREMAP_ACTIVATE_H

#include <stdbool.h>

#include "lib/encode.h"
#include "sets/explain.h"
#include "sets/reassembly.h"

/**
 * struct activation_request - the options for an activation.
 * @name: the name for the device; NULL for the set's own.
 * @read_only: nothing is written to either half.
 * @automatic: the user has not named devices, so a main identified only by its size is not used.
 * @asked: the user has named the set or its devices, so a larger main is used that only its label
 *	identifies.
 * @named: the user has named both halves, which decides between copies.
 * @remember: a person has requested the set, so the host records it.
 * @limit_ms: how long the disks may take to answer; 0 means no limit.
 * @dry_run: only print the steps.
 */
struct activation_request {
	const char *name;
	bool read_only;
	bool automatic;
	bool asked;
	bool named;
	bool remember;
	int limit_ms;
	bool dry_run;
};

/**
 * struct activation_result - the result of an activation.
 * @set: the set.
 * @device: name of its device; "" if it is not active.
 * @number: "MAJ:MIN" of @device; may be empty.
 * @was_active: it was already active.
 * @foreign: this host did not know it.
 * @remembered: this host knows it from now on.
 * @table: for a dry run, the table line that would be used.
 * @why: a message to print; may be empty, on failure too if all errors have been printed.
 * @status: an exit status.
 */
struct activation_result {
	struct known_set set;
	char device[ENCODED_NAME_SIZE];
	char number[BLOCKDEV_NUMBER_SIZE];
	bool was_active;
	bool foreign;
	bool remembered;
	char table[REASSEMBLY_TABLE_SIZE + DM_REMAP_MAIN_ID_SIZE + 96];
	char why[EXPLAIN_SIZE];
	int status;
};

/**
 * activate_set() - activate a set unless it is active.
 * @set: the module's set.
 * @activation: the request.
 * @result: filled in.
 *
 * If another process activates the same set, one of the two creates the device, and both succeed.
 */
void activate_set(const struct known_set *set, const struct activation_request *activation,
		  struct activation_result *result);

/**
 * activate_degraded() - make a read-only device of a main without its spare.
 * @main: the main.
 * @activation: the request; it must have a name if the main has no label.
 * @result: filled in.
 */
void activate_degraded(const struct half *main, const struct activation_request *activation,
		       struct activation_result *result);

#endif /* _DMREMAP_ACTIVATE_H */
