// SPDX-License-Identifier: GPL-2.0
/*
 * Each device is examined by a process of its own: a slow device does not delay the others, and one
 * that never answers can be abandoned.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "disk/slow.h"
#include "lib/child.h"
#include "lib/device-timeout.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/half.h"

/*
 * Maximum number of processes: more than the usual number of disks, so that others need not wait
 * for slow ones.
 */
#define WORKERS		512

/* Read one device. */
typedef void (*look_fn)(struct half *half);

struct worker {
	struct half *half;
	pid_t pid;
	int fd;
	struct timespec since;
};

static void look(struct half *half)
{
	struct blockdev dev = half->dev;

	half_look(half, &dev);
}

static void work(struct worker *worker, look_fn look_at, int fd)
{
	look_at(worker->half);
	/* less than PIPE_BUF, so the write is atomic */
	_exit(write(fd, worker->half, sizeof(*worker->half)) != sizeof(*worker->half));
}

static_assert(sizeof(struct half) < 4096, "a half has to go through a pipe at once");

static void start(struct worker *worker, look_fn look_at)
{
	int fd;

	clock_gettime(CLOCK_MONOTONIC, &worker->since);
	worker->pid = child_start(&fd);
	if (!worker->pid)
		work(worker, look_at, fd);
	worker->fd = fd;
}

static long waited_ms(const struct worker *worker)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - worker->since.tv_sec) * 1000 +
	       (now.tv_nsec - worker->since.tv_nsec) / 1000000;
}

static void finish(struct worker *worker, bool answered)
{
	struct half half;

	if (!answered) {
		/* it may be stuck in the kernel, so do not wait for it */
		worker->half->error = -ETIMEDOUT;
		slow_note(worker->half->dev.path);
		kill(worker->pid, SIGKILL);
		child_leave(worker->pid);
	} else {
		if (read(worker->fd, &half, sizeof(half)) == sizeof(half))
			*worker->half = half;
		waitpid(worker->pid, NULL, 0);
	}
	close(worker->fd);
	worker->fd = -1;
}

/* Wait until at least one process is done. */
static void wait_for(struct worker *workers, int nr)
{
	int i, done = 0, limit_ms = device_timeout_ms();
	struct pollfd fds[WORKERS];

	while (!done) {
		for (i = 0; i < nr; i++)
			fds[i] = (struct pollfd) { .fd = workers[i].fd, .events = POLLIN };
		if (poll(fds, nr, 100) < 0 && errno != EINTR)
			no_memory();
		for (i = 0; i < nr; i++) {
			if (workers[i].fd < 0)
				continue;
			if (fds[i].revents)
				finish(&workers[i], true);
			else if (limit_ms && waited_ms(&workers[i]) > limit_ms)
				finish(&workers[i], false);
			done += workers[i].fd < 0;
		}
	}
}

static void run(struct half **halves, int nr, look_fn look_at)
{
	struct worker workers[WORKERS];
	int i, next = 0, running;

	for (i = 0; i < WORKERS; i++)
		workers[i].fd = -1;
	do {
		running = 0;
		for (i = 0; i < WORKERS; i++) {
			if (workers[i].fd < 0 && next < nr) {
				workers[i].half = halves[next++];
				start(&workers[i], look_at);
			}
			running += workers[i].fd >= 0;
		}
		if (running)
			wait_for(workers, WORKERS);
	} while (running);
}

static struct half **new_list(int nr)
{
	struct half **list = calloc(nr + 1, sizeof(*list));

	if (!list)
		no_memory();
	return list;
}

static void read_list(struct halves *halves, const struct blockdev *list, int nr, bool again)
{
	struct half **all = new_list(nr);
	int i, n = 0;

	halves->nr = nr;
	halves->half = calloc(nr + 1, sizeof(*halves->half));
	if (!halves->half)
		no_memory();
	for (i = 0; i < nr; i++) {
		halves->half[i] = (struct half) { .dev = list[i], .error = -EIO };
		if (again && slow_is(list[i].path))
			halves->half[i].error = -ETIMEDOUT;
		else
			all[n++] = &halves->half[i];
	}
	run(all, n, look);
	free(all);
}

void halves_read(struct halves *halves, const struct blockdev *list, int nr)
{
	read_list(halves, list, nr, false);
}

void halves_read_again(struct halves *halves, const struct blockdev *list, int nr)
{
	read_list(halves, list, nr, true);
}

void halves_read_tables(struct halves *halves)
{
	struct half **spares = new_list(halves->nr);
	struct active active;
	int nr = 0, i;

	for (i = 0; i < halves->nr; i++)
		if (halves->half[i].role == HALF_SPARE &&
		    !active_find(&active, halves->half[i].uuid))
			spares[nr++] = &halves->half[i];
	run(spares, nr, half_look_at_table);
	/* keep the earlier result */
	for (i = 0; i < nr; i++)
		spares[i]->error = 0;
	free(spares);
}

static void read_one(struct half *half, const struct blockdev *dev, bool again)
{
	struct halves halves;

	read_list(&halves, dev, 1, again);
	*half = halves.half[0];
	halves_free(&halves);
}

void half_read(struct half *half, const struct blockdev *dev)
{
	read_one(half, dev, false);
}

void half_read_again(struct half *half, const struct blockdev *dev)
{
	read_one(half, dev, true);
}

static int read_all(struct halves *halves, bool again)
{
	struct blockdev *list;
	int i, error, nr = blockdevs_list(&list);

	*halves = (struct halves) {};
	if (nr < 0)
		return EXIT_OPERATION;
	read_list(halves, list, nr, again);
	free(list);
	for (i = 0; i < nr; i++) {
		error = -halves->half[i].error;
		/* drives without a medium, and devices that have just disappeared */
		if (!error || error == ENOMEDIUM || error == ENXIO || error == ENODEV ||
		    error == ENOENT)
			continue;
		if (error == EACCES || error == EPERM) {
			complain("%s cannot be read: %s. Reading devices requires root privileges: \"sudo dmremap ...\".",
				 halves->half[i].dev.path, strerror(error));
			return EXIT_OPERATION;
		}
		if (error == ETIMEDOUT)
			complain("%s answers slowly, and is left out.", halves->half[i].dev.path);
		else
			complain("%s cannot be read, and is left out: %s.",
				 halves->half[i].dev.path, strerror(error));
	}
	return EXIT_CLEAN;
}

int halves_read_all(struct halves *halves)
{
	return read_all(halves, false);
}

int halves_read_all_again(struct halves *halves)
{
	return read_all(halves, true);
}

void halves_free(struct halves *halves)
{
	free(halves->half);
	*halves = (struct halves) {};
}

const struct half *halves_find(const struct halves *halves, const struct half *from,
			       enum half_role role, const char *uuid)
{
	const struct half *half;

	for (half = from ?: halves->half; half < halves->half + halves->nr; half++)
		if (half->role == role && !strcmp(half->uuid, uuid))
			return half;
	return NULL;
}
