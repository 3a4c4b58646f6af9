/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Describes the damage to a half, and the remedy.
 */
#ifndef _DMREMAP_DAMAGE_H
#define _DMREMAP_DAMAGE_H

#include "sets/half.h"

#define DAMAGE_SIZE	4096

/**
 * damage_describe() - describe the damage to a half.
 * @text: takes %DAMAGE_SIZE bytes; "" if there is none.
 * @half: the half; after halves_read_tables() damage to its table is included.
 *
 * Return: whether there is damage.
 */
bool damage_describe(char text[DAMAGE_SIZE], const struct half *half);

#endif /* _DMREMAP_DAMAGE_H */
