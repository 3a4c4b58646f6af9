/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether the size of a device allows it to be the main of a spare.
 *
 * The set must fit. Beyond that, the size counts only if nothing else identifies the device: a
 * partition or a volume may have been made larger. A label alone is not enough for automatic
 * activation: a member of an array with its metadata at the end shows the label of the main on the
 * array, and is larger. docs/design.md has the rule for each way of activation.
 */
#ifndef _DMREMAP_FIT_H
#define _DMREMAP_FIT_H

#include <stdbool.h>

#include "sets/explain.h"
#include "sets/half.h"

/* Whether the set of a spare fits on a device. */
bool fit_has_room(const struct half *spare, const struct blockdev *dev);

/**
 * fit_allows() - whether a device has an allowed size.
 * @spare: the spare.
 * @main: the device; the caller checks its identity.
 * @automatic: nobody has asked for this set.
 */
bool fit_allows(const struct half *spare, const struct half *main, bool automatic);

/**
 * fit_main_id() - the main_id that the target must be told, because the size differs.
 * @spare: the spare.
 * @main: the main.
 *
 * The kernel knows fewer identities than this program.
 *
 * Return: the main_id, or NULL.
 */
const char *fit_main_id(const struct half *spare, const struct half *main);

/* Explain why fit_allows() has refused a main. */
void fit_explain(char text[EXPLAIN_SIZE], const struct known_set *set, const struct half *main,
		 const struct half *spare);

/* For a set that waits for its main: add that a device of another size has its label. */
void fit_explain_label(char text[EXPLAIN_SIZE], const struct known_set *set);

#endif /* _DMREMAP_FIT_H */
