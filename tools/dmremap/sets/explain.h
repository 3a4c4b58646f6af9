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

#endif /* _DMREMAP_EXPLAIN_H */
