/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a set is not active, and what to do.
 */
#ifndef _DMREMAP_EXPLAIN_H
#define _DMREMAP_EXPLAIN_H

#include "sets/reassembly.h"

#define EXPLAIN_SIZE	2048

/**
 * explain_set() - say of a set that is not complete what is missing, and what to do.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 */
void explain_set(char *text, const struct known_set *set);

/**
 * explain_size() - say that the main of a set is only known by its size.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 * @main: the main.
 * @spare: the spare.
 */
void explain_size(char *text, const struct known_set *set, const struct blockdev *main,
		  const struct blockdev *spare);

/**
 * explain_other() - say that a device contradicts what the spare says of its main.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 * @main: the device.
 * @spare: the spare.
 */
void explain_other(char *text, const struct known_set *set, const struct half *main,
		   const struct half *spare);

/**
 * explain_copy() - say that a device carries the uuid of a known set, but is not its half.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @set: the set.
 * @dev: the device.
 * @role: which half it says it is.
 * @id: what the half is known by to this host.
 */
void explain_copy(char *text, const struct known_set *set, const struct blockdev *dev,
		  enum half_role role, const char *id);

/**
 * explain_mend() - add what is wrong with a spare that can be used.
 * @text: what was said of the set; %EXPLAIN_SIZE bytes.
 * @set: the set, which is not active.
 *
 * Reads the table: it is for somebody who asks, and not for the boot.
 */
void explain_mend(char *text, const struct known_set *set);

#endif /* _DMREMAP_EXPLAIN_H */
