// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap top: show devices, updated at intervals.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "kernel/devices.h"
#include "lib/clock.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/output.h"
#include "lib/screen.h"
#include "lib/terminal.h"
#include "show/top.h"

#define INTERVAL_DEFAULT	2
#define INTERVAL_MIN		0.1
#define INTERVAL_MAX		86400

/* The samples of all devices, taken together. */
struct moment {
	uint64_t clock;
	struct sample *sample;
	int nr;
};

/**
 * struct top - the state of the display.
 * @interval: seconds between two samples.
 * @count: number of samples; 0 means no limit.
 * @operands: names of devices, terminated by %NULL.
 * @live: the output is a terminal, which is redrawn.
 * @now: the latest samples.
 * @before: the previous ones; %NULL if there are none.
 * @text: the displayed text.
 */
struct top {
	double interval;
	unsigned long count;
	char **operands;
	bool live;
	struct moment now;
	struct moment before;
	char *text;
};

/* Another device may have been created with the same name. */
static const struct sample *sample_before(const struct top *top, const struct sample *now)
{
	const struct sample *sample;

	for (sample = top->before.sample; sample < top->before.sample + top->before.nr; sample++)
		if (!strcmp(sample->name, now->name) && !strcmp(sample->uuid, now->uuid))
			return sample;
	return NULL;
}

static int look_at(struct top *top, const struct devices *devices, FILE *out)
{
	double seconds = (top->now.clock - top->before.clock) / 1e9;
	struct sample *sample;
	int i;

	fprintf(out, "dmremap top: %d device%s", devices->nr, devices->nr == 1 ? "" : "s");
	if (top->before.sample)
		fprintf(out, ", over %.1f s", seconds);
	fprintf(out, "%s\n", top->live ? " (q quits)" : "");
	for (i = 0; i < devices->nr; i++) {
		sample = &top->now.sample[top->now.nr];
		switch (sample_take(sample, devices->name[i])) {
		case SAMPLE_GOOD:
			top->now.nr++;
			top_device(out, sample, sample_before(top, sample), seconds,
				   top->live && terminal_colours());
			break;
		case SAMPLE_GONE:
			if (devices->named)
				top_missing(out, devices->name[i]);
			break;
		case SAMPLE_BAD:
			return EXIT_OPERATION;
		}
	}
	return EXIT_CLEAN;
}

/* Take samples and format the text. */
static int look(struct top *top)
{
	struct devices devices;
	size_t size;
	int status;
	FILE *out;

	free(top->before.sample);
	top->before = top->now;
	top->now = (struct moment) { .clock = clock_ns() };
	status = devices_find(&devices, top->operands);
	if (status)
		return status;
	free(top->text);
	top->text = NULL;
	out = open_memstream(&top->text, &size);
	top->now.sample = calloc(devices.nr + 1, sizeof(*top->now.sample));
	if (!top->now.sample || !out)
		no_memory();
	status = look_at(top, &devices, out);
	devices_free(&devices);
	if (fclose(out))
		no_memory();
	return status;
}

static int show(const struct top *top, bool first)
{
	if (!top->live) {
		printf("%s%s", first ? "" : "\n", top->text);
		return output_flush() ? EXIT_OPERATION : EXIT_CLEAN;
	}
	if (!screen_draw(top->text))
		return EXIT_CLEAN;
	complain("The terminal cannot be written: %s.", strerror(errno));
	return EXIT_OPERATION;
}

/* Return: whether to go on. */
static bool wait_until(const struct top *top, uint64_t until)
{
	const struct timespec time = { until / 1000000000, until % 1000000000 };
	enum screen_event event;

	if (!top->live) {
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
			;
		return true;
	}
	while ((event = screen_wait(until)) == SCREEN_RESIZED)
		if (show(top, false))
			return false;
	return event == SCREEN_TIME;
}

/* Samples missed while the program was stopped are skipped. */
static uint64_t next_time(uint64_t last, double interval)
{
	struct timespec time;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &time);
	now = time.tv_sec * 1000000000ull + time.tv_nsec;
	last += interval * 1e9;
	return last > now ? last : now + interval * 1e9;
}

/*
 * None of the named devices exists, so the names are probably wrong. A device that disappears later
 * may come back.
 */
static int complain_none(const struct top *top)
{
	char **name;

	for (name = top->operands; *name; name++)
		complain_gone(*name);
	return EXIT_OPERATION;
}

static int watch(struct top *top)
{
	int status = EXIT_CLEAN;
	uint64_t next = 0;
	unsigned long i;

	for (i = 0; !status && (!top->count || i < top->count); i++) {
		if (i && !wait_until(top, next))
			break;
		next = next_time(next, top->interval);
		status = look(top);
		if (!status && !i && *top->operands && !top->now.nr)
			return complain_none(top);
		if (!status)
			status = show(top, !i);
	}
	return status;
}

static int run(struct top *top)
{
	int status;

	top->live = isatty(STDOUT_FILENO);
	if (top->live)
		screen_open();
	status = watch(top);
	if (top->live) {
		screen_close();
		/* keep the last frame */
		if (!status)
			fputs(top->text, stdout);
		screen_quit();
	}
	free(top->before.sample);
	free(top->now.sample);
	free(top->text);
	return status;
}

static bool parse_interval(struct top *top, const char *text)
{
	char *end;

	top->interval = strtod(text, &end);
	if (end != text && !*end && top->interval >= INTERVAL_MIN && top->interval <= INTERVAL_MAX)
		return true;
	complain("An interval is %.1f to %d seconds, not \"%s\".", INTERVAL_MIN, INTERVAL_MAX,
		 text);
	return false;
}

static bool parse_count(struct top *top, const char *text)
{
	const char *end = text;
	uint64_t count;

	if (number_take(&end, &count) && !*end && count) {
		top->count = count;
		return true;
	}
	complain("A count is a number from 1 on, not \"%s\".", text);
	return false;
}

static int run_top(int argc, char **argv)
{
	static const struct option options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct top top = { .interval = INTERVAL_DEFAULT };
	int option;

	while ((option = getopt_long(argc, argv, "i:n:h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_top);
		if ((option != 'i' || !parse_interval(&top, optarg)) &&
		    (option != 'n' || !parse_count(&top, optarg)))
			return command_misused(&command_top);
	}
	top.operands = argv + optind;
	return run(&top);
}

const struct command command_top = {
	.name = "top",
	.arguments = "[--interval SECONDS] [--count N] [DEVICE...]",
	.summary = "show what devices are doing, updated at intervals",
	.help =
	"Shows the state of all dm-remap devices, or of those named, and rates since the\n"
	"last look; the first look has none. On a terminal it is redrawn, and q quits;\n"
	"otherwise each look is a block of plain text.\n\n"
	"  -i, --interval SECONDS  time between two looks (2)\n"
	"  -n, --count N           look so many times, instead of for ever\n"
	"  -h, --help              print this\n\n"
	"Exit status: 0 it was quit or all looks were shown, 8 a device cannot be read, or\n"
	"the output not be written, 16 wrong usage.\n",
	.run = run_top,
};
