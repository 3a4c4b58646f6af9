/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Write superblocks and pages anew from those that count.
 */
#ifndef _DMREMAP_REWRITE_H
#define _DMREMAP_REWRITE_H

#include "spare/examine.h"

/*
 * Do what @diagnosis asks for, which must have no finding that is fatal.
 *
 * Each write is durable before the next.  A bad copy is written before a good one,
 * so that at any moment one is good; all get a sequence that is higher than any
 * seen, so that the same is read whenever this is interrupted.
 *
 * Returns 0, or -1, having complained, if a write failed.
 */
int rewrite(const struct set *set, const struct diagnosis *diagnosis);

#endif /* _DMREMAP_REWRITE_H */
