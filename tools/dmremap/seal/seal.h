/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Seals a set for other commands.
 */
#ifndef _DMREMAP_SEAL_H
#define _DMREMAP_SEAL_H

/**
 * seal_device() - seal an active set.
 * @name: its name.
 *
 * Prints the result, or the reason for a failure.
 *
 * Return: an exit status.
 */
int seal_device(const char *name);

#endif /* _DMREMAP_SEAL_H */
