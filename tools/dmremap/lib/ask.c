// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "lib/ask.h"

bool ask(const char *format, ...)
{
	char answer[16];
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fputs(" [y/N] ", stdout);
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin)) {
		putchar('\n');
		return false;
	}
	return !strcasecmp(answer, "y\n") || !strcasecmp(answer, "yes\n");
}
