/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rewrites superblocks and pages from valid copies.
 */
#ifndef _DMREMAP_REWRITE_H
#define _DMREMAP_REWRITE_H

#include "spare/examine.h"

/*
 * Carry out the repairs in @diagnosis, which must have no fatal finding.
 *
 * Each write is durable before the next one starts. Bad copies are written before good ones, so
 * that at any time one copy is good. All copies get a sequence number higher than any seen, so that
 * the same content is read even if the repair is interrupted.
 *
 * Returns 0, or -1, after printing an error, if a write failed.
 */
int rewrite(const struct set *set, const struct diagnosis *diagnosis);

#endif /* _DMREMAP_REWRITE_H */
