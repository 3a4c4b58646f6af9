// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap metrics: print everything about all devices for Prometheus.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "kernel/devices.h"
#include "lib/message.h"
#include "show/metrics.h"

static int take_samples(struct samples *samples)
{
	int status, i;
	struct devices devices;
	char *none = NULL;

	*samples = (struct samples) {};
	status = devices_find(&devices, &none);
	if (status)
		return status;
	samples->sample = calloc(devices.nr + 1, sizeof(*samples->sample));
	if (!samples->sample)
		no_memory();
	for (i = 0; i < devices.nr; i++) {
		switch (sample_take(&samples->sample[samples->nr], devices.name[i])) {
		case SAMPLE_GOOD:
			samples->nr++;
			samples->devices++;
			break;
		case SAMPLE_GONE:
			break;
		case SAMPLE_BAD:
			samples->devices++;
			status = EXIT_OPERATION;
		}
	}
	devices_free(&devices);
	return status;
}

static void print(FILE *out, const struct samples *samples)
{
	metrics_states(out, samples);
	metrics_numbers(out, samples);
	metrics_replace(out, samples);
	metrics_histograms(out, samples);
}

/* Return: 0, or -1 with errno. */
static int print_to(int fd, const struct samples *samples)
{
	FILE *out = fdopen(fd, "w");
	int error;

	if (!out) {
		close(fd);
		return -1;
	}
	print(out, samples);
	error = fflush(out) || fsync(fd) || fchmod(fd, 0644) ? errno : 0;
	fclose(out);
	errno = error;
	return error ? -1 : 0;
}

/* A reader sees either the complete old file or the complete new one. */
static int replace(const char *path, const struct samples *samples)
{
	char *temporary;
	struct stat st;
	int fd, error;

	if (!lstat(path, &st) && !S_ISREG(st.st_mode)) {
		complain("%s is not a regular file, and is not replaced.", path);
		return EXIT_OPERATION;
	}
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		no_memory();
	fd = mkstemp(temporary);
	error = fd < 0 || print_to(fd, samples) || rename(temporary, path) ? errno : 0;
	if (error && fd >= 0)
		unlink(temporary);
	free(temporary);
	if (!error)
		return EXIT_CLEAN;
	complain("%s cannot be written: %s.", path, strerror(error));
	return EXIT_OPERATION;
}

static int metrics(const char *path)
{
	struct samples samples;
	int status = take_samples(&samples);

	if (path && !status)
		status = replace(path, &samples);
	else if (!path && samples.sample)
		print(stdout, &samples);
	free(samples.sample);
	return status;
}

static int run_metrics(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	const char *path = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_metrics);
		if (option != 'o')
			return command_misused(&command_metrics);
		path = optarg;
	}
	if (optind < argc) {
		complain("The metrics are always those of all devices.");
		return command_misused(&command_metrics);
	}
	return metrics(path);
}

const struct command command_metrics = {
	.name = "metrics",
	.arguments = "[--output FILE]",
	.summary = "print the state and the counts of all devices for Prometheus",
	.help =
	"Prints Prometheus's text format. Counts and histograms are those of the module\n"
	"dm_remap_stats; while it is not loaded the rest is printed, and dm_remap_counted is 0.\n\n"
	"  -o, --output FILE  replace FILE at once with all of it, or leave it as it is\n"
	"  -h, --help         print this\n\n"
	"Exit status: 0 all was printed, 8 a device cannot be read, or FILE not written,\n"
	"16 wrong usage.\n",
	.run = run_metrics,
};
