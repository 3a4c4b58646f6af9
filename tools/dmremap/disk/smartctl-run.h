/* SPDX-License-Identifier: GPL-2.0 */
/*
 * smartctl, asked by this program.
 */
#ifndef _DMREMAP_SMARTCTL_RUN_H
#define _DMREMAP_SMARTCTL_RUN_H

#include <stdbool.h>

#include "lib/capture.h"

/**
 * smartctl_run() - let smartctl print all that it knows of a disk, as JSON.
 * @capture: takes it.
 * @disk: the disk's node.
 * @type: what smartctl calls the kind of the disk; NULL to let it find out.
 * @wake: a disk that sleeps may be woken.
 *
 * It only reads.  A disk that does not answer may keep it busy for long, so that it is ended
 * after a minute.
 *
 * Return: as capture_run().
 */
int smartctl_run(struct capture *capture, const char *disk, const char *type, bool wake);

#endif /* _DMREMAP_SMARTCTL_RUN_H */
