/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A snapshot of everything that the kernel shows of a device.
 */
#ifndef _DMREMAP_SAMPLE_H
#define _DMREMAP_SAMPLE_H

#include "kernel/histogram.h"
#include "kernel/kernel.h"

/* Numbers in configfs; number_paths[] has their names, which are paths, except for the rates. */
enum sample_number {
	NUMBER_BLOCK_SIZE,
	NUMBER_REMAPPED,
	NUMBER_CAPACITY,
	NUMBER_PENDING,
	NUMBER_RATE_HOUR,
	NUMBER_RATE_DAY,
	NUMBER_RATE_MONTH,
	NUMBER_BUCKETS,
	NUMBER_ENTRIES,
	NUMBER_LOAD_PERCENT,
	NUMBER_LONGEST_CHAIN,
	NUMBER_GROWS,
	NUMBER_SHRINKS,
	NUMBER_MIN_BUCKETS,
	NUMBER_GROW_PERCENT,
	NUMBER_SHRINK_PERCENT,
	NUMBER_SPARE_TOTAL,
	NUMBER_SPARE_USED,
	NUMBER_SPARE_FREE,
	NUMBER_SPARE_BAD,
	NUMBER_SPARE_RESERVE,
	NUMBER_SPARE_LOW_WATER,
	NUMBER_RATE_WARN,
	NUMBER_RATE_URGENT,
	/* of persistent sets only */
	NUMBER_GENERATION,
	NUMBER_REPLICAS,
	NUMBER_REPAIRS,
	NUMBER_COMMITS,
	NR_NUMBERS,
	FIRST_PERSISTENT = NUMBER_GENERATION,
};

/* Files in stats/; their names are in stat_names[]. */
enum sample_stat {
	STAT_READS,
	STAT_WRITES,
	STAT_READ_SECTORS,
	STAT_WRITE_SECTORS,
	STAT_FLUSHES,
	STAT_DISCARDS,
	STAT_REMAPPED_READS,
	STAT_REMAPPED_WRITES,
	STAT_MAIN_READ_ERRORS,
	STAT_MAIN_WRITE_ERRORS,
	STAT_SPARE_READ_ERRORS,
	STAT_SPARE_WRITE_ERRORS,
	STAT_RETRIES_RECOVERED,
	STAT_REMAPS_AUTO,
	STAT_REMAPS_MANUAL,
	STAT_REMAPS_REMOVED,
	STAT_REMAPS_FAILED,
	STAT_RELOCATIONS,
	STAT_REMAPS_MARKED,
	STAT_PENDING_ANSWERS,
	STAT_SECTORS_FORGOTTEN,
	STAT_SLOW_MOVES,
	STAT_VERIFY_ERRORS,
	STAT_REWRITES_TRIED,
	STAT_REWRITES_CURED,
	STAT_SCRUB_SECTORS,
	STAT_PENDING_BLOCKS,
	STAT_LOST_SECTORS,
	STAT_HASH_GROWS,
	STAT_HASH_SHRINKS,
	STAT_HASH_RESIZE_NS,
	STAT_STORE_COMMITS,
	STAT_STORE_PAGES,
	STAT_STORE_COMMIT_NS,
	NR_STATS,
};

enum sample_histogram {
	HISTOGRAM_REMAP,
	HISTOGRAM_MAP,
	NR_HISTOGRAMS,
};

extern const char * const number_paths[NR_NUMBERS];
extern const char * const stat_names[NR_STATS];
extern const char * const histogram_names[NR_HISTOGRAMS];

/* Longest word that is kept, including the NUL. */
#define SAMPLE_WORD_SIZE	64

/**
 * struct sample - the state and the counters of a device.
 * @name: its name.
 * @uuid: of the set.
 * @main: number of the main, MAJOR:MINOR.
 * @spare: number of the spare.
 * @state: the state of the device.
 * @store: state of the store; "transient" if nothing is stored on disk.
 * @persistent: the set is persistent.
 * @number: by &enum sample_number; sample_has() tells which are valid.
 * @chain_hidden: only root may read the longest chain, since that walks the whole table.
 * @counted: the module dm_remap_stats is loaded, so the following fields are valid.
 * @stat: by &enum sample_stat.
 * @histogram: by &enum sample_histogram.
 */
struct sample {
	char name[KERNEL_NAME_SIZE];
	char uuid[SAMPLE_WORD_SIZE];
	char main[SAMPLE_WORD_SIZE];
	char spare[SAMPLE_WORD_SIZE];
	char state[SAMPLE_WORD_SIZE];
	char store[SAMPLE_WORD_SIZE];
	bool persistent;
	uint64_t number[NR_NUMBERS];
	bool chain_hidden;
	bool counted;
	uint64_t stat[NR_STATS];
	struct histogram histogram[NR_HISTOGRAMS];
};

enum sample_result {
	SAMPLE_GOOD,
	SAMPLE_GONE,	/* there is no such device */
	SAMPLE_BAD,	/* it cannot be read, and an error has been printed */
};

/**
 * sample_take() - take a sample of a device.
 * @sample: filled in.
 * @name: name of the device.
 *
 * Return: the result.
 */
enum sample_result sample_take(struct sample *sample, const char *name);

/**
 * sample_has() - whether a number is in a sample.
 * @sample: the sample.
 * @nr: its &enum sample_number.
 */
bool sample_has(const struct sample *sample, int nr);

/**
 * complain_gone() - report that a named device does not exist.
 * @name: its name.
 */
void complain_gone(const char *name);

#endif /* _DMREMAP_SAMPLE_H */
