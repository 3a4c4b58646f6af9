/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_ASK_H
#define _DMREMAP_ASK_H

#include <stdbool.h>

#include "lib/util.h"

/**
 * ask() - ask a yes-or-no question.
 * @format: the question, as for printf().
 *
 * Return: whether standard input says "y" or "yes".
 */
bool __printf(1, 2) ask(const char *format, ...);

#endif /* _DMREMAP_ASK_H */
