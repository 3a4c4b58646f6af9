/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sectors of a set, and where they are on a device that is on it.
 */
#ifndef _DMREMAP_PLACE_H
#define _DMREMAP_PLACE_H

#include <stdint.h>

enum place_state {
	PLACE_LOST,
	PLACE_PENDING,
	PLACE_REMAPPED,
};

/**
 * struct place - sectors in one piece.
 * @sector: the first, on the set.
 * @at: the same sector, on the device that is looked at.
 * @count: how many.
 * @state: how they are.
 */
struct place {
	uint64_t sector;
	uint64_t at;
	uint64_t count;
	enum place_state state;
};

/* Some of them; all zero for none. */
struct places {
	struct place *place;
	int nr;
	int room;
};

/* Add one; it is joined with the last if it follows that. */
void places_add(struct places *places, const struct place *place);

void places_free(struct places *places);

/**
 * places_take() - take the places in a part of the device.
 * @places: loses them.
 * @start: the first sector of the part.
 * @count: its sectors.
 * @taken: gets them, with @at counted from @start.
 */
void places_take(struct places *places, uint64_t start, uint64_t count, struct places *taken);

/* "lost", "pending" or "remapped". */
const char *place_state_name(enum place_state state);

/**
 * places_collect() - find the sectors of a set that are in some states.
 * @places: filled in.
 * @name: the set.
 * @states: a bit for each of enum place_state.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int places_collect(struct places *places, const char *name, unsigned int states);

#endif /* _DMREMAP_PLACE_H */
