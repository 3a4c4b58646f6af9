/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_DM_RENAME_H
#define _DMREMAP_DM_RENAME_H

/**
 * dm_rename() - rename a device, and wait until its node is renamed too.
 * @name: its name.
 * @new_name: its new name.
 *
 * The device may be in use.  Prints an error on failure.
 *
 * Return: an exit status.
 */
int dm_rename(const char *name, const char *new_name);

#endif /* _DMREMAP_DM_RENAME_H */
