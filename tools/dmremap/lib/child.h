/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes for calls that may never return from the kernel.
 */
#ifndef _DMREMAP_CHILD_H
#define _DMREMAP_CHILD_H

#include <sys/types.h>

/**
 * child_start() - fork a process that answers through a pipe.
 * @fd: takes the end for reading, and in the child the end for writing.
 *
 * The child has no other files open, so that if it is abandoned, readers of our output do not wait
 * for it.
 *
 * Return: its process ID; 0 in the child. Ends the program on failure.
 */
pid_t child_start(int *fd);

#endif /* _DMREMAP_CHILD_H */
