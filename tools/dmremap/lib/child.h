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

/**
 * child_leave() - stop waiting for a child, which may be stuck in the kernel.
 * @pid: its process ID; the caller has killed it if it is not to go on.
 *
 * Once it has ended, the next child_reap() removes it.
 */
void child_leave(pid_t pid);

/* Reap the children that were left and have ended; child_start() does so, too. */
void child_reap(void);

#endif /* _DMREMAP_CHILD_H */
