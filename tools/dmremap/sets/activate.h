/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set that is activated, or why it is not.
 */
#ifndef _DMREMAP_ACTIVATE_H
#define _DMREMAP_ACTIVATE_H

#include <stdbool.h>

#include "lib/encode.h"
#include "sets/explain.h"
#include "sets/reassembly.h"

/**
 * struct activation_request - what somebody wants of it.
 * @name: the name for the device; NULL for the set's own.
 * @read_only: nothing is written to either half.
 * @automatic: the user has named no devices, so a main that is only known by its size
 *	is not taken.
 * @named: somebody has named both halves, and so has decided between copies.
 * @remember: a person wants this set: the host knows it from now on.
 * @limit_ms: how long the disks may take to answer; 0 is for good.
 * @dry_run: only print the steps.
 */
struct activation_request {
	const char *name;
	bool read_only;
	bool automatic;
	bool named;
	bool remember;
	int limit_ms;
	bool dry_run;
};

/**
 * struct activation_result - the result of an activation.
 * @set: the set.
 * @device: name of its device; "" if it is not active.
 * @number: "MAJ:MIN" of that; may be empty.
 * @was_active: it was before.
 * @foreign: this host did not know it.
 * @remembered: it does from now on.
 * @table: the line of the table that would be made, if the activation was a dry run.
 * @why: a message to print; may be empty, also on failure, if all errors have been printed.
 * @status: an exit status.
 */
struct activation_result {
	struct known_set set;
	char device[ENCODED_NAME_SIZE];
	char number[BLOCKDEV_NUMBER_SIZE];
	bool was_active;
	bool foreign;
	bool remembered;
	char table[REASSEMBLY_TABLE_SIZE + 80];
	char why[EXPLAIN_SIZE];
	int status;
};

/**
 * activate_set() - activate a set, unless it is.
 * @set: the module's set.
 * @activation: the request.
 * @result: filled in.
 *
 * If somebody else does the same, one of the two makes the device and the other one is
 * content with it.
 */
void activate_set(const struct known_set *set, const struct activation_request *activation,
		  struct activation_result *result);

/**
 * activate_degraded() - make a read-only device of a main alone.
 * @main: the main.
 * @activation: the request; it has a name if the main has no label.
 * @result: filled in.
 */
void activate_degraded(const struct half *main, const struct activation_request *activation,
		       struct activation_result *result);

#endif /* _DMREMAP_ACTIVATE_H */
