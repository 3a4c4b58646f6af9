/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds a disk that has the content of an active set but is not its main. "dmremap replace" leaves
 * the former main in this state, or the new one if it is killed at the very end. Both disks show
 * the UUIDs of the content of the set, so a mount by UUID may pick either.
 */
#ifndef _DMREMAP_STALE_COPY_H
#define _DMREMAP_STALE_COPY_H

#include <stdbool.h>

#include "sets/explain.h"

/**
 * stale_copy_describe() - look for such a disk, and describe what to do with it.
 * @text: takes %EXPLAIN_SIZE bytes.
 * @uuid: an active set; sets unknown to this host are not searched for.
 * @name: of its device.
 * @number: "MAJ:MIN" of that.
 *
 * Disks that do not answer within device_timeout= of dm-remap.conf are skipped.
 *
 * Return: whether there is one.
 */
bool stale_copy_describe(char *text, const char *uuid, const char *name, const char *number);

#endif /* _DMREMAP_STALE_COPY_H */
