/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A separate process does work that may block in the kernel: signals end the program without
 * leaving half of the work behind, and a caller with a time limit, as at boot, does not wait for
 * a disk that does not answer.
 */
#ifndef _DMREMAP_GUARD_H
#define _DMREMAP_GUARD_H

#include <stddef.h>

/* Memory that is shared with the process of guard_run().  Ends the program if there is none. */
void *guard_alloc(size_t size);

void guard_free(void *memory, size_t size);

/**
 * guard_run() - run work in a process of its own, and wait for it.
 * @work: the work; it has no terminal and no files, and must not return on its own account.
 * @context: for @work, from guard_alloc().
 * @limit_ms: how long to wait; 0 is for good.
 *
 * SIGHUP, SIGINT and SIGTERM end the work; the caller cleans up after it, and calls
 * interrupt_release(), which has to follow in any case.
 *
 * Return: 0 it is done; -ETIMEDOUT it goes on without this program; -EINTR it was ended.
 */
int guard_run(void (*work)(void *context), void *context, int limit_ms);

#endif /* _DMREMAP_GUARD_H */
