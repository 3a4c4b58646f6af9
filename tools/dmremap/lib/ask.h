/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_ASK_H
#define _DMREMAP_ASK_H

#include <stdbool.h>

/* Ask a yes-or-no question; only "y" or "yes" on standard input means yes. */
bool ask(const char *question);

#endif /* _DMREMAP_ASK_H */
