/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sectors of a set, and their location on a device stacked on the set.
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
 * struct place - a run of sectors.
 * @sector: the first, on the set.
 * @at: the same sector, on the device being examined.
 * @count: how many.
 * @state: their state.
 */
struct place {
	uint64_t sector;
	uint64_t at;
	uint64_t count;
	enum place_state state;
};

/* An array of places; all zeros when empty. */
struct places {
	struct place *place;
	int nr;
	int room;
};

/* Add a place; it is merged with the last one if it follows it directly. */
void places_add(struct places *places, const struct place *place);

void places_free(struct places *places);

/**
 * places_take() - take out the places in a part of the device.
 * @places: they are removed from here.
 * @start: the first sector of the part.
 * @count: its number of sectors.
 * @taken: gets them, with @at counted from @start.
 */
void places_take(struct places *places, uint64_t start, uint64_t count, struct places *taken);

/* "lost", "pending" or "remapped". */
const char *place_state_name(enum place_state state);

/**
 * places_collect() - find the sectors of a set that are in given states.
 * @places: filled in.
 * @name: the set.
 * @states: bit mask of enum place_state.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int places_collect(struct places *places, const char *name, unsigned int states);

#endif /* _DMREMAP_PLACE_H */
