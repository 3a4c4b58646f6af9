// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces message.c of dmremap, which would fill the log.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/message.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

void (*complain_before)(void);

void complain(const char *format, ...)
{
	(void)format;
}

void no_memory(void)
{
	abort();
}

/* Make sure that nothing on this machine is examined. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (!freopen("/dev/null", "w", stdout) || setenv("DMREMAP_ROOT", "/nonexistent", 1))
		abort();
	return 0;
}
