/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a disk tries to read a bad sector, and how long the kernel waits for it.
 *
 * A disk that tries for longer than the kernel waits is reset, and all its requests fail.
 * So the tool makes capable disks give up after 7 seconds (error recovery control), and for
 * others the kernel waits 180 seconds.  Both are forgotten when the disk or the machine is
 * switched off.
 */
#ifndef _DMREMAP_TIMEOUTS_H
#define _DMREMAP_TIMEOUTS_H

#include <stdbool.h>

/**
 * timeouts_apply() - do that for the disk of a main.
 * @uuid: the set.
 * @main: "MAJ:MIN" of its main.
 *
 * The former values are recorded in /run for timeouts_undo().  A disk for which it was done since
 * it was connected is left alone.
 *
 * Prints an error if nothing can be done.
 *
 * Return: whether it is done.
 */
bool timeouts_apply(const char *uuid, const char *main);

/**
 * timeouts_undo() - restore the former values.
 * @uuid: the set.
 * @main: "MAJ:MIN" of its main.
 *
 * Prints an error on failure.
 *
 * Return: whether it is as it was before.
 */
bool timeouts_undo(const char *uuid, const char *main);

#endif /* _DMREMAP_TIMEOUTS_H */
