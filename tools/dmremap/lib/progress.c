// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/message.h"
#include "lib/progress.h"
#include "lib/ranges.h"

#define COLUMNS_DEFAULT	80
#define BAR_MAX		50

/* Minimum time between two updates of the bar. */
#define INTERVAL_NS	100000000

static struct {
	const char *what;
	uint64_t total;
	uint64_t drawn;
	bool on;
	bool visible;
} progress;

static unsigned int columns(void)
{
	struct winsize size = {};

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

static void wipe(void)
{
	if (progress.visible)
		fputs("\r\033[K", stderr);
	progress.visible = false;
}

void progress_begin(const char *what, uint64_t total)
{
	progress.what = what;
	progress.total = total;
	progress.drawn = 0;
	progress.on = isatty(STDERR_FILENO) && total;
	if (!progress.on)
		return;
	complain_before = wipe;
	progress_show(0);
}

void progress_show(uint64_t done)
{
	unsigned int room, width, filled, percent, digits;
	uint64_t now = clock_ns();
	char figures[64];

	if (!progress.on || (progress.visible && now - progress.drawn < INTERVAL_NS &&
			     done < progress.total))
		return;
	progress.drawn = now;
	percent = (wide)done * 100 / progress.total;
	/* use the final width of the numbers, so that the bar keeps its size */
	digits = snprintf(NULL, 0, "%llu", (unsigned long long)progress.total);
	snprintf(figures, sizeof(figures), " %3u%% %*llu/%llu", percent, digits,
		 (unsigned long long)done, (unsigned long long)progress.total);
	/* leave the last column free, since the terminal would wrap */
	room = strlen(progress.what) + strlen(figures) + 4;
	width = columns() > room ? columns() - room : 0;
	if (width > BAR_MAX)
		width = BAR_MAX;
	filled = (wide)done * width / progress.total;
	fprintf(stderr, "\r\033[K%s [", progress.what);
	while (width--)
		putc(filled ? filled--, '#' : '.', stderr);
	fprintf(stderr, "]%s", figures);
	fflush(stderr);
	progress.visible = true;
}

void progress_end(void)
{
	if (!progress.on)
		return;
	wipe();
	fflush(stderr);
	complain_before = NULL;
	progress.on = false;
}
