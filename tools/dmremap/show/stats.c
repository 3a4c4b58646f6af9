// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap stats: show or reset the counters.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "command.h"
#include "kernel/devices.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "show/stats.h"

static int complain_uncounted(const char *name)
{
	complain("%s: nothing is counted, because the module dm_remap_stats is not loaded. Run \"modprobe dm_remap_stats\".",
		 name);
	return EXIT_OPERATION;
}

static int gone(const struct devices *devices, const char *name)
{
	if (!devices->named)
		return EXIT_CLEAN;
	complain_gone(name);
	return EXIT_OPERATION;
}

static int show(const struct devices *devices, bool json)
{
	int status = EXIT_CLEAN, i;
	struct sample sample;

	if (json) {
		json_out_begin();
		json_out_array("devices");
	} else if (!devices->nr) {
		complain("There are no dm-remap devices.");
	}
	for (i = 0; i < devices->nr; i++) {
		switch (sample_take(&sample, devices->name[i])) {
		case SAMPLE_GONE:
			status |= gone(devices, devices->name[i]);
			break;
		case SAMPLE_BAD:
			status = EXIT_OPERATION;
			break;
		case SAMPLE_GOOD:
			if (json)
				stats_json(&sample);
			else
				stats_text(&sample);
			if (!sample.counted)
				status = complain_uncounted(sample.name);
		}
	}
	if (json) {
		json_out_array_end();
		json_out_end();
	}
	return status;
}

static int reset_one(const struct devices *devices, const char *name)
{
	int error;

	if (!kernel_has(TREE_CONFIG, name, ""))
		return gone(devices, name);
	if (!kernel_has(TREE_STATS, name, ""))
		return complain_uncounted(name);
	error = kernel_write(TREE_STATS, name, "reset", "1");
	if (!error)
		return EXIT_CLEAN;
	complain("%s cannot be written: %s.", kernel_path(TREE_STATS, name, "reset"),
		 strerror(-error));
	return EXIT_OPERATION;
}

static int reset(const struct devices *devices)
{
	int status = EXIT_CLEAN, i;

	for (i = 0; i < devices->nr; i++)
		status |= reset_one(devices, devices->name[i]);
	return status;
}

static int run_stats(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "reset", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool json = false, zero = false;
	struct devices devices;
	int option, status;

	while ((option = getopt_long(argc, argv, "jrh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_stats);
		if (option != 'j' && option != 'r')
			return command_misused(&command_stats);
		json |= option == 'j';
		zero |= option == 'r';
	}
	if (json && zero) {
		complain("--reset prints nothing, so it does not go with --json.");
		return command_misused(&command_stats);
	}
	status = devices_find(&devices, argv + optind);
	if (status)
		return status;
	status = zero ? reset(&devices) : show(&devices, json);
	devices_free(&devices);
	return status;
}

const struct command command_stats = {
	.name = "stats",
	.arguments = "[--json | --reset] [DEVICE...]",
	.summary = "show the state of devices and what has been counted",
	.help =
	"Shows the state of all dm-remap devices, or of those named, and the counts and\n"
	"histograms that the module dm_remap_stats keeps.\n\n"
	"  -j, --json   print JSON\n"
	"  -r, --reset  set the counts and histograms to 0 and print nothing\n"
	"  -h, --help   print this\n\n"
	"Exit status: 0 all was shown or reset, 8 a device does not exist, cannot be read, or\n"
	"has no counts because the module is not loaded, 16 wrong usage.\n",
	.run = run_stats,
};
