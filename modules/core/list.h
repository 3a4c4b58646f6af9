/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of remaps.
 */
#ifndef _REMAP_LIST_H
#define _REMAP_LIST_H

#include <linux/types.h>

struct remap_device;

/**
 * remap_list() - print the remaps from a sector on, sorted by main sector.
 * @rd: the device.
 * @from: sector, from the start of the target.
 * @reasons: each line has a seventh word, why the block left the main.
 * @result: takes lines `main_sector spare_sector sectors state
 *	lost_mask unread_mask`.
 * @maxlen: size of @result.
 *
 * Takes no lock: remaps that change during the walk may or may not be included.
 *
 * Context: process, may sleep.
 */
void remap_list(struct remap_device *rd, sector_t from, bool reasons, char *result,
		unsigned int maxlen);

#endif /* _REMAP_LIST_H */
