// SPDX-License-Identifier: GPL-2.0
#include "show/metrics.h"

enum unit {
	UNIT_ONE,
	UNIT_SECTORS,	/* shown in bytes */
	UNIT_NS,	/* shown in seconds */
};

/**
 * struct metric - a metric of a device.
 * @name: name of the metric; entries with the same name are adjacent.
 * @help: a sentence, only in the first entry of a name.
 * @label: label that distinguishes entries with the same name, or %NULL.
 * @tree: the source of the number.
 * @nr: its &enum sample_number or &enum sample_stat.
 * @unit: its unit there.
 * @counter: it never decreases.
 */
struct metric {
	const char *name;
	const char *help;
	const char *label;
	enum kernel_tree tree;
	int nr;
	enum unit unit;
	bool counter;
};

#define GAUGE(name, nr, help) \
	{ "dm_remap_" name, help, NULL, TREE_CONFIG, NUMBER_##nr, UNIT_ONE, false }
#define LABELLED_GAUGE(name, label, nr, help) \
	{ "dm_remap_" name, help, label, TREE_CONFIG, NUMBER_##nr, UNIT_ONE, false }
#define COUNTER(name, nr, unit, help) \
	{ "dm_remap_" name "_total", help, NULL, TREE_STATS, STAT_##nr, UNIT_##unit, true }
#define LABELLED(name, label, nr, help) \
	{ "dm_remap_" name "_total", help, label, TREE_STATS, STAT_##nr, UNIT_ONE, true }

static const struct metric metrics[] = {
	GAUGE("block_size_bytes", BLOCK_SIZE, "Size of a block, the unit of remapping."),
	GAUGE("capacity_blocks", CAPACITY, "Blocks that could be remapped if none was bad."),
	GAUGE("remapped_blocks", REMAPPED, "Blocks that are remapped."),
	GAUGE("pending_blocks", PENDING, "Blocks that could not be read and wait for a write."),
	LABELLED_GAUGE("failed_blocks", "window=\"hour\"", RATE_HOUR,
		       "Blocks that failed in the last hour, day and 30 days."),
	LABELLED_GAUGE("failed_blocks", "window=\"day\"", RATE_DAY, NULL),
	LABELLED_GAUGE("failed_blocks", "window=\"month\"", RATE_MONTH, NULL),
	GAUGE("rate_warn_blocks", RATE_WARN,
	      "Blocks that fail in an hour on a disk that is going; 0 for any number."),
	GAUGE("rate_urgent_blocks", RATE_URGENT,
	      "Blocks that fail in an hour on a disk that is to be copied at once."),
	GAUGE("spare_used_blocks", SPARE_USED, "Spare blocks of remapped and of pending blocks."),
	GAUGE("spare_free_blocks", SPARE_FREE, "Spare blocks that are neither used nor bad."),
	GAUGE("spare_bad_blocks", SPARE_BAD, "Spare blocks that failed."),
	GAUGE("spare_reserve_blocks", SPARE_RESERVE,
	      "Free spare blocks that automatic remaps may not take."),
	GAUGE("spare_low_water_blocks", SPARE_LOW_WATER,
	      "Free spare blocks that are few enough for a warning."),
	GAUGE("hash_buckets", BUCKETS, "Buckets of the hash table."),
	GAUGE("hash_entries", ENTRIES, "Entries of the hash table."),
	GAUGE("hash_longest_chain", LONGEST_CHAIN, "Entries in the fullest bucket."),
	GAUGE("store_generation", GENERATION,
	      "Changes that were made durable since the set was made."),
	GAUGE("store_replicas", REPLICAS, "Copies of the remap table that are whole."),
	{ "dm_remap_store_repairs_total", "Pages written anew from another copy of the table.",
	  NULL, TREE_CONFIG, NUMBER_REPAIRS, UNIT_ONE, true },
	{ "dm_remap_lost_sectors", "Sectors whose data is lost.",
	  NULL, TREE_STATS, STAT_LOST_SECTORS, UNIT_ONE, false },
	COUNTER("reads", READS, ONE, "Reads of the device."),
	COUNTER("writes", WRITES, ONE, "Writes to the device."),
	COUNTER("read_bytes", READ_SECTORS, SECTORS, "Bytes read from the device."),
	COUNTER("written_bytes", WRITE_SECTORS, SECTORS, "Bytes written to the device."),
	COUNTER("flushes", FLUSHES, ONE, "Flushes of the device."),
	COUNTER("discards", DISCARDS, ONE, "Discards of the device."),
	COUNTER("remapped_reads", REMAPPED_READS, ONE, "Reads that went to the spare."),
	COUNTER("remapped_writes", REMAPPED_WRITES, ONE, "Writes that went to the spare."),
	LABELLED("errors", "disk=\"main\",operation=\"read\"", MAIN_READ_ERRORS,
		 "Requests that a disk failed."),
	LABELLED("errors", "disk=\"main\",operation=\"write\"", MAIN_WRITE_ERRORS, NULL),
	LABELLED("errors", "disk=\"spare\",operation=\"read\"", SPARE_READ_ERRORS, NULL),
	LABELLED("errors", "disk=\"spare\",operation=\"write\"", SPARE_WRITE_ERRORS, NULL),
	COUNTER("retries_recovered", RETRIES_RECOVERED, ONE,
		"Failures of the main that a retry made good."),
	LABELLED("remaps", "cause=\"automatic\"", REMAPS_AUTO, "Blocks that were remapped."),
	LABELLED("remaps", "cause=\"manual\"", REMAPS_MANUAL, NULL),
	COUNTER("remaps_removed", REMAPS_REMOVED, ONE, "Remaps undone by hand."),
	COUNTER("remaps_failed", REMAPS_FAILED, ONE, "Blocks that could not be remapped."),
	COUNTER("relocations", RELOCATIONS, ONE,
		"Blocks moved from one spare block to another."),
	COUNTER("remaps_marked", REMAPS_MARKED, ONE, "Blocks that became pending by hand."),
	COUNTER("pending_answers", PENDING_ANSWERS, ONE,
		"Reads of pending blocks that failed without asking the main again."),
	COUNTER("forgotten_sectors", SECTORS_FORGOTTEN, ONE, "Sectors given up by hand."),
	COUNTER("slow_moves", SLOW_MOVES, ONE, "Blocks moved because the main read them slowly."),
	COUNTER("verify_errors", VERIFY_ERRORS, ONE, "Writes that did not read back as written."),
	COUNTER("rewrites_tried", REWRITES_TRIED, ONE,
		"Pending blocks whose first write was tried on the main."),
	COUNTER("rewrites_cured", REWRITES_CURED, ONE,
		"Pending blocks that the main took and kept."),
	COUNTER("scrubbed_bytes", SCRUB_SECTORS, SECTORS, "Bytes that scrubs have read."),
	LABELLED("hash_resizes", "direction=\"grow\"", HASH_GROWS, "Resizes of the hash table."),
	LABELLED("hash_resizes", "direction=\"shrink\"", HASH_SHRINKS, NULL),
	COUNTER("hash_resize_seconds", HASH_RESIZE_NS, NS,
		"Time that resizes of the hash table took."),
	COUNTER("store_commits", STORE_COMMITS, ONE, "Commits of the store."),
	COUNTER("store_pages", STORE_PAGES, ONE, "Pages that the store wrote."),
	COUNTER("store_commit_seconds", STORE_COMMIT_NS, NS, "Time that commits took."),
};

static bool has_metric(const struct sample *sample, const struct metric *metric)
{
	if (metric->tree == TREE_STATS)
		return sample->counted;
	return sample_has(sample, metric->nr);
}

static void print_value(FILE *out, uint64_t value, enum unit unit)
{
	if (unit == UNIT_NS)
		fprintf(out, " %llu.%09llu\n", (unsigned long long)value / 1000000000,
			(unsigned long long)value % 1000000000);
	else if (unit == UNIT_SECTORS)
		fprintf(out, " %.0Lf\n", (long double)value * 512);
	else
		fprintf(out, " %llu\n", (unsigned long long)value);
}

static void print_metric(FILE *out, const struct samples *samples, const struct metric *metric)
{
	const struct sample *sample;
	int i;

	for (i = 0; i < samples->nr; i++) {
		sample = &samples->sample[i];
		if (!has_metric(sample, metric))
			continue;
		metrics_device(out, metric->name, sample);
		if (metric->label)
			fprintf(out, ",%s", metric->label);
		putc('}', out);
		print_value(out, metric->tree == TREE_STATS ? sample->stat[metric->nr] :
							      sample->number[metric->nr],
			    metric->unit);
	}
}

void metrics_numbers(FILE *out, const struct samples *samples)
{
	const struct metric *metric;

	for (metric = metrics; metric < metrics + ARRAY_SIZE(metrics); metric++) {
		if (metric->help)
			metrics_family(out, metric->name, metric->counter ? "counter" : "gauge",
				       metric->help);
		print_metric(out, samples, metric);
	}
}
