/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last lines of the kernel's log about a set.
 */
#ifndef _DMREMAP_STATUS_LOG_H
#define _DMREMAP_STATUS_LOG_H

#include <time.h>

#define STATUS_LOG_LINES	5

/**
 * struct status_log - lines of the log of the running kernel.
 * @line: the last ones, in order.
 * @line.when: when it was written; too late if the machine has been suspended since.
 * @line.text: the text after the name of the set; control characters are "?".
 * @nr: number of lines.
 * @text: the log itself.
 */
struct status_log {
	struct {
		time_t when;
		char *text;
	} line[STATUS_LOG_LINES];
	int nr;
	char *text;
};

/**
 * status_log_read() - find the last lines of a set.
 * @log: filled in; empty if there are no lines or the log must not be read.
 * @name: the set.
 */
void status_log_read(struct status_log *log, const char *name);

#endif /* _DMREMAP_STATUS_LOG_H */
