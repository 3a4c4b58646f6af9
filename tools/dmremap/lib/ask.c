// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <strings.h>

#include "lib/ask.h"

bool ask(const char *question)
{
	char answer[16];

	printf("%s [y/N] ", question);
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin)) {
		putchar('\n');
		return false;
	}
	return !strcasecmp(answer, "y\n") || !strcasecmp(answer, "yes\n");
}
