/* SPDX-License-Identifier: GPL-2.0 */
/*
 * crc32c(), wherever this kernel declares it.
 */
#ifndef _DM_REMAP_CRC32C_H
#define _DM_REMAP_CRC32C_H

#ifdef DM_REMAP_HAVE_CRC32_CRC32C
#include <linux/crc32.h>
#else
#include <linux/crc32c.h>
#endif

#endif /* _DM_REMAP_CRC32C_H */
