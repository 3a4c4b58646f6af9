/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parts that the kernel may lack: a module, or configfs.
 *
 * In a tree that root_dir() names nothing is loaded or mounted, nor is it an error.
 */
#ifndef _DMREMAP_LOAD_H
#define _DMREMAP_LOAD_H

/**
 * load_module() - load a module as modprobe does.
 * @name: its name.
 *
 * Prints an error on failure.  If it is loaded already, that is not an error.
 *
 * Return: an exit status.
 */
int load_module(const char *name);

/**
 * load_configfs() - see that configfs is mounted.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int load_configfs(void);

#endif /* _DMREMAP_LOAD_H */
