/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far this host trusts a half.
 */
#ifndef _DMREMAP_TRUST_H
#define _DMREMAP_TRUST_H

#include "sets/half.h"

enum trust {
	TRUST_KNOWN,	/* of a set that this host knows */
	TRUST_FOREIGN,	/* of another set */
	TRUST_COPY,	/* it has the uuid of a known set, not the recorded identity or secret */
};

/**
 * trust_of() - classify a half.
 * @half: a main with a label, or a spare.
 */
enum trust trust_of(const struct half *half);

/* "known", "foreign" or "copy". */
const char *trust_name(enum trust trust);

#endif /* _DMREMAP_TRUST_H */
