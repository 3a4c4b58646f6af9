/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remembers what a monitor has reported, for the next monitor process. There is a file for each way
 * to report, in /run, so that each boot starts afresh.
 *
 * A file has a line for each set: its uuid (its name if it has none), its state, the time of the
 * last change, and numbers.
 */
#ifndef _DMREMAP_MEMORY_H
#define _DMREMAP_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/encode.h"

#define MEMORY_FILE	"/run/dm-remap/monitor"		/* what a look has found */
#define MEMORY_MAIL	"/run/dm-remap/monitor-mail"	/* what was sent by mail */

/**
 * struct memory_set - a set.
 * @key: its uuid, or its name if it has none.
 * @state: its state, as in status.
 * @since: when it entered this state, in seconds since 1970; 0 if unknown.
 * @was_active: it is active, or has been active since boot.
 * @low: its spare is low.
 * @filling: its spare will soon be full.
 * @moved: number of moved blocks.
 * @pending: number of pending blocks.
 * @lost: number of lost sectors.
 * @suspended: when it was first seen to be suspended, in seconds since 1970; 0 if it is not.
 * @stuck: it has been suspended for longer than commands need.
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
	uint64_t suspended;
	bool stuck;
};

/**
 * struct memory - all sets; all zeros when empty.
 * @set: an array.
 * @nr: number of entries.
 */
struct memory {
	struct memory_set *set;
	int nr;
};

/* Read a file; if it is missing or malformed there are no sets. */
void memory_read(struct memory *memory, const char *name);

/**
 * memory_write() - write a file.
 * @memory: the content.
 * @name: %MEMORY_FILE or %MEMORY_MAIL.
 *
 * Prints an error on failure, after which the next monitor repeats some reports.
 */
void memory_write(const struct memory *memory, const char *name);

void memory_free(struct memory *memory);

/* Find a set by its key, or NULL. */
struct memory_set *memory_find(const struct memory *memory, const char *key);

/* Add or replace the record of a set. */
void memory_put(struct memory *memory, const struct memory_set *set);

/**
 * memory_lock() - make sure that no other monitor is running.
 *
 * Prints an error if there is another one.
 *
 * Return: whether this is the only one, which it then remains until the program ends.
 */
bool memory_lock(void);

#endif /* _DMREMAP_MEMORY_H */
