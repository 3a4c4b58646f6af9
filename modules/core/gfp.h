/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that grows with a table or a disk.
 *
 * It may be much, and numbers on a medium decide how much: no other program is killed for
 * it, it counts against the limits of the program that activates a set, and a failure is
 * an error of that set alone.
 */
#ifndef _REMAP_GFP_H
#define _REMAP_GFP_H

#include <linux/gfp.h>

/* Before the device can be used. */
#define REMAP_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)
/* At any time: what frees memory with I/O may be waiting for the device. */
#define REMAP_GFP_NOIO	(GFP_NOIO | __GFP_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

#endif /* _REMAP_GFP_H */
