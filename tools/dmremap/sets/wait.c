// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap wait: wait until a set is active.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "lib/clock.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "sets/active.h"
#include "sets/assemble.h"

#define LOOK_NS		100000000
#define TIMEOUT_MAX	1000000.0

/* The end of the wait by clock_ns(); 0 means no limit. */
static bool parse_timeout(const char *text, uint64_t *end)
{
	char *rest;
	double seconds = strtod(text, &rest);

	if (*text && !*rest && seconds >= 0 && seconds <= TIMEOUT_MAX) {
		*end = clock_ns() + seconds * 1e9;
		return true;
	}
	complain("\"%s\" is not a number of seconds from 0 to %.0f.", text, TIMEOUT_MAX);
	return false;
}

/* A set without its spare does not count. */
static bool is_active(const char *what)
{
	struct active active;

	return active_find(&active, what) && active.live && !active.without_spare &&
	       active_has_node(active.name);
}

static int give_up(const char *what)
{
	char why[EXPLAIN_SIZE];
	struct active active;
	struct known_set set;

	if (active_find(&active, what) && active.without_spare) {
		complain("%s is active without its spare only.", what);
	} else if (active_find(&active, what) && active.live) {
		complain("%s is active, but there is no /dev/mapper/%s. Does udev run? \"dmsetup mknodes\" makes it.",
			 what, active.name);
	} else if (reassembly_there() && assemble_find(&set, what) > 0) {
		if (set.state == KNOWN_COMPLETE || set.state == KNOWN_ACTIVE) {
			complain("%s is complete but has not been activated: \"dmremap assemble %s\".",
				 what, shell_word(what));
		} else {
			explain_set(why, &set);
			complain("%s", why);
		}
	} else {
		complain("%s is not active, and no half of it has appeared. \"dmremap scan\" lists the halves that are present.",
			 what);
	}
	return EXIT_UNCORRECTED;
}

static int wait_for(const char *what, uint64_t end)
{
	struct timespec pause = { .tv_nsec = LOOK_NS };

	while (!is_active(what)) {
		if (end && clock_ns() >= end)
			return give_up(what);
		nanosleep(&pause, NULL);
	}
	return EXIT_CLEAN;
}

static int run_wait(int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	uint64_t end = 0;
	int option;

	while ((option = getopt_long(argc, argv, "t:h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_wait);
		if (option != 't' || !parse_timeout(optarg, &end))
			return command_misused(&command_wait);
	}
	if (optind != argc - 1) {
		complain("Give one set to wait for.");
		return command_misused(&command_wait);
	}
	return wait_for(argv[optind], end);
}

const struct command command_wait = {
	.name = "wait",
	.arguments = "[--timeout SECONDS] {NAME|UUID}",
	.summary = "wait until a set is active",
	.help =
	"Waits until the device of a set is active, with its spare, and has its node in\n"
	"/dev/mapper. The set need not be known when the command starts. If the command ends before\n"
	"that, it reports what is missing.\n\n"
	"  -t, --timeout SECONDS  wait no longer than this; the default is no limit\n"
	"  -h, --help             print this\n\n"
	"Exit status: 0 the set is active, 4 it was not in time, 16 wrong usage.\n",
	.run = run_wait,
};
