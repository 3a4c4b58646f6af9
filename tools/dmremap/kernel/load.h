/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loads a module or mounts configfs if necessary.
 *
 * In a test tree (see root_dir()) these do nothing and succeed.
 */
#ifndef _DMREMAP_LOAD_H
#define _DMREMAP_LOAD_H

/**
 * load_module() - load a module with modprobe.
 * @name: its name.
 *
 * Prints an error on failure. It is not an error if the module is already loaded.
 *
 * Return: an exit status.
 */
int load_module(const char *name);

/**
 * load_configfs() - mount configfs unless it is mounted.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int load_configfs(void);

#endif /* _DMREMAP_LOAD_H */
