// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/clock.h"
#include "lib/guard.h"
#include "lib/interrupt.h"
#include "lib/message.h"

/* How often to check for a signal that arrived just before the wait. */
#define STEP_MS		200

/* How long to wait for a killed process that is stuck in the kernel before leaving it behind. */
#define END_STEPS	10

void *guard_alloc(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		no_memory();
	return memory;
}

void guard_free(void *memory, size_t size)
{
	munmap(memory, size);
}

static void end(pid_t pid)
{
	int step;

	kill(pid, SIGKILL);
	for (step = 0; step < END_STEPS; step++) {
		if (waitpid(pid, NULL, WNOHANG))
			return;
		poll(NULL, 0, STEP_MS);
	}
	child_leave(pid);
}

static int wait_for(pid_t pid, int fd, int limit_ms)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };
	uint64_t until = clock_ns() + limit_ms * 1000000ULL;

	/* the pipe also becomes readable if the process ends without an answer */
	while (poll(&answer, 1, STEP_MS) <= 0) {
		if (interrupt_came()) {
			end(pid);
			return -EINTR;
		}
		if (limit_ms && clock_ns() >= until) {
			child_leave(pid);
			return -ETIMEDOUT;
		}
	}
	waitpid(pid, NULL, 0);
	return 0;
}

int guard_run(void (*work)(void *context), void *context, int limit_ms)
{
	int fd, result;
	pid_t pid;

	interrupt_hold();
	pid = child_start(&fd);
	if (!pid) {
		/* signals from the terminal go to the waiting program, which passes them on */
		setpgid(0, 0);
		work(context);
		_exit(0);
	}
	result = wait_for(pid, fd, limit_ms);
	close(fd);
	return result;
}
