/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A progress bar for long work, shown if standard error is a terminal.
 */
#ifndef _DMREMAP_PROGRESS_H
#define _DMREMAP_PROGRESS_H

#include <stdint.h>

/**
 * progress_begin() - show a progress bar.
 * @what: the activity, in a word or two; must stay valid.
 * @total: the total amount of work.
 *
 * Messages replace the bar; call progress_end() before the program ends.
 */
void progress_begin(const char *what, uint64_t total);

/**
 * progress_show() - update the bar.
 * @done: the amount of work done.
 */
void progress_show(uint64_t done);

/* Remove the bar. */
void progress_end(void);

#endif /* _DMREMAP_PROGRESS_H */
