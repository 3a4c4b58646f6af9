// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "monitor/run.h"

#define NOT_RUN		127

#define NS		1000000000ull

/* Time between asking a program to end and killing it. */
#define GRACE_NS	(2 * NS)

/*
 * When this program was asked to end, how long all programs together may still take to report what
 * would be forgotten.
 */
#define LAST_NS		(10 * NS)

/* How often to check for a signal that arrived just before the wait. */
#define STEP_MS		200

static int make_input(const char *text)
{
	int fd = memfd_create("dmremap-monitor", MFD_CLOEXEC);
	size_t size = strlen(text), done = 0;
	ssize_t n;

	while (fd >= 0 && done < size) {
		n = write(fd, text + done, size - done);
		if (n < 0)
			break;
		done += n;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static void __noreturn run_child(const char *const *argv, int input)
{
	static char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	static const int signals[] = { SIGHUP, SIGINT, SIGPIPE, SIGTERM };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_DFL);
	setpgid(0, 0);
	if (chdir("/") || dup2(input, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(NOT_RUN);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	execve(argv[0], (char *const *)argv, environment);
	complain("%s cannot be run: %s.", argv[0], strerror(errno));
	_exit(NOT_RUN);
}

/* When the last program has to end, by clock_ns(). */
static uint64_t last_end(void)
{
	static uint64_t end;

	if (!interrupt_came())
		return UINT64_MAX;
	if (!end)
		end = clock_ns() + LAST_NS;
	return end;
}

bool run_is_over(void)
{
	return clock_ns() >= last_end();
}

/* Returns whether it has ended in time; @hurried: and before the last program has to. */
static bool wait_for(pid_t pid, uint64_t timeout_ns, bool hurried)
{
	struct pollfd poller = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	uint64_t end = clock_ns() + timeout_ns;
	bool ended = false;

	while (poller.fd >= 0 && !ended && clock_ns() < end && !(hurried && run_is_over()))
		ended = poll(&poller, 1, STEP_MS) == 1;
	if (poller.fd >= 0)
		close(poller.fd);
	return ended;
}

static bool reap(const char *name, pid_t pid, unsigned int seconds)
{
	bool in_time = wait_for(pid, seconds * NS, true);
	int status;

	if (!in_time) {
		kill(-pid, SIGTERM);
		wait_for(pid, GRACE_NS, false);
		kill(-pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (in_time && WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	if (!in_time && !interrupt_came())
		complain("%s was killed, since it had not ended in %u seconds.", name, seconds);
	else if (WIFEXITED(status))
		complain("%s ended with status %d.", name, WEXITSTATUS(status));
	else
		complain("%s was ended by signal %d.", name, WTERMSIG(status));
	return false;
}

bool run_program(const char *const *argv, const char *input, unsigned int seconds)
{
	pid_t pid;
	int fd;

	if (run_is_over())
		return false;
	fd = make_input(input);
	fflush(NULL);
	pid = fd < 0 ? -1 : fork();
	if (!pid)
		run_child(argv, fd);
	if (fd >= 0)
		close(fd);
	if (pid > 0)
		return reap(argv[0], pid, seconds);
	complain("%s cannot be run: %s.", argv[0], strerror(errno));
	return false;
}
