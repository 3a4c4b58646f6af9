/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Properties of the terminal.
 */
#ifndef _DMREMAP_TERMINAL_H
#define _DMREMAP_TERMINAL_H

#include <stdbool.h>

/**
 * terminal_size() - size of the terminal on standard output.
 * @columns: its width; without a terminal, the variable COLUMNS, or 80.
 * @lines: its height; 0 if it is not a terminal.
 */
void terminal_size(unsigned int *columns, unsigned int *lines);

/* Whether to use colours: standard output is a terminal, and NO_COLOR is not set. */
bool terminal_colours(void);

/* Whether the character set of the locale is UTF-8. */
bool terminal_utf8(void);

#endif /* _DMREMAP_TERMINAL_H */
