/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds superblock 1 of a spare whose device has grown since it was last used.
 */
#ifndef _DMREMAP_FORMER_END_H
#define _DMREMAP_FORMER_END_H

#include "disk/set.h"

/**
 * former_end_find() - look for superblock 1 at former ends of the spare.
 * @set: result of set_read(), which has found no usable superblock.
 *
 * Superblock 0 gives the location of superblock 1. Without it the whole device is searched
 * backwards, unless it begins with other known content. A superblock is accepted only if every
 * readable copy of the first page of the table is intact, which is not the case for remnants of an
 * earlier set.
 *
 * Return: whether it was found; then it is in @set.
 */
bool former_end_find(struct set *set);

#endif /* _DMREMAP_FORMER_END_H */
