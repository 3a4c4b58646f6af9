// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/message.h"

/* Children that nobody waits for. A program that runs for months would collect their zombies. */
static pid_t *left;
static int nr_left;

void child_leave(pid_t pid)
{
	left = reallocarray(left, nr_left + 1, sizeof(*left));
	if (!left)
		no_memory();
	left[nr_left++] = pid;
	child_reap();
}

void child_reap(void)
{
	int i, nr = 0;

	for (i = 0; i < nr_left; i++)
		if (!waitpid(left[i], NULL, WNOHANG))
			left[nr++] = left[i];
	nr_left = nr;
}

pid_t child_start(int *fd)
{
	int fds[2], null;
	pid_t pid;

	child_reap();
	fflush(NULL);
	if (pipe2(fds, O_CLOEXEC))
		no_memory();
	pid = fork();
	if (pid < 0)
		no_memory();
	if (pid) {
		close(fds[1]);
		*fd = fds[0];
		return pid;
	}
	/* a descriptor above the first four, which are assigned below */
	*fd = fcntl(fds[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 2);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (*fd < 0 || null < 0)
		_exit(1);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	dup2(*fd, STDERR_FILENO + 1);
	*fd = STDERR_FILENO + 1;
	close_range(*fd + 1, ~0U, 0);
	return 0;
}
