// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap scrub: read whole sets in the background.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernel/devices.h"
#include "kernel/names.h"
#include "kernel/sample.h"
#include "lib/message.h"
#include "life/scrub-run.h"
#include "life/scrub-show.h"
#include "life/scrub-timer.h"

/**
 * struct scrub_options - the options.
 * @all: act on all sets.
 * @json: print JSON.
 * @name: a set.
 * @order: a word for scrub_order(), "status", or NULL for the timer's actions.
 */
struct scrub_options {
	bool all;
	bool json;
	const char *name;
	const char *order;
};

static bool is_order(const char *word)
{
	static const char * const orders[] = { "start", "stop", "pause", "resume", "status" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(orders); i++)
		if (!strcmp(word, orders[i]))
			return true;
	return false;
}

/* Return: an exit status; -1 to go on. */
static int parse(struct scrub_options *chosen, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int option;

	while ((option = getopt_long(argc, argv, "ajh", options, NULL)) != -1) {
		if (option == 'a')
			chosen->all = true;
		else if (option == 'j')
			chosen->json = true;
		else
			return option == 'h' ? command_help(&command_scrub) :
					       command_misused(&command_scrub);
	}
	if (!chosen->all) {
		if (optind == argc) {
			complain("Give a set, or --all.");
			return command_misused(&command_scrub);
		}
		chosen->name = argv[optind++];
		chosen->order = "status";
	}
	if (optind < argc)
		chosen->order = argv[optind++];
	if (optind < argc)
		return command_misused(&command_scrub);
	if (chosen->order && !is_order(chosen->order)) {
		complain("\"%s\" is not start, stop, pause, resume or status.", chosen->order);
		return command_misused(&command_scrub);
	}
	if (chosen->json && (!chosen->order || strcmp(chosen->order, "status"))) {
		complain("--json is for status.");
		return command_misused(&command_scrub);
	}
	return -1;
}

static int do_one(const char *device, const char *order)
{
	int status;

	if (!order)
		return scrub_timer(device);
	status = scrub_order(device, order);
	if (!status)
		scrub_timer_forget(device);
	return status;
}

static int scrub_all(const struct scrub_options *chosen)
{
	struct devices devices;
	char *none[] = { NULL };
	int status = devices_find(&devices, none), i;

	if (status)
		return status;
	if (chosen->order && !strcmp(chosen->order, "status"))
		status = scrub_show(devices.name, devices.nr, chosen->json);
	else
		for (i = 0; i < devices.nr; i++)
			status = exit_worst(status, do_one(devices.name[i], chosen->order));
	devices_free(&devices);
	return status;
}

static int scrub_one(const struct scrub_options *chosen)
{
	char device[KERNEL_NAME_SIZE], *names[] = { device };

	if (!device_name_take(chosen->name, device))
		return EXIT_USAGE;
	if (!kernel_has(TREE_CONFIG, device, "")) {
		complain_gone(device);
		return EXIT_OPERATION;
	}
	if (!strcmp(chosen->order, "status"))
		return scrub_show(names, 1, chosen->json);
	return do_one(device, chosen->order);
}

static int run_scrub(int argc, char **argv)
{
	struct scrub_options chosen = {};
	int status = parse(&chosen, argc, argv);

	if (status >= 0)
		return status;
	return chosen.all ? scrub_all(&chosen) : scrub_one(&chosen);
}

const struct command command_scrub = {
	.name = "scrub",
	.arguments = "[--json] {NAME|--all} [start|stop|pause|resume|status]",
	.summary = "read a whole set in the background",
	.help =
	"Reads the whole main of an active set at idle priority. A block that is weak, or slow\n"
	"(errors/slow_ms), moves to the spare while it can still be read; one that cannot be read\n"
	"becomes pending. A run goes on after a reboot. \"status\", the default, says how far it is,\n"
	"when it will be done, and what the last runs found. scrub/rate_kib limits its speed:\n"
	"\"dmremap set NAME scrub/rate_kib=20000\". It looks everywhere early, a MiB of each\n"
	"scrub/region_mib in turn; 0 reads in order, with fewer seeks.\n\n"
	"--all without an order is for a timer: it starts the scrub of each set that is due, as\n"
	"/etc/dm-remap/dm-remap.conf says. \"systemctl enable --now dm-remap-scrub.timer\" has it\n"
	"done each hour.\n\n"
	"  -a, --all   all active sets\n"
	"  -j, --json  print JSON, with status\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 done, 8 an order was refused, 16 wrong usage.\n",
	.run = run_scrub,
};
