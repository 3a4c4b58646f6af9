/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs work that may block in the kernel in a separate process: signals can end the program without
 * leaving the work half done, and a caller with a time limit, as at boot, need not wait for a disk
 * that does not answer.
 */
#ifndef _DMREMAP_GUARD_H
#define _DMREMAP_GUARD_H

#include <stddef.h>

/* Allocate memory that is shared with the process of guard_run(). Ends the program on failure. */
void *guard_alloc(size_t size);

void guard_free(void *memory, size_t size);

/**
 * guard_run() - run work in a process of its own, and wait for it.
 * @work: the work; it has no terminal and no open files.
 * @context: for @work, from guard_alloc().
 * @limit_ms: how long to wait; 0 means no limit.
 *
 * SIGHUP, SIGINT and SIGTERM end the work; the caller then cleans up. In any case the caller must
 * call interrupt_release() afterwards.
 *
 * Return: 0 if it is done; -ETIMEDOUT if it continues in the background; -EINTR if a signal ended
 * it.
 */
int guard_run(void (*work)(void *context), void *context, int limit_ms);

#endif /* _DMREMAP_GUARD_H */
