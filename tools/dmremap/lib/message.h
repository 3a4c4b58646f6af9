/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_MESSAGE_H
#define _DMREMAP_MESSAGE_H

#include "lib/util.h"

/* Print an error and the remedy to standard error. */
void __printf(1, 2) complain(const char *format, ...);

/* Called before each message; set by the owner of the terminal. May be NULL. */
extern void (*complain_before)(void);

/* Report that memory is exhausted, and end the program. */
void __noreturn no_memory(void);

#endif /* _DMREMAP_MESSAGE_H */
