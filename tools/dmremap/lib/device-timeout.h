/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_DEVICE_TIMEOUT_H
#define _DMREMAP_DEVICE_TIMEOUT_H

/**
 * device_timeout_ms() - how long a device may take to answer, by dm-remap.conf; 0 means no limit.
 */
int device_timeout_ms(void);

#endif /* _DMREMAP_DEVICE_TIMEOUT_H */
