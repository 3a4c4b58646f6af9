// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "kernel/blockdev.h"
#include "lib/plural.h"
#include "lib/util.h"
#include "sets/active.h"
#include "show/human.h"
#include "show/top.h"

#define BAR	20

/* The current and the previous sample of a device. */
struct pair {
	const struct sample *now;
	const struct sample *before;
	double seconds;
};

/* If a counter is lower than before it was reset, and counts from zero. */
static double rate(const struct pair *pair, enum sample_stat stat)
{
	uint64_t now = pair->now->stat[stat], before = pair->before->stat[stat];

	return (now < before ? now : now - before) / pair->seconds;
}

static bool has_rates(const struct pair *pair)
{
	return pair->before && pair->before->counted && pair->seconds > 0;
}

/* The rate of one counter, or of the sum of two. */
static const char *rate_text(char *text, const struct pair *pair, enum sample_stat first,
			     enum sample_stat second)
{
	double value;

	if (!has_rates(pair))
		return "-";
	value = rate(pair, first);
	if (second != first)
		value += rate(pair, second);
	snprintf(text, HUMAN_SIZE, value && value < 9.95 ? "%.1f/s" : "%.0f/s", value);
	return text;
}

static const char *throughput(char *text, const struct pair *pair, enum sample_stat stat)
{
	if (!has_rates(pair))
		return "-";
	human_bytes(text, rate(pair, stat) * 512);
	return strcat(text, "/s");
}

/* Use the counts since the last sample; if there are none, use all counts. */
static void put_latency(FILE *out, const struct pair *pair, enum sample_histogram nr,
			const char *name)
{
	const struct histogram *now = &pair->now->histogram[nr];
	struct histogram histogram = *now;
	char median[HUMAN_SIZE], most[HUMAN_SIZE];
	const char *when = " so far";

	if (has_rates(pair)) {
		histogram_since(&histogram, now, &pair->before->histogram[nr]);
		when = "";
		if (!histogram_total(&histogram)) {
			histogram = *now;
			when = " so far";
		}
	}
	if (!histogram_total(&histogram)) {
		fprintf(out, "%s -", name);
		return;
	}
	human_ns(median, histogram_quantile(&histogram, 50));
	human_ns(most, histogram_quantile(&histogram, 99));
	fprintf(out, "%s 50%% %s, 99%% %s%s", name, median, most, when);
}

static void put_name(FILE *out, const char *name)
{
	for (; *name; name++)
		putc((unsigned char)*name < ' ' || *name == 127 ? '?' : *name, out);
}

static const char *colour(const char *state)
{
	if (!strcmp(state, "ok"))
		return "\033[32m";
	if (!strcmp(state, "degraded") || !strcmp(state, "read-only"))
		return "\033[33m";
	return "\033[1;31m";
}

static void put_disk(FILE *out, const char *role, const char *number)
{
	struct blockdev dev;

	fprintf(out, ", %s %s%s", role, blockdev_name(&dev, number),
		blockdev_gone(number) ? " (gone)" : "");
}

/* The state does not tell, and rates of 0 look like idle users. */
static void put_suspended(FILE *out, const struct sample *sample, bool colours)
{
	struct active active;

	if (active_find(&active, sample->name) && active.suspended)
		fprintf(out, "%s%s%s, ", colours ? colour("suspended") : "", "suspended",
			colours ? "\033[0m" : "");
}

static void put_head(FILE *out, const struct sample *sample, bool colours)
{
	putc('\n', out);
	put_name(out, sample->name);
	fputs(": ", out);
	put_suspended(out, sample, colours);
	fprintf(out, "%s%s%s, store %s", colours ? colour(sample->state) : "", sample->state,
		colours ? "\033[0m" : "", sample->store);
	put_disk(out, "main", sample->main);
	put_disk(out, "spare", sample->spare);
	putc('\n', out);
}

static void put_spare(FILE *out, const struct sample *sample)
{
	uint64_t total = sample->number[NUMBER_SPARE_TOTAL];
	uint64_t taken = sample->number[NUMBER_SPARE_FREE] < total ?
			 total - sample->number[NUMBER_SPARE_FREE] : 0;
	double part = total ? (double)taken / total : 0;
	/* show at least one character for a nonzero share */
	int marks = taken ? 1 + part * (BAR - 1) : 0;

	fprintf(out, "  spare    [%.*s%.*s] %.0f%% in use: %llu of %llu, %llu bad, %llu free\n",
		marks, "####################", BAR - marks, "....................", part * 100,
		(unsigned long long)sample->number[NUMBER_SPARE_USED], (unsigned long long)total,
		(unsigned long long)sample->number[NUMBER_SPARE_BAD],
		(unsigned long long)sample->number[NUMBER_SPARE_FREE]);
	fprintf(out, "  blocks   %llu remapped, %llu pending",
		(unsigned long long)sample->number[NUMBER_REMAPPED],
		(unsigned long long)sample->number[NUMBER_PENDING]);
	if (sample->counted)
		fprintf(out, ", %llu sector%s lost", LLU(sample->stat[STAT_LOST_SECTORS]),
			plural(sample->stat[STAT_LOST_SECTORS]));
	putc('\n', out);
}

static void put_requests(FILE *out, const struct pair *pair)
{
	char a[HUMAN_SIZE], b[HUMAN_SIZE], c[HUMAN_SIZE];

	fprintf(out, "  reads    %s, %s, %s on the spare\n",
		rate_text(a, pair, STAT_READS, STAT_READS),
		throughput(b, pair, STAT_READ_SECTORS),
		rate_text(c, pair, STAT_REMAPPED_READS, STAT_REMAPPED_READS));
	fprintf(out, "  writes   %s, %s, %s on the spare\n",
		rate_text(a, pair, STAT_WRITES, STAT_WRITES),
		throughput(b, pair, STAT_WRITE_SECTORS),
		rate_text(c, pair, STAT_REMAPPED_WRITES, STAT_REMAPPED_WRITES));
}

static void put_errors(FILE *out, const struct pair *pair)
{
	const uint64_t *stat = pair->now->stat;
	char a[HUMAN_SIZE], b[HUMAN_SIZE];

	fprintf(out, "  errors   main %s, spare %s; so far %llu and %llu, %llu recovered\n",
		rate_text(a, pair, STAT_MAIN_READ_ERRORS, STAT_MAIN_WRITE_ERRORS),
		rate_text(b, pair, STAT_SPARE_READ_ERRORS, STAT_SPARE_WRITE_ERRORS),
		(unsigned long long)(stat[STAT_MAIN_READ_ERRORS] + stat[STAT_MAIN_WRITE_ERRORS]),
		(unsigned long long)(stat[STAT_SPARE_READ_ERRORS] + stat[STAT_SPARE_WRITE_ERRORS]),
		(unsigned long long)stat[STAT_RETRIES_RECOVERED]);
	fprintf(out, "  remaps   %s by themselves, %s by hand; so far %llu and %llu, %llu failed\n",
		rate_text(a, pair, STAT_REMAPS_AUTO, STAT_REMAPS_AUTO),
		rate_text(b, pair, STAT_REMAPS_MANUAL, STAT_REMAPS_MANUAL),
		(unsigned long long)stat[STAT_REMAPS_AUTO],
		(unsigned long long)stat[STAT_REMAPS_MANUAL],
		(unsigned long long)stat[STAT_REMAPS_FAILED]);
}

void top_device(FILE *out, const struct sample *now, const struct sample *before,
		double seconds, bool colours)
{
	const struct pair pair = { now, before, seconds };

	put_head(out, now, colours);
	put_spare(out, now);
	if (!now->counted) {
		fputs("  nothing is counted: run \"modprobe dm_remap_stats\"\n", out);
		return;
	}
	put_requests(out, &pair);
	put_errors(out, &pair);
	fputs("  latency  ", out);
	put_latency(out, &pair, HISTOGRAM_MAP, "map");
	fputs("; ", out);
	put_latency(out, &pair, HISTOGRAM_REMAP, "remap");
	putc('\n', out);
}

void top_missing(FILE *out, const char *name)
{
	putc('\n', out);
	put_name(out, name);
	fputs(": not there\n", out);
}
