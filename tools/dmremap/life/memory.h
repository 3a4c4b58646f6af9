/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events that a monitor has reported, for its successor: a file in /run, so that
 * each boot begins anew.
 *
 * A line for each set: its uuid (its name if it has none), its state, since when, and numbers.
 */
#ifndef _DMREMAP_MEMORY_H
#define _DMREMAP_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/encode.h"

#define MEMORY_FILE	"/run/dm-remap/monitor"

/**
 * struct memory_set - a set.
 * @key: its uuid, or its name if it has none.
 * @state: as status has it.
 * @since: since when, in seconds since 1970; 0 if that is not known.
 * @was_active: it is active, or was since the system started.
 * @low: its spare is low.
 * @filling: its spare will soon be full.
 * @moved: blocks.
 * @pending: blocks.
 * @lost: sectors.
 */
struct memory_set {
	char key[ENCODED_NAME_SIZE];
	char state[64];
	uint64_t since;
	bool was_active;
	bool low;
	bool filling;
	uint64_t moved;
	uint64_t pending;
	uint64_t lost;
};

/**
 * struct memory - all sets; all zero for none.
 * @set: an array.
 * @nr: number of entries.
 */
struct memory {
	struct memory_set *set;
	int nr;
};

/* Read the file; no sets if it is missing or malformed. */
void memory_read(struct memory *memory);

/**
 * memory_write() - write the file.
 * @memory: what.
 *
 * Prints an error if it cannot be written: the next monitor repeats some reports.
 */
void memory_write(const struct memory *memory);

void memory_free(struct memory *memory);

/* The set with a key, or NULL. */
struct memory_set *memory_find(const struct memory *memory, const char *key);

/* Remember a set, replacing its former record. */
void memory_put(struct memory *memory, const struct memory_set *set);

/**
 * memory_lock() - be the only monitor.
 *
 * Prints an error if there is another one.
 *
 * Return: whether this is the only one; it is until the program ends.
 */
bool memory_lock(void);

#endif /* _DMREMAP_MEMORY_H */
