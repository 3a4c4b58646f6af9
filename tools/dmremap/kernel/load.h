/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel may lack: a module, or configfs.
 *
 * In a tree that root_dir() names nothing is loaded or mounted, nor is it an error.
 */
#ifndef _DMREMAP_LOAD_H
#define _DMREMAP_LOAD_H

/**
 * load_module() - load a module as modprobe does.
 * @name: its name.
 *
 * Says what is wrong if it cannot.  That it is loaded already is no error.
 *
 * Return: an exit status.
 */
int load_module(const char *name);

/**
 * load_configfs() - see that configfs is mounted.
 *
 * Says what is wrong if it cannot be.
 *
 * Return: an exit status.
 */
int load_configfs(void);

#endif /* _DMREMAP_LOAD_H */
