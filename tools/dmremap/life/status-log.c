// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/log-read.h"
#include "kernel/kernel.h"
#include "life/status-log.h"

/* The time stamps in the log do not include time spent in suspend. */
static time_t started(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return time(NULL) - now.tv_sec;
}

static void add(struct status_log *log, char *text, double seconds)
{
	char *p;

	for (p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	if (log->nr == STATUS_LOG_LINES)
		memmove(log->line, log->line + 1, --log->nr * sizeof(*log->line));
	log->line[log->nr].when = started() + seconds;
	log->line[log->nr++].text = text;
}

void status_log_read(struct status_log *log, const char *name)
{
	char prefix[KERNEL_NAME_SIZE + 40], *text, *line, *found;
	double seconds;
	size_t size;

	*log = (struct status_log) {};
	if (log_read(&log->text, &size))
		return;
	snprintf(prefix, sizeof(prefix), "device-mapper: remap: %.128s: ", name);
	text = log->text;
	while ((line = strsep(&text, "\n"))) {
		found = strstr(line, prefix);
		if (found && sscanf(line, "[%lf]", &seconds) == 1)
			add(log, found + strlen(prefix), seconds);
	}
}
