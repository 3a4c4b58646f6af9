/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a set's scrub in the kernel.
 */
#ifndef _DMREMAP_SCRUB_RUN_H
#define _DMREMAP_SCRUB_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* Number of runs that the kernel remembers. */
#define SCRUB_RUNS_MAX	16

/**
 * struct scrub_run - a finished run.
 * @ended_s: its end in seconds since the epoch.
 * @took_s: its duration in seconds.
 * @sectors: sectors that it read.
 * @moved: blocks that it moved.
 * @pending: blocks that it could not read.
 */
struct scrub_run {
	uint64_t ended_s;
	uint64_t took_s;
	uint64_t sectors;
	uint64_t moved;
	uint64_t pending;
};

/**
 * struct scrub - the scrub of a set.
 * @state: idle, running or paused.
 * @position: the next sector.
 * @size: size of the set in sectors; 0 if unknown.
 * @rate_kib: speed limit in KiB/s; 0 for none.
 * @nr_runs: number of @runs.
 * @runs: finished runs, newest first.
 */
struct scrub {
	char state[KERNEL_TEXT_SIZE];
	uint64_t position;
	uint64_t size;
	uint64_t rate_kib;
	int nr_runs;
	struct scrub_run runs[SCRUB_RUNS_MAX];
};

/**
 * scrub_read() - read the state from the kernel.
 * @scrub: filled in.
 * @device: name of the device.
 *
 * Prints an error on failure.
 * Return: an exit status.
 */
int scrub_read(struct scrub *scrub, const char *device);

/* Whether a scrub is in a given state. */
bool scrub_is(const struct scrub *scrub, const char *state);

/**
 * scrub_order() - write a word to the control attribute.
 * @device: name of the device.
 * @order: start, stop, pause or resume.
 *
 * Prints an error if the kernel refuses it.
 * Return: an exit status.
 */
int scrub_order(const char *device, const char *order);

#endif /* _DMREMAP_SCRUB_RUN_H */
