// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into dmremap: kills it before one of the calls that change something, or in the
 * middle of one, or makes one fail. These calls, counted from 1, are write, pwrite and
 * fdatasync on anything but standard output and error.
 *
 *   HALT_AT=N    it is killed before call N
 *   TORN_AT=N    call N, if it is a pwrite, writes its first sector; then it is killed
 *   FAIL_AT=N    call N fails with FAIL_ERRNO
 *   HALT_LOG=F   calls are logged in F
 *   STEP_AT=N    it is killed before step N; steps are these calls, the ioctls by which
 *                device-mapper changes something, rename and unlink, counted together
 *   SUSPEND_RUN=F  bash runs the script F just before a device is suspended
 *   SUSPEND_FROM=N  ... from the Nth time on
 *   UDEV_SLEEP=N  udev takes N seconds longer
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/dm-ioctl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

typedef ssize_t write_fn(int fd, const void *buffer, size_t size);
typedef ssize_t pwrite_fn(int fd, const void *buffer, size_t size, off64_t offset);
typedef int sync_fn(int fd);

pwrite_fn pwrite64;

static int calls;

/* Shared by all processes of the program. */
static struct {
	int steps;
	int halted;
} *shared;
static pid_t first;

static void __attribute__((constructor)) begin(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();
	first = getpid();
}

static int sleeps(pid_t pid)
{
	char path[32], state = 0;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat)
		return 1;
	if (fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(stat);
	return state == 'S' || state == 'Z';
}

/*
 * User-mode Linux panics if a process is killed in the middle of fork(), so the first process is
 * killed when it sleeps, or at its own next step.
 */
static void halt(void)
{
	int tries;

	shared->halted = 1;
	for (tries = 0; getpid() != first && !sleeps(first) && tries < 1000; tries++)
		usleep(1000);
	kill(first, SIGKILL);
	raise(SIGKILL);
}

static void step(void)
{
	const char *value = getenv("STEP_AT");

	if (!value)
		return;
	if (shared->halted && getpid() == first)
		raise(SIGKILL);
	if (++shared->steps == atoi(value))
		halt();
}

static int is_now(const char *variable)
{
	const char *value = getenv(variable);

	return value && atoi(value) == calls;
}

static void note(const char *call, int fd, const char *what, size_t size, long long offset)
{
	const char *path = getenv("HALT_LOG");
	char link[32], file[256] = "";
	FILE *log = path ? fopen(path, "a") : NULL;

	if (!log)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, file, sizeof(file) - 1) < 0)
		*file = 0;
	fprintf(log, "%s %s", call, strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
	if (what)
		fprintf(log, " %.*s", (int)strcspn(what, "\n"), what);
	else if (size)
		fprintf(log, " %lld %zu", offset, size);
	fputc('\n', log);
	fclose(log);
}

/* Whether the call should fail. */
static int count(void)
{
	calls++;
	step();
	if (is_now("HALT_AT"))
		raise(SIGKILL);
	if (!is_now("FAIL_AT"))
		return 0;
	errno = atoi(getenv("FAIL_ERRNO"));
	return 1;
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	write_fn *next = dlsym(RTLD_NEXT, "write");

	if (fd <= 2)
		return next(fd, buffer, size);
	if (count())
		return -1;
	note("write", fd, buffer, size, 0);
	return next(fd, buffer, size);
}

ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	pwrite_fn *next = dlsym(RTLD_NEXT, "pwrite64");

	if (count())
		return -1;
	note("pwrite", fd, NULL, size, offset);
	if (is_now("TORN_AT")) {
		if (next(fd, buffer, 512, offset) != 512)
			abort();
		raise(SIGKILL);
	}
	return next(fd, buffer, size, offset);
}

int fdatasync(int fd)
{
	sync_fn *next = dlsym(RTLD_NEXT, "fdatasync");

	if (count())
		return -1;
	note("fdatasync", fd, NULL, 0, 0);
	return next(fd);
}

static void before_suspend(const struct dm_ioctl *io)
{
	const char *script = getenv("SUSPEND_RUN"), *from = getenv("SUSPEND_FROM");
	static int suspends;
	int status;
	pid_t child;

	if (!script || !(io->flags & DM_SUSPEND_FLAG) || ++suspends < (from ? atoi(from) : 1))
		return;
	child = fork();
	if (!child) {
		unsetenv("LD_PRELOAD");
		execlp("bash", "bash", script, NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child || status)
		abort();
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*next)(int fd, unsigned long request, void *argument) = dlsym(RTLD_NEXT, "ioctl");
	void *argument;
	va_list list;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	if (request == DM_DEV_SUSPEND)
		before_suspend(argument);
	if (request == DM_DEV_CREATE || request == DM_TABLE_LOAD || request == DM_DEV_SUSPEND ||
	    request == DM_DEV_REMOVE || request == DM_DEV_RENAME)
		step();
	return next(fd, request, argument);
}

int dm_udev_wait(unsigned int cookie)
{
	int (*next)(unsigned int cookie) = dlsym(RTLD_NEXT, "dm_udev_wait");
	const char *seconds = getenv("UDEV_SLEEP");

	if (seconds)
		sleep(atoi(seconds));
	return next(cookie);
}

int rename(const char *from, const char *to)
{
	int (*next)(const char *from, const char *to) = dlsym(RTLD_NEXT, "rename");

	step();
	return next(from, to);
}

int unlink(const char *path)
{
	int (*next)(const char *path) = dlsym(RTLD_NEXT, "unlink");

	step();
	return next(path);
}
