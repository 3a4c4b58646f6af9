/* SPDX-License-Identifier: GPL-2.0 */
/* Words that depend on a number. */
#ifndef _DMREMAP_PLURAL_H
#define _DMREMAP_PLURAL_H

#include <stdint.h>

static inline const char *plural(uint64_t nr)
{
	return nr == 1 ? "" : "s";
}

static inline const char *was(uint64_t nr)
{
	return nr == 1 ? "was" : "were";
}

static inline const char *is(uint64_t nr)
{
	return nr == 1 ? "is" : "are";
}

#endif /* _DMREMAP_PLURAL_H */
