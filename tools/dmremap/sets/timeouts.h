/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets how long a disk tries to read a bad sector, and how long the kernel waits for it.
 *
 * If a disk tries for longer than the kernel waits, the kernel resets it, and all its requests
 * fail. So disks that support error recovery control are set to give up after 7 seconds, and for
 * others the kernel is set to wait 180 seconds. Both settings are lost when the disk or the machine
 * is switched off.
 */
#ifndef _DMREMAP_TIMEOUTS_H
#define _DMREMAP_TIMEOUTS_H

#include <stdbool.h>

/**
 * timeouts_apply() - set the time-outs for the disk of a main.
 * @uuid: the set.
 * @main: "MAJ:MIN" of its main.
 *
 * The former values are recorded in /run for timeouts_undo(). A disk that has been set since it was
 * connected is left alone.
 *
 * Prints an error if neither can be set.
 *
 * Return: whether a time-out is set.
 */
bool timeouts_apply(const char *uuid, const char *main);

/**
 * timeouts_undo() - restore the former values.
 * @uuid: the set.
 * @main: "MAJ:MIN" of its main.
 *
 * Prints an error on failure.
 *
 * Return: whether the former values are in force.
 */
bool timeouts_undo(const char *uuid, const char *main);

#endif /* _DMREMAP_TIMEOUTS_H */
