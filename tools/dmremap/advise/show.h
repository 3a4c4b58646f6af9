/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_ADVISE_SHOW_H
#define _DMREMAP_ADVISE_SHOW_H

#include "advise/judge.h"
#include "advise/spare-places.h"

/**
 * advice_show() - print the verdict, its reasons, the missing facts, and the next commands.
 * @advice: the verdict.
 * @facts: of the disk.
 * @places: for its spare; empty if it needs none.
 */
void advice_show(const struct advice *advice, const struct disk_facts *facts,
		 const struct spare_places *places);

/* Print the same, and the figures, as JSON. */
void advice_show_json(const struct advice *advice, const struct disk_facts *facts,
		      const struct spare_places *places);

#endif /* _DMREMAP_ADVISE_SHOW_H */
