/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs a program, such as the one that is informed of events.
 */
#ifndef _DMREMAP_MONITOR_RUN_H
#define _DMREMAP_MONITOR_RUN_H

#include <stdbool.h>

/**
 * run_program() - run a program until it ends.
 * @argv: its path and arguments, terminated by NULL.
 * @input: the text for its standard input.
 * @seconds: time limit, after which it is killed with all processes that it started.
 *
 * No shell is involved. The environment of the program has only PATH, its working directory is "/",
 * and only the standard files are open; its output goes where the messages of this program go. A
 * signal that asks this program to end leaves little time for it and for those that follow.
 *
 * Prints an error if it cannot be run, or fails.
 *
 * Return: whether it succeeded.
 */
bool run_program(const char *const *argv, const char *input, unsigned int seconds);

/* Whether this program has to end at once, so that run_program() runs nothing. */
bool run_is_over(void);

#endif /* _DMREMAP_MONITOR_RUN_H */
