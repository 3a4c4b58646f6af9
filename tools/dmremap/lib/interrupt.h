/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Defers the signals that end the program.
 */
#ifndef _DMREMAP_INTERRUPT_H
#define _DMREMAP_INTERRUPT_H

#include <stdbool.h>

/* From now on such a signal is only recorded; each call needs an interrupt_release(). */
void interrupt_hold(void);

/* Whether a signal was recorded. */
bool interrupt_came(void);

/**
 * interrupt_poll() - wait for a file descriptor or a signal.
 * @fd: the file descriptor.
 * @timeout_ms: the time limit.
 *
 * Return: whether it is readable.
 */
bool interrupt_poll(int fd, int timeout_ms);

/* The last release makes signals end the program again; if one was recorded, it does so now. */
void interrupt_release(void);

#endif /* _DMREMAP_INTERRUPT_H */
