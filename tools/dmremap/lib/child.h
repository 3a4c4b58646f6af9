/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes for calls that may never return from the kernel.
 */
#ifndef _DMREMAP_CHILD_H
#define _DMREMAP_CHILD_H

#include <sys/types.h>

/**
 * child_start() - make a process whose answer comes through a pipe.
 * @fd: where the answer is read, and in the child where it is written.
 *
 * The child has nothing else open: if the program abandons it, no reader waits for the
 * end of our output because of it.
 *
 * Return: its number, 0 in the child.  Ends the program if there can be none.
 */
pid_t child_start(int *fd);

#endif /* _DMREMAP_CHILD_H */
