/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bar that shows how far long work has come, while standard error is a terminal.
 */
#ifndef _DMREMAP_PROGRESS_H
#define _DMREMAP_PROGRESS_H

#include <stdint.h>

/**
 * progress_begin() - begin to show one.
 * @what: the activity, in a word or two; must stay valid.
 * @total: how much there is to do.
 *
 * Messages take its place; call progress_end() before the program ends.
 */
void progress_begin(const char *what, uint64_t total);

/**
 * progress_show() - show how far it is.
 * @done: how much has been done.
 */
void progress_show(uint64_t done);

/* Remove it. */
void progress_end(void);

#endif /* _DMREMAP_PROGRESS_H */
