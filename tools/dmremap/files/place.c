// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "files/place.h"
#include "kernel/remap-list.h"
#include "lib/message.h"

struct collecting {
	struct places *places;
	unsigned int states;
};

void places_add(struct places *places, const struct place *place)
{
	struct place *last = places->nr ? &places->place[places->nr - 1] : NULL;

	if (last && last->state == place->state && last->sector + last->count == place->sector &&
	    last->at + last->count == place->at) {
		last->count += place->count;
		return;
	}
	if (places->nr == places->room) {
		places->room = places->room ? 2 * places->room : 64;
		places->place = reallocarray(places->place, places->room, sizeof(*places->place));
		if (!places->place)
			no_memory();
	}
	places->place[places->nr++] = *place;
}

void places_free(struct places *places)
{
	free(places->place);
	*places = (struct places) {};
}

/* Add the part of @place from sector @from to sector @to (exclusive) of the device. */
static void add_part(struct places *places, const struct place *place, uint64_t from,
		     uint64_t to, uint64_t start)
{
	struct place part = *place;

	if (from >= to)
		return;
	part.sector += from - place->at;
	part.at = from - start;
	part.count = to - from;
	places_add(places, &part);
}

void places_take(struct places *places, uint64_t start, uint64_t count, struct places *taken)
{
	uint64_t end = start + count, first, last, from, to;
	struct places left = {};
	int i;

	for (i = 0; i < places->nr; i++) {
		first = places->place[i].at;
		last = first + places->place[i].count;
		from = first > start ? first : start;
		to = last < end ? last : end;
		if (from >= to) {
			places_add(&left, &places->place[i]);
			continue;
		}
		add_part(&left, &places->place[i], first, from, 0);
		add_part(taken, &places->place[i], from, to, start);
		add_part(&left, &places->place[i], to, last, 0);
	}
	places_free(places);
	*places = left;
}

const char *place_state_name(enum place_state state)
{
	static const char * const names[] = { "lost", "pending", "remapped" };

	return names[state];
}

/* A lost sector is no longer pending; a sector that is neither has moved. */
static enum place_state state_of(const struct remap *remap, unsigned int sector)
{
	if (remap->lost >> sector & 1)
		return PLACE_LOST;
	return remap->unread >> sector & 1 ? PLACE_PENDING : PLACE_REMAPPED;
}

static void collect(void *context, const struct remap *remap, const char *line)
{
	const struct collecting *collecting = context;
	struct place place = { .count = 1 };
	unsigned int i;

	(void)line;
	for (i = 0; i < remap->sectors; i++) {
		place.state = state_of(remap, i);
		place.sector = remap->main_sector + i;
		place.at = place.sector;
		/* even the readable sectors of a pending block are still only on the main */
		if (place.state == PLACE_REMAPPED && !strcmp(remap->state, "pending"))
			place.state = PLACE_PENDING;
		if (collecting->states >> place.state & 1)
			places_add(collecting->places, &place);
	}
}

int places_collect(struct places *places, const char *name, unsigned int states)
{
	struct collecting collecting = { places, states };
	const struct list_visitor visitor = { .remap = collect, .context = &collecting };

	*places = (struct places) {};
	return list_device(name, &visitor);
}
