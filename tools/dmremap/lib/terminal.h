/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Properties of the terminal.
 */
#ifndef _DMREMAP_TERMINAL_H
#define _DMREMAP_TERMINAL_H

#include <stdbool.h>

/**
 * terminal_size() - size of the terminal that standard output is.
 * @columns: its width; the variable COLUMNS, or 80, if it is not a terminal.
 * @lines: its height; 0 if it is not a terminal.
 */
void terminal_size(unsigned int *columns, unsigned int *lines);

/* Whether standard output may have colours: it is a terminal, and NO_COLOR is not set. */
bool terminal_colours(void);

/* Whether the characters of this locale are UTF-8. */
bool terminal_utf8(void);

#endif /* _DMREMAP_TERMINAL_H */
