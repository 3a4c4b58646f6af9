// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/resumer.h"
#include "lib/message.h"
#include "lib/root.h"
#include "lib/util.h"

static void put(const char *path, const char *text)
{
	char full[PATH_MAX];
	int fd;

	snprintf(full, sizeof(full), "%s%s", root_dir(), path);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	dprintf(fd, "%s", text);
	close(fd);
}

/*
 * When systemd stops a service, a session or a scope, it kills the whole control group, so move to
 * the root group, which belongs to none of these. The first file is that of cgroup version 2; the
 * others are the ones that systemd uses with version 1.
 */
static void leave_group(void)
{
	put("/sys/fs/cgroup/cgroup.procs", "0");
	put("/sys/fs/cgroup/unified/cgroup.procs", "0");
	put("/sys/fs/cgroup/systemd/cgroup.procs", "0");
}

/*
 * Protect this process from signals sent to the program by its name, its terminal, its process
 * group or its control group, and from the OOM killer.
 */
static void hide(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_IGN);
	setsid();
	prctl(PR_SET_NAME, "dmr-resumer");
	put("/proc/self/oom_score_adj", "-1000");
	leave_group();
}

/* Close all inherited files, so that no reader of a pipe waits for this process. */
static void keep_only(int *fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		_exit(1);
	if (*fd != STDERR_FILENO + 1 && dup2(*fd, STDERR_FILENO + 1) < 0)
		_exit(1);
	*fd = STDERR_FILENO + 1;
	close_range(*fd + 1, ~0U, 0);
}

/* Make libdevmapper open and map everything that it needs later. */
static void warm_up(const char *name)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_INFO);

	if (!task || !dm_task_set_name(task, name) || !dm_task_run(task))
		_exit(1);
	dm_task_destroy(task);
}

static ssize_t wait_byte(int fd)
{
	ssize_t n;
	char byte;

	do {
		n = read(fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	return n;
}

static void watch(int fd, const char *name, void (*resume)(void *context), void *context)
{
	hide();
	dm_lib_release();
	keep_only(&fd);
	warm_up(name);
	mlockall(MCL_CURRENT | MCL_FUTURE);
	if (send(fd, "", 1, MSG_NOSIGNAL) == 1 && wait_byte(fd) != 1)
		resume(context);
	_exit(0);
}

static int say_why(const char *name)
{
	complain("%s cannot be suspended: the process that would resume it if this program were killed cannot be started.",
		 name);
	return EXIT_OPERATION;
}

int resumer_start(struct resumer *resumer, const char *name, void (*resume)(void *context),
		  void *context)
{
	int fds[2];

	fflush(NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return say_why(name);
	resumer->pid = fork();
	if (!resumer->pid) {
		close(fds[0]);
		watch(fds[1], name, resume, context);
	}
	close(fds[1]);
	resumer->fd = fds[0];
	if (resumer->pid > 0 && wait_byte(resumer->fd) == 1)
		return EXIT_CLEAN;
	close(resumer->fd);
	if (resumer->pid > 0)
		waitpid(resumer->pid, NULL, 0);
	return say_why(name);
}

void resumer_end(struct resumer *resumer)
{
	if (send(resumer->fd, "", 1, MSG_NOSIGNAL) == 1)
		waitpid(resumer->pid, NULL, 0);
	close(resumer->fd);
}
