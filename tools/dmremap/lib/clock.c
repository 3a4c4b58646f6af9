// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/root.h"

#define UPTIME		"/proc/uptime"

/*
 * A test may set the time in a file; if that is a pipe, each reading blocks until the test writes
 * to it.
 */
static bool test_clock(uint64_t *ns)
{
	char path[PATH_MAX], text[FILE_TEXT_SIZE];
	double seconds;

	if (!*root_dir())
		return false;
	snprintf(path, sizeof(path), "%s" UPTIME, root_dir());
	if (file_read(path, text) || sscanf(text, "%lf", &seconds) != 1)
		return false;
	*ns = seconds * 1e9;
	return true;
}

uint64_t clock_ns(void)
{
	struct timespec now;
	uint64_t ns;

	if (test_clock(&ns))
		return ns;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
