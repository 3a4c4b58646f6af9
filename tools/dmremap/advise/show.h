/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_ADVISE_SHOW_H
#define _DMREMAP_ADVISE_SHOW_H

#include "advise/judge.h"

/* Print the verdict, its reasons, the missing facts, and the next commands. */
void advice_show(const struct advice *advice, const struct disk_facts *facts);

/* Print the same, and the figures, as JSON. */
void advice_show_json(const struct advice *advice, const struct disk_facts *facts);

#endif /* _DMREMAP_ADVISE_SHOW_H */
