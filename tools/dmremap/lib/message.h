/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_MESSAGE_H
#define _DMREMAP_MESSAGE_H

#include "lib/util.h"

/* Say what is wrong and what to do next, on standard error. */
void __printf(1, 2) complain(const char *format, ...);

/* Called before anything is said, by who has the terminal for itself; may be NULL. */
extern void (*complain_before)(void);

/* End the program: it could not even get a little memory. */
void __noreturn no_memory(void);

#endif /* _DMREMAP_MESSAGE_H */
