// SPDX-License-Identifier: GPL-2.0
#include "sets/replace-by.h"
#include "show/metrics.h"

#define NAME	"dm_remap_replace_by_timestamp_seconds"

void metrics_replace(FILE *out, const struct samples *samples)
{
	const struct sample *sample;
	struct replace_by by;
	int i;

	metrics_family(out, NAME, "gauge",
		       "By when the main should be replaced, since 1970; none if nothing says so.");
	for (i = 0; i < samples->nr; i++) {
		sample = &samples->sample[i];
		if (!replace_by_find(&by, sample->name, sample->uuid, sample->main))
			continue;
		metrics_device(out, NAME, sample);
		fprintf(out, "} %lld\n", (long long)by.when);
	}
}
