/* SPDX-License-Identifier: GPL-2.0 */
/* /sys/kernel/config/dm-remap-reassembly */
#ifndef _REMAP_ROOT_H
#define _REMAP_ROOT_H

struct config_group;

/**
 * reassembly_root_init() - make the tree.
 * @sets: its directory of sets.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
int reassembly_root_init(struct config_group *sets);

/**
 * reassembly_root_exit() - remove it; no set is shown any more.
 *
 * Context: process, may sleep.
 */
void reassembly_root_exit(void);

#endif /* _REMAP_ROOT_H */
