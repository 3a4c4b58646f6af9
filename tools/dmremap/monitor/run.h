/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that are told of events.
 */
#ifndef _DMREMAP_MONITOR_RUN_H
#define _DMREMAP_MONITOR_RUN_H

#include <stdbool.h>

/**
 * run_program() - run a program until it ends.
 * @argv: its path, and its arguments; NULL ends them.
 * @input: what its standard input has.
 * @seconds: it is killed with all that it has started if it takes longer.
 *
 * No shell takes part.  It gets an environment of its own with nothing but PATH in it, "/" as
 * its directory, and no open file but the standard ones; its output goes where the
 * messages of this program go.
 *
 * Prints an error if it cannot be run, or fails.
 *
 * Return: whether it ended well.
 */
bool run_program(const char *const *argv, const char *input, unsigned int seconds);

#endif /* _DMREMAP_MONITOR_RUN_H */
