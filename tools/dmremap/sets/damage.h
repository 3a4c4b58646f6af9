/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The damage to a half, and the remedy.
 */
#ifndef _DMREMAP_DAMAGE_H
#define _DMREMAP_DAMAGE_H

#include "sets/half.h"

#define DAMAGE_SIZE	2048

/**
 * damage_describe() - describe the damage to a half.
 * @text: takes %DAMAGE_SIZE bytes; "" if nothing is.
 * @half: the half, damaged or not; after halves_read_tables() its table too.
 *
 * Return: whether anything is.
 */
bool damage_describe(char text[DAMAGE_SIZE], const struct half *half);

#endif /* _DMREMAP_DAMAGE_H */
