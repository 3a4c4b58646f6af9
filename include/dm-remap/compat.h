/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One source for kernels 6.1 to 6.12.
 *
 * modules/Kbuild compiles a line of code for each difference and defines
 * DM_REMAP_HAVE_<WHAT> where it compiles, so that what a stable kernel or a
 * distribution brought forward or back is seen as it is and no version number
 * is compared anywhere.
 */
#ifndef _DM_REMAP_COMPAT_H
#define _DM_REMAP_COMPAT_H

#include <linux/blkdev.h>

#ifdef DM_REMAP_HAVE_BLK_MODE_T
typedef blk_mode_t dm_remap_mode_t;
#define DM_REMAP_MODE_READ	BLK_OPEN_READ
#define DM_REMAP_MODE_WRITE	BLK_OPEN_WRITE
#else
typedef fmode_t dm_remap_mode_t;
#define DM_REMAP_MODE_READ	FMODE_READ
#define DM_REMAP_MODE_WRITE	FMODE_WRITE
#endif

#endif /* _DM_REMAP_COMPAT_H */
