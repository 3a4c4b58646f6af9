// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/message.h"
#include "lib/screen.h"
#include "lib/terminal.h"

/* Switch to the alternate screen and hide the cursor; and back. */
#define ENTER	"\033[?1049h\033[?25l"
#define LEAVE	"\033[0m\033[?25h\033[?1049l"

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static const int crashing[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };

/* Set by signal handlers. */
static atomic_int ended_by, stopped, resized, is_open;
static bool have_keys;
static struct termios saved;

/* Uses async-signal-safe functions only. */
static void leave(void)
{
	if (!is_open)
		return;
	is_open = false;
	if (have_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	if (write(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1) < 0)
		return;
}

static void note(int signal)
{
	if (signal == SIGWINCH)
		resized = true;
	else if (signal == SIGTSTP)
		stopped = true;
	else
		ended_by = signal;
}

/* The signal is raised again on return, and then ends the program. */
static void crash(int signal)
{
	leave();
	raise(signal);
}

static void handle(int signal, void (*handler)(int signal), int flags)
{
	const struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaction(signal, &action, NULL);
}

static void enter(void)
{
	struct termios keys;

	have_keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &saved);
	is_open = true;
	if (have_keys) {
		keys = saved;
		keys.c_lflag &= ~(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &keys);
	}
	fputs(ENTER, stdout);
}

void screen_open(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ending); i++)
		handle(ending[i], note, 0);
	for (i = 0; i < ARRAY_SIZE(crashing); i++)
		handle(crashing[i], crash, SA_RESETHAND);
	handle(SIGTSTP, note, 0);
	handle(SIGWINCH, note, 0);
	enter();
	atexit(screen_close);
	complain_before = screen_close;
}

void screen_close(void)
{
	fflush(stdout);
	leave();
}

/* Print as much of a line as fits; escape sequences for colours take no space. */
static const char *put_line(const char *p, unsigned int columns)
{
	unsigned int used = 0;
	bool escape = false;

	for (; *p && *p != '\n'; p++) {
		if (*p == '\033')
			escape = true;
		/* do not count continuation bytes of a character */
		else if (!escape && (*p & 0xc0) != 0x80)
			used++;
		if (used <= columns || escape)
			putchar(*p);
		if (*p == 'm')
			escape = false;
	}
	fputs("\033[K", stdout);
	return *p ? p + 1 : p;
}

int screen_draw(const char *text)
{
	unsigned int columns, lines, i;

	terminal_size(&columns, &lines);
	fputs("\033[H", stdout);
	for (i = 1; *text; i++) {
		if (i == lines && strchr(text, '\n')[1]) {
			put_line("... more: make the window larger, or name devices", columns);
			break;
		}
		text = put_line(text, columns);
		/* one more line would scroll */
		if (i != lines)
			putchar('\n');
	}
	fputs("\033[J", stdout);
	/* an interruption is not an error: the next frame is drawn completely */
	if (fflush(stdout) && errno != EINTR)
		return -1;
	clearerr(stdout);
	return 0;
}

static void stop(void)
{
	stopped = false;
	screen_close();
	raise(SIGSTOP);
	enter();
}

/* Return: whether the key means quit. */
static bool read_key(void)
{
	ssize_t n;
	char key;

	n = read(STDIN_FILENO, &key, 1);
	if (n < 0 && errno == EINTR)
		return false;
	if (n <= 0)
		have_keys = false;
	return n == 1 && (key == 'q' || key == 'Q');
}

/* Signals are blocked except during the wait. */
static int wait_for_key(int64_t ns)
{
	const struct timespec left = { ns / 1000000000, ns % 1000000000 };
	struct pollfd keys = { .fd = have_keys ? STDIN_FILENO : -1, .events = POLLIN };
	sigset_t all, before;
	int n = -1;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (!ended_by && !stopped && !resized)
		n = ppoll(&keys, 1, &left, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return n;
}

enum screen_event screen_wait(uint64_t until)
{
	struct timespec now;
	int64_t left;

	for (;;) {
		if (ended_by)
			return SCREEN_QUIT;
		if (stopped) {
			stop();
			return SCREEN_RESIZED;
		}
		if (resized) {
			resized = false;
			return SCREEN_RESIZED;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = until - (now.tv_sec * 1000000000ull + now.tv_nsec);
		if (left <= 0)
			return SCREEN_TIME;
		if (wait_for_key(left) > 0 && read_key())
			return SCREEN_QUIT;
	}
}

void screen_quit(void)
{
	if (!ended_by)
		return;
	fflush(stdout);
	handle(ended_by, SIG_DFL, 0);
	raise(ended_by);
}
