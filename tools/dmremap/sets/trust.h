/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trust of this host in a half.
 */
#ifndef _DMREMAP_TRUST_H
#define _DMREMAP_TRUST_H

#include "sets/half.h"

enum trust {
	TRUST_KNOWN,	/* of a set that this host knows */
	TRUST_FOREIGN,	/* of another set */
	TRUST_COPY,	/* it carries a set of this host that has another half on record */
};

/**
 * trust_of() - classify a half.
 * @half: a main with a label, or a spare.
 */
enum trust trust_of(const struct half *half);

/* "known", "foreign" or "copy". */
const char *trust_name(enum trust trust);

#endif /* _DMREMAP_TRUST_H */
