// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
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
		/* stay ignored if it was, as under nohup */
		if (before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

bool interrupt_came(void)
{
	return __atomic_load_n(&came, __ATOMIC_RELAXED);
}

bool interrupt_poll(int fd, int timeout_ms)
{
	struct timespec timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000000l };
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	sigset_t ours, before;
	bool ready = false;
	unsigned int i;

	/* no signal may arrive between the check and the wait */
	sigemptyset(&ours);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&ours, signals[i]);
	sigprocmask(SIG_BLOCK, &ours, &before);
	if (!interrupt_came())
		ready = ppoll(&poller, 1, &timeout, &before) == 1;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ready;
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
