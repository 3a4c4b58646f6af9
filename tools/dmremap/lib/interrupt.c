// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/interrupt.h"
#include "lib/util.h"

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
static struct sigaction before[ARRAY_SIZE(signals)];
static int came;
static unsigned int holds;

static void note(int signal)
{
	__atomic_store_n(&came, signal, __ATOMIC_RELAXED);
}

void interrupt_hold(void)
{
	struct sigaction action = { .sa_handler = note };
	unsigned int i;

	if (holds++)
		return;
	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaction(signals[i], NULL, &before[i]);
		/* nohup, say, wants it to be ignored */
		if (before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

bool interrupt_came(void)
{
	return __atomic_load_n(&came, __ATOMIC_RELAXED);
}

void interrupt_release(void)
{
	unsigned int i;

	if (--holds)
		return;
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &before[i], NULL);
	if (!interrupt_came())
		return;
	fflush(stdout);
	raise(came);
}
