/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Explains why a set is not active, and what to do.
 */
#ifndef _DMREMAP_EXPLAIN_H
#define _DMREMAP_EXPLAIN_H

#include "sets/reassembly.h"

/* The longest explanation repeats the encoded name of the set, and the paths of some devices. */
#define EXPLAIN_SIZE	8192

/**
 * explain_begin() - read what the explanations of several sets need.
 * @sets: the sets.
 * @nr: number of entries.
 *
 * All disks are read at once, so those that do not answer cost one time-out together. The
 * explanations use what has been read until explain_end().
 */
void explain_begin(const struct known_set *sets, int nr);

void explain_end(void);

/**
 * explain_set() - name the missing half of an incomplete set, and the remedy.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 */
void explain_set(char *text, const struct known_set *set);

/**
 * explain_size() - explain that only its size identifies the main of a set.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 * @main: the main.
 * @spare: the spare.
 */
void explain_size(char *text, const struct known_set *set, const struct blockdev *main,
		  const struct blockdev *spare);

/**
 * explain_other() - explain that a device contradicts the spare's record of its main.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 * @main: the device.
 * @spare: the spare.
 */
void explain_other(char *text, const struct known_set *set, const struct half *main,
		   const struct half *spare);

/**
 * explain_copy() - explain that a device has the uuid of a known set but is not its half.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 * @dev: the device.
 * @role: which half it claims to be.
 * @id: the identity of that half in this host's record.
 */
void explain_copy(char *text, const struct known_set *set, const struct blockdev *dev,
		  enum half_role role, const char *id);

/**
 * explain_mend() - add a description of the damage to a usable spare.
 * @text: the explanation so far; %EXPLAIN_SIZE bytes.
 * @set: the set, which is not active.
 *
 * Reads the table, so use it for diagnosis and not during boot.
 */
void explain_mend(char *text, const struct known_set *set);

#endif /* _DMREMAP_EXPLAIN_H */
