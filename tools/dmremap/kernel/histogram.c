// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kernel/histogram.h"
#include "lib/number.h"

static bool parse_bound(const char **text, uint64_t *bound)
{
	if (!strncmp(*text, "inf", 3)) {
		*text += 3;
		*bound = HISTOGRAM_INFINITY;
		return true;
	}
	return number_take(text, bound);
}

int histogram_parse(struct histogram *histogram, const char *text)
{
	uint64_t bound, count;
	unsigned int nr = 0;

	while (*text) {
		if (!parse_bound(&text, &bound) || *text++ != ' ' || !number_take(&text, &count))
			return -EBADMSG;
		if (*text && *text++ != '\n')
			return -EBADMSG;
		if (nr == HISTOGRAM_LINES || (nr && bound <= histogram->line[nr - 1].bound))
			return -EBADMSG;
		histogram->line[nr].bound = bound;
		histogram->line[nr++].count = count;
	}
	histogram->nr = nr;
	return 0;
}

uint64_t histogram_total(const struct histogram *histogram)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < histogram->nr; i++)
		total += histogram->line[i].count;
	return total;
}

static uint64_t count_of(const struct histogram *histogram, uint64_t bound)
{
	unsigned int i;

	for (i = 0; i < histogram->nr; i++)
		if (histogram->line[i].bound == bound)
			return histogram->line[i].count;
	return 0;
}

void histogram_since(struct histogram *result, const struct histogram *now,
		     const struct histogram *before)
{
	unsigned int i;

	*result = *now;
	for (i = 0; i < before->nr; i++)
		if (before->line[i].count > count_of(now, before->line[i].bound))
			return;
	for (i = 0; i < now->nr; i++)
		result->line[i].count -= count_of(before, now->line[i].bound);
}

uint64_t histogram_quantile(const struct histogram *histogram, unsigned int percent)
{
	uint64_t total = histogram_total(histogram), wanted, sum = 0;
	unsigned int i;

	/* round up, and avoid overflow */
	wanted = total / 100 * percent + (total % 100 * percent + 99) / 100;
	for (i = 0; i < histogram->nr - 1; i++) {
		sum += histogram->line[i].count;
		if (sum >= wanted)
			break;
	}
	return histogram->line[i].bound;
}
