/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs smartctl.
 */
#ifndef _DMREMAP_SMARTCTL_RUN_H
#define _DMREMAP_SMARTCTL_RUN_H

#include <stdbool.h>

#include "lib/capture.h"

/**
 * smartctl_run() - let smartctl print all it knows about a disk as JSON.
 * @capture: takes the output.
 * @disk: the disk's node.
 * @type: the device type for smartctl; NULL to let it detect the type.
 * @wake: a disk that sleeps may be woken.
 *
 * smartctl only reads. A disk that does not answer may block it for long, so it is killed after a
 * minute.
 *
 * Return: as capture_run().
 */
int smartctl_run(struct capture *capture, const char *disk, const char *type, bool wake);

#endif /* _DMREMAP_SMARTCTL_RUN_H */
