// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/interrupt.h"
#include "lib/message.h"
#include "monitor/run.h"

#define NOT_RUN		127

/* Time between asking a program to end and killing it. */
#define GRACE_MS	2000

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

/* Returns whether it has ended in time; false also if a signal asks this program to end. */
static bool wait_for(pid_t pid, int timeout_ms)
{
	int fd = pidfd_open(pid, 0);
	bool ended = fd >= 0 && interrupt_poll(fd, timeout_ms);

	if (fd >= 0)
		close(fd);
	return ended;
}

static bool reap(const char *name, pid_t pid, unsigned int seconds)
{
	bool in_time = wait_for(pid, seconds * 1000);
	int status;

	if (!in_time) {
		kill(-pid, SIGTERM);
		wait_for(pid, GRACE_MS);
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
	int fd = make_input(input);
	pid_t pid;

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
