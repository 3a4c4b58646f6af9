/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Superblock 1 of a spare whose device has become larger since it was last used.
 */
#ifndef _DMREMAP_FORMER_END_H
#define _DMREMAP_FORMER_END_H

#include "disk/set.h"

/**
 * former_end_find() - look for superblock 1 where the spare may have ended before.
 * @set: after set_read(), which has found no superblock.
 *
 * Superblock 0 says where superblock 1 is; without it the whole device is read, from its end,
 * unless it begins with something else that is known.  A superblock that is found counts only if
 * the first page of the table is whole in each copy that can be read: what is left of an earlier
 * set has lost some.
 *
 * Return: true if there is one; it is in @set then.
 */
bool former_end_find(struct set *set);

#endif /* _DMREMAP_FORMER_END_H */
