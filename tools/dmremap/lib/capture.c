// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/capture.h"
#include "lib/child.h"
#include "lib/message.h"

#define SIZE_LIMIT	(64u << 20)
#define NOT_FOUND	127

static void run_child(int out, const char *const *argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		_exit(NOT_FOUND);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	_exit(NOT_FOUND);
}

/* Use the real clock: a test's clock stands still while a program runs. */
static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static int read_more(struct capture *capture, int fd, size_t *room)
{
	ssize_t n;

	if (capture->size == *room) {
		*room = *room ? 2 * *room : 65536;
		/* one more for the NUL */
		capture->text = realloc(capture->text, *room + 1);
		if (!capture->text)
			no_memory();
	}
	n = read(fd, capture->text + capture->size, *room - capture->size);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	capture->size += n;
	return capture->size > SIZE_LIMIT ? -EFBIG : n > 0;
}

static int read_all(struct capture *capture, int fd, long long deadline)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	size_t room = 0;
	long long left;
	int more = 1;

	while (more > 0) {
		left = deadline - now_ms();
		if (left <= 0)
			return -ETIME;
		if (poll(&poller, 1, left) > 0)
			more = read_more(capture, fd, &room);
	}
	if (!more)
		capture->text[capture->size] = 0;
	return more;
}

/*
 * A program that waits for a disk may not even die when killed; then it is left behind. A program
 * that has closed its output will end by itself.
 */
static int reap(struct capture *capture, pid_t pid, int error)
{
	int status;

	if (error) {
		kill(pid, SIGKILL);
		child_leave(pid);
		return error;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFEXITED(status))
		return -EINTR;
	capture->status = WEXITSTATUS(status);
	return capture->status == NOT_FOUND ? -ENOENT : 0;
}

int capture_run(struct capture *capture, const char *const *argv, unsigned int seconds)
{
	long long deadline = now_ms() + seconds * 1000ll;
	int fds[2], error;
	pid_t pid;

	*capture = (struct capture) {};
	child_reap();
	fflush(NULL);
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid)
		run_child(fds[1], argv);
	close(fds[1]);
	error = pid < 0 ? -errno : read_all(capture, fds[0], deadline);
	close(fds[0]);
	if (pid > 0)
		error = reap(capture, pid, error);
	if (error) {
		free(capture->text);
		capture->text = NULL;
	}
	return error;
}
