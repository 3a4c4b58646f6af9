// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "kernel/histogram.h"
#include "lib/util.h"
#include "show/human.h"

/* Format with three digits; @units are @step apart, and the first has no fraction. */
static const char *print(char *text, double value, const char * const *units, unsigned int nr,
			 unsigned int step)
{
	unsigned int i = 0;

	/* from here on rounding would give four digits */
	while (i < nr - 1 && value >= step - 0.5) {
		value /= step;
		i++;
	}
	snprintf(text, HUMAN_SIZE, "%.*f %s",
		 !i || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value, units[i]);
	return text;
}

const char *human_ns(char *text, uint64_t ns)
{
	static const char * const units[] = { "ns", "us", "ms", "s" };

	if (ns == HISTOGRAM_INFINITY) {
		snprintf(text, HUMAN_SIZE, "inf");
		return text;
	}
	return print(text, ns, units, ARRAY_SIZE(units), 1000);
}

const char *human_bytes(char *text, double bytes)
{
	static const char * const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

	return print(text, bytes, units, ARRAY_SIZE(units), 1024);
}
