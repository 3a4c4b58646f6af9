// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/exit.h"
#include "lib/message.h"

void (*complain_before)(void);

void complain(const char *format, ...)
{
	va_list args;

	if (complain_before)
		complain_before();
	fflush(stdout);
	fputs("dmremap: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void no_memory(void)
{
	complain("There is not enough memory.");
	exit(EXIT_OPERATION);
}
