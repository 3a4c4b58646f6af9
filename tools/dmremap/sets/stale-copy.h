/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk with the content of an active set that is not its main: "dmremap replace" leaves the
 * former main so, and the new one if it is killed in its last moment.  Both have the UUIDs of
 * what is on the set, so a mount by UUID may take either.
 */
#ifndef _DMREMAP_STALE_COPY_H
#define _DMREMAP_STALE_COPY_H

#include <stdbool.h>

#include "sets/explain.h"

/**
 * stale_copy_describe() - look for such a disk, and say what to do with it.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @uuid: an active set; one that this host does not know has none.
 * @name: of its device.
 * @number: "MAJ:MIN" of that.
 *
 * Disks that do not answer in the time that dm-remap.conf allows are left out.
 *
 * Return: whether there is one.
 */
bool stale_copy_describe(char *text, const char *uuid, const char *name, const char *number);

#endif /* _DMREMAP_STALE_COPY_H */
