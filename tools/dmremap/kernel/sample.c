// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel/sample.h"
#include "lib/message.h"
#include "lib/number.h"

const char * const number_paths[NR_NUMBERS] = {
	[NUMBER_BLOCK_SIZE] = "block_size",
	[NUMBER_REMAPPED] = "remaps/count",
	[NUMBER_CAPACITY] = "remaps/capacity",
	[NUMBER_PENDING] = "remaps/pending",
	[NUMBER_RATE_HOUR] = "remaps/rate_hour",
	[NUMBER_RATE_DAY] = "remaps/rate_day",
	[NUMBER_RATE_MONTH] = "remaps/rate_month",
	[NUMBER_BUCKETS] = "hash/buckets",
	[NUMBER_ENTRIES] = "hash/entries",
	[NUMBER_LOAD_PERCENT] = "hash/load_percent",
	[NUMBER_LONGEST_CHAIN] = "hash/longest_chain",
	[NUMBER_GROWS] = "hash/grows",
	[NUMBER_SHRINKS] = "hash/shrinks",
	[NUMBER_MIN_BUCKETS] = "hash/min_buckets",
	[NUMBER_GROW_PERCENT] = "hash/grow_percent",
	[NUMBER_SHRINK_PERCENT] = "hash/shrink_percent",
	[NUMBER_SPARE_TOTAL] = "spare/total",
	[NUMBER_SPARE_USED] = "spare/used",
	[NUMBER_SPARE_FREE] = "spare/free",
	[NUMBER_SPARE_BAD] = "spare/bad",
	[NUMBER_SPARE_RESERVE] = "spare/reserve",
	[NUMBER_SPARE_LOW_WATER] = "spare/low_water",
	[NUMBER_RATE_WARN] = "errors/rate_warn",
	[NUMBER_RATE_URGENT] = "errors/rate_urgent",
	[NUMBER_GENERATION] = "metadata/generation",
	[NUMBER_REPLICAS] = "metadata/replicas",
	[NUMBER_REPAIRS] = "metadata/repairs",
	[NUMBER_COMMITS] = "metadata/commits",
};

#define RATE	"remaps/rate"

const char * const stat_names[NR_STATS] = {
	[STAT_READS] = "reads",
	[STAT_WRITES] = "writes",
	[STAT_READ_SECTORS] = "read_sectors",
	[STAT_WRITE_SECTORS] = "write_sectors",
	[STAT_FLUSHES] = "flushes",
	[STAT_DISCARDS] = "discards",
	[STAT_REMAPPED_READS] = "remapped_reads",
	[STAT_REMAPPED_WRITES] = "remapped_writes",
	[STAT_MAIN_READ_ERRORS] = "main_read_errors",
	[STAT_MAIN_WRITE_ERRORS] = "main_write_errors",
	[STAT_SPARE_READ_ERRORS] = "spare_read_errors",
	[STAT_SPARE_WRITE_ERRORS] = "spare_write_errors",
	[STAT_RETRIES_RECOVERED] = "retries_recovered",
	[STAT_REMAPS_AUTO] = "remaps_auto",
	[STAT_REMAPS_MANUAL] = "remaps_manual",
	[STAT_REMAPS_REMOVED] = "remaps_removed",
	[STAT_REMAPS_FAILED] = "remaps_failed",
	[STAT_RELOCATIONS] = "relocations",
	[STAT_REMAPS_MARKED] = "remaps_marked",
	[STAT_PENDING_ANSWERS] = "pending_answers",
	[STAT_SECTORS_FORGOTTEN] = "sectors_forgotten",
	[STAT_SLOW_MOVES] = "slow_moves",
	[STAT_VERIFY_ERRORS] = "verify_errors",
	[STAT_REWRITES_TRIED] = "rewrites_tried",
	[STAT_REWRITES_CURED] = "rewrites_cured",
	[STAT_SCRUB_SECTORS] = "scrub_sectors",
	[STAT_PENDING_BLOCKS] = "pending_blocks",
	[STAT_LOST_SECTORS] = "lost_sectors",
	[STAT_HASH_GROWS] = "hash_grows",
	[STAT_HASH_SHRINKS] = "hash_shrinks",
	[STAT_HASH_RESIZE_NS] = "hash_resize_ns",
	[STAT_STORE_COMMITS] = "store_commits",
	[STAT_STORE_PAGES] = "store_pages",
	[STAT_STORE_COMMIT_NS] = "store_commit_ns",
};

const char * const histogram_names[NR_HISTOGRAMS] = {
	[HISTOGRAM_REMAP] = "remap_latency_histogram",
	[HISTOGRAM_MAP] = "map_latency_histogram",
};

void complain_gone(const char *name)
{
	complain("There is no dm-remap device \"%s\". \"dmsetup ls --target remap\" lists them.",
		 name);
}

/*
 * Attributes appear after their directory and may go before it, so retry for a while if one is
 * missing.
 */
#define TRIES		10
#define TRY_NS		20000000

/* The directory exists, but this attribute does not. */
#define SAMPLE_INCOMPLETE	((enum sample_result)-1)
static char missing[PATH_MAX];

/* An attribute could not be read, or is malformed. */
static enum sample_result failed(enum kernel_tree tree, const char *name, const char *attribute,
				 int error)
{
	/* the whole device has gone, not only the attribute */
	if (error == -ENOENT && !kernel_has(tree, name, ""))
		return SAMPLE_GONE;
	if (error == -ENOENT) {
		snprintf(missing, sizeof(missing), "%s", kernel_path(tree, name, attribute));
		return SAMPLE_INCOMPLETE;
	}
	if (error == -EBADMSG)
		complain("%s is malformed. Please report this, with its content.",
			 kernel_path(tree, name, attribute));
	else
		complain("%s cannot be read: %s.", kernel_path(tree, name, attribute),
			 strerror(-error));
	return SAMPLE_BAD;
}

static int read_number(enum kernel_tree tree, const char *name, const char *attribute,
		       uint64_t *value)
{
	char text[KERNEL_TEXT_SIZE];
	const char *end = text;
	int error = kernel_read(tree, name, attribute, text);

	if (error)
		return error;
	return number_take(&end, value) && !*end ? 0 : -EBADMSG;
}

/* A single word, which needs no quoting when it is shown. */
static int read_word(const char *name, const char *attribute, char *word)
{
	char text[KERNEL_TEXT_SIZE];
	int error = kernel_read(TREE_CONFIG, name, attribute, text);
	const char *p;

	if (error)
		return error;
	for (p = text; *p > ' ' && *p < 127 && *p != '"' && *p != '\\'; p++)
		;
	if (*p || p == text || p - text >= SAMPLE_WORD_SIZE)
		return -EBADMSG;
	memcpy(word, text, p - text + 1);
	return 0;
}

static enum sample_result read_words(struct sample *sample)
{
	const struct {
		const char *path;
		char *word;
	} words[] = {
		{ "uuid", sample->uuid },
		{ "main", sample->main },
		{ "spare/device", sample->spare },
		{ "state", sample->state },
	};
	unsigned int i;
	int error;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		error = read_word(sample->name, words[i].path, words[i].word);
		if (error)
			return failed(TREE_CONFIG, sample->name, words[i].path, error);
	}
	return SAMPLE_GOOD;
}

/* The three rates are in one line of one file. */
static int read_rates(struct sample *sample)
{
	uint64_t *rate = &sample->number[NUMBER_RATE_HOUR];
	char text[KERNEL_TEXT_SIZE];
	const char *end = text;
	int error = kernel_read(TREE_CONFIG, sample->name, RATE, text);

	if (error)
		return error;
	if (number_take(&end, &rate[0]) && *end++ == ' ' && number_take(&end, &rate[1]) &&
	    *end++ == ' ' && number_take(&end, &rate[2]) && !*end)
		return 0;
	return -EBADMSG;
}

static bool is_rate(int nr)
{
	return nr >= NUMBER_RATE_HOUR && nr <= NUMBER_RATE_MONTH;
}

bool sample_has(const struct sample *sample, int nr)
{
	if (nr == NUMBER_LONGEST_CHAIN)
		return !sample->chain_hidden;
	return sample->persistent || nr < FIRST_PERSISTENT;
}

static enum sample_result read_numbers(struct sample *sample, int from, int to)
{
	int i, error;

	for (i = from; i < to; i++) {
		if (is_rate(i))
			continue;
		error = read_number(TREE_CONFIG, sample->name, number_paths[i],
				    &sample->number[i]);
		if (error == -EACCES && i == NUMBER_LONGEST_CHAIN) {
			sample->chain_hidden = true;
			continue;
		}
		if (error)
			return failed(TREE_CONFIG, sample->name, number_paths[i], error);
	}
	return SAMPLE_GOOD;
}

static enum sample_result read_metadata(struct sample *sample)
{
	int error;

	sample->persistent = kernel_has(TREE_CONFIG, sample->name, "metadata");
	if (!sample->persistent) {
		snprintf(sample->store, sizeof(sample->store), "transient");
		return SAMPLE_GOOD;
	}
	error = read_word(sample->name, "metadata/state", sample->store);
	if (error)
		return failed(TREE_CONFIG, sample->name, "metadata/state", error);
	return read_numbers(sample, FIRST_PERSISTENT, NR_NUMBERS);
}

static enum sample_result read_stats(struct sample *sample)
{
	char text[KERNEL_TEXT_SIZE];
	int i, error;

	for (i = 0; i < NR_STATS; i++) {
		error = read_number(TREE_STATS, sample->name, stat_names[i], &sample->stat[i]);
		if (error)
			return failed(TREE_STATS, sample->name, stat_names[i], error);
	}
	for (i = 0; i < NR_HISTOGRAMS; i++) {
		error = kernel_read(TREE_STATS, sample->name, histogram_names[i], text);
		if (!error)
			error = histogram_parse(&sample->histogram[i], text);
		if (error)
			return failed(TREE_STATS, sample->name, histogram_names[i], error);
	}
	return SAMPLE_GOOD;
}

static enum sample_result try_take(struct sample *sample, const char *name)
{
	enum sample_result result;
	int error;

	*sample = (struct sample) {};
	snprintf(sample->name, sizeof(sample->name), "%s", name);
	result = read_words(sample);
	if (!result)
		result = read_numbers(sample, 0, FIRST_PERSISTENT);
	error = result ? 0 : read_rates(sample);
	if (error)
		return failed(TREE_CONFIG, sample->name, RATE, error);
	if (!result)
		result = read_metadata(sample);
	if (result)
		return result;
	result = read_stats(sample);
	sample->counted = !result;
	/* the device can exist without the module, but then has no counts */
	return result == SAMPLE_GONE && kernel_has(TREE_CONFIG, name, "") ? SAMPLE_GOOD : result;
}

enum sample_result sample_take(struct sample *sample, const char *name)
{
	const struct timespec pause = { .tv_nsec = TRY_NS };
	enum sample_result result;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		result = try_take(sample, name);
		if (result != SAMPLE_INCOMPLETE)
			return result;
		nanosleep(&pause, NULL);
	}
	complain("There is no %s: dmremap and the modules are of different versions.", missing);
	return SAMPLE_BAD;
}
