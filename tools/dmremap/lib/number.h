/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decimal numbers, as the kernel prints them.
 */
#ifndef _DMREMAP_NUMBER_H
#define _DMREMAP_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * number_take() - parse the number at the beginning of a text.
 * @text: the text; advanced past the number.
 * @value: the number.
 *
 * Return: whether the text begins with digits, and their value fits in 64 bits.
 */
bool number_take(const char **text, uint64_t *value);

#endif /* _DMREMAP_NUMBER_H */
