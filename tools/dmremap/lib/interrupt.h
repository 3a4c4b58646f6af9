/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals that end the program, but not in the middle of something.
 */
#ifndef _DMREMAP_INTERRUPT_H
#define _DMREMAP_INTERRUPT_H

#include <stdbool.h>

/* From now on such a signal is only noted; each call needs an interrupt_release(). */
void interrupt_hold(void);

/* Whether one has come. */
bool interrupt_came(void);

/**
 * interrupt_poll() - wait for a file descriptor, or until such a signal comes.
 * @fd: what to wait for.
 * @timeout_ms: how long.
 *
 * Return: whether it can be read.
 */
bool interrupt_poll(int fd, int timeout_ms);

/* The last of them: signals end the program again; if one has come it does so now. */
void interrupt_release(void);

#endif /* _DMREMAP_INTERRUPT_H */
