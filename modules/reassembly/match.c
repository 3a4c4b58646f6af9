// SPDX-License-Identifier: GPL-2.0
#include <linux/list.h>
#include <linux/string.h>

#include "match.h"

/* Of @kind in the set; their number, and the last of them. */
static unsigned int of_kind(const struct list_head *halves, const uuid_t *uuid,
			    enum half_kind kind, const struct half **found)
{
	const struct half *half;
	unsigned int nr = 0;

	list_for_each_entry(half, halves, list) {
		if (half->kind == kind && uuid_equal(&half->uuid, uuid)) {
			*found = half;
			nr++;
		}
	}
	return nr;
}

static bool has_id(const struct half *half, const char *id)
{
	return !strcasecmp(half->partuuid, id) || !strcmp(half->given, id);
}

/* Mains without a label that may be the one of @spare; the last of them in *@found. */
static unsigned int candidates(const struct list_head *halves, const struct half *spare,
			       bool by_id, bool (*taken)(dev_t dev), const struct half **found)
{
	const struct half *half;
	unsigned int nr = 0;

	list_for_each_entry(half, halves, list) {
		if (half->kind != HALF_PLAIN || half->sectors != spare->main_sectors ||
		    taken(half->dev) || (by_id && !has_id(half, spare->main_id)))
			continue;
		*found = half;
		nr++;
	}
	return nr;
}

static unsigned int find_main(const struct list_head *halves, const struct half *spare,
			      bool (*taken)(dev_t dev), const struct half **found)
{
	unsigned int nr;

	nr = of_kind(halves, &spare->uuid, HALF_MAIN, found);
	if (!nr && *spare->main_id)
		nr = candidates(halves, spare, true, taken, found);
	/* One that had a label is not any disk of that size. */
	if (!nr && !spare->labelled)
		nr = candidates(halves, spare, false, taken, found);
	return nr;
}

/* Of what one copy of the other half knows, this one may be an older copy. */
static bool fit(const struct half *main, const struct half *spare)
{
	return main->kind == HALF_PLAIN ||
	       (main->main_sectors == spare->main_sectors && !spare->main_start &&
		main->target_sectors == spare->target_sectors);
}

void match_set(struct match *match, const struct list_head *halves, const uuid_t *uuid,
	       bool (*taken)(dev_t dev))
{
	const struct half *main = NULL, *spare = NULL, *damaged = NULL;
	unsigned int mains, spares;

	spares = of_kind(halves, uuid, HALF_SPARE, &spare);
	if (spares)
		mains = find_main(halves, spare, taken, &main);
	else
		mains = of_kind(halves, uuid, HALF_MAIN, &main);
	*match = (struct match) { .main = main, .spare = spare };

	if (spares > 1 || mains > 1)
		match->state = SET_CONFLICT;
	else if (!spares && of_kind(halves, uuid, HALF_DAMAGED, &damaged))
		match->state = SET_DAMAGED;
	else if (!spares)
		match->state = SET_WAITING_SPARE;
	else if (!mains)
		match->state = SET_WAITING_MAIN;
	else if (!fit(main, spare))
		match->state = SET_DAMAGED;
	else
		match->state = SET_COMPLETE;
	if (damaged)
		match->spare = damaged;
}
