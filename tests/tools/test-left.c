// SPDX-License-Identifier: GPL-2.0
/*
 * Programs and work that took too long are left behind: once they have ended, the next start of
 * another one reaps them.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/capture.h"
#include "lib/child.h"
#include "lib/guard.h"
#include "lib/interrupt.h"

/* Stands for a read that ends by itself, later than anyone waits for it. */
static void work(void *context)
{
	(void)context;
	usleep(300000);
}

static void leave_work(void)
{
	assert(guard_run(work, NULL, 100) == -ETIMEDOUT);
	interrupt_release();
}

static void leave_program(void)
{
	static const char *const argv[] = { "sleep", "100", NULL };
	struct capture capture;

	assert(capture_run(&capture, argv, 1) == -ETIME);
}

/* Whether this process has no child, not even one that has ended. */
static bool has_none(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

int main(void)
{
	static const char *const argv[] = { "true", NULL };
	struct capture capture;

	leave_work();
	leave_program();
	usleep(500000);
	assert(!has_none());
	assert(!capture_run(&capture, argv, 10));
	free(capture.text);
	assert(has_none());
	leave_work();
	usleep(500000);
	child_reap();
	assert(has_none());
	return 0;
}
