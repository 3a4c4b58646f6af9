/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flags for allocations that grow with a table or a disk.
 *
 * These may be large, and numbers on a medium decide how large. So they do not trigger the OOM
 * killer, they count against the limits of the program that activates a set, and a failure is an
 * error of that set alone.
 */
#ifndef _REMAP_GFP_H
#define _REMAP_GFP_H

#include <linux/gfp.h>

/* Before the device can be used. */
#define REMAP_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)
/* At any time: memory reclaim that does I/O may be waiting for the device. */
#define REMAP_GFP_NOIO	(GFP_NOIO | __GFP_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

#endif /* _REMAP_GFP_H */
