// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel does not sum up the values in its histograms, so there are no _sum series. Prometheus
 * does not need them for quantiles and counts.
 */
#include "show/metrics.h"

static const struct {
	const char *name;
	const char *help;
} histograms[NR_HISTOGRAMS] = {
	[HISTOGRAM_REMAP] = {
		"dm_remap_remap_duration_seconds",
		"How long it took to remap a block, from the failure on.",
	},
	[HISTOGRAM_MAP] = {
		"dm_remap_map_duration_seconds",
		"How long it took to find where a request goes.",
	},
};

static void print_line(FILE *out, int nr, const char *suffix, const struct sample *sample)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", histograms[nr].name, suffix);
	metrics_device(out, name, sample);
}

static void print_histogram(FILE *out, int nr, const struct sample *sample)
{
	const struct histogram *histogram = &sample->histogram[nr];
	unsigned long long sum = 0, bound;
	unsigned int i;

	for (i = 0; i < histogram->nr; i++) {
		bound = histogram->line[i].bound;
		sum += histogram->line[i].count;
		if (bound == HISTOGRAM_INFINITY)
			break;
		print_line(out, nr, "bucket", sample);
		fprintf(out, ",le=\"%llu.%09llu\"} %llu\n", bound / 1000000000,
			bound % 1000000000, sum);
	}
	print_line(out, nr, "bucket", sample);
	fprintf(out, ",le=\"+Inf\"} %llu\n", sum);
	print_line(out, nr, "count", sample);
	fprintf(out, "} %llu\n", sum);
}

void metrics_histograms(FILE *out, const struct samples *samples)
{
	int nr, i;

	for (nr = 0; nr < NR_HISTOGRAMS; nr++) {
		metrics_family(out, histograms[nr].name, "histogram", histograms[nr].help);
		for (i = 0; i < samples->nr; i++)
			if (samples->sample[i].counted)
				print_histogram(out, nr, &samples->sample[i]);
	}
}
