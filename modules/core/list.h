/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of remaps.
 */
#ifndef _REMAP_LIST_H
#define _REMAP_LIST_H

#include <linux/types.h>

struct remap_device;

/**
 * remap_list() - write the remaps from a sector on, in the order of the main.
 * @rd: the device.
 * @from: sector, from the start of the target.
 * @reasons: each line has a seventh word, why the block left the main.
 * @result: where to; a text of lines `main_sector spare_sector sectors state
 *	lost_mask unread_mask`.
 * @maxlen: room there.
 *
 * Takes no lock: remaps that change during the walk may or may not be there.
 *
 * Context: process, may sleep.
 */
void remap_list(struct remap_device *rd, sector_t from, bool reasons, char *result,
		unsigned int maxlen);

#endif /* _REMAP_LIST_H */
