/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A monotonic clock, which a test can set (see lib/root.h).
 */
#ifndef _DMREMAP_CLOCK_H
#define _DMREMAP_CLOCK_H

#include <stdint.h>

/* Nanoseconds since an arbitrary time; use it for differences. */
uint64_t clock_ns(void);

#endif /* _DMREMAP_CLOCK_H */
