// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "files/ask.h"
#include "lib/capture.h"

/* Generous, since reading all inodes of a large file system from a slow disk takes long. */
#define SECONDS		3600

bool files_ask(char **text, char why[160], const char *const *argv, const char *package)
{
	struct capture capture;
	int error = capture_run(&capture, argv, SECONDS);

	*text = capture.text;
	if (error == -ENOENT)
		snprintf(why, 160, "%s is not installed (package %s)", argv[0],
			 package);
	else if (error)
		snprintf(why, 160, "%s failed: %s", argv[0], strerror(-error));
	return !error;
}

char *files_entry(char **text, bool (*begins)(const char *line, const void *context),
		  const void *context)
{
	char *entry = *text, *next = entry;

	if (!entry)
		return NULL;
	do {
		next = strchr(next, '\n');
		next += !!next;
	} while (next && *next && !begins(next, context));
	if (next)
		next[-1] = 0;
	*text = next && *next ? next : NULL;
	return entry;
}
