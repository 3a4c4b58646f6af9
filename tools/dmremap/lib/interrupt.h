/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals that end the program, but not in the middle of something.
 */
#ifndef _DMREMAP_INTERRUPT_H
#define _DMREMAP_INTERRUPT_H

#include <stdbool.h>

/* From now on such a signal is only noted. */
void interrupt_hold(void);

/* Whether one has come. */
bool interrupt_came(void);

/* Signals end the program again; if one has come it does so now. */
void interrupt_release(void);

#endif /* _DMREMAP_INTERRUPT_H */
