// SPDX-License-Identifier: GPL-2.0
#include <linux/list.h>
#include <linux/minmax.h>
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
	return *id && (!strcasecmp(half->partuuid, id) || !strcmp(half->given, id));
}

/* Whether a main without a label may be the one of @spare, by its main_id or by its size. */
static bool may_be_main(const struct half *half, const struct half *spare, bool by_id,
			bool (*taken)(dev_t dev))
{
	return half->kind == HALF_PLAIN && half->sectors == spare->main_sectors &&
	       (!by_id || has_id(half, spare->main_id)) && !taken(half->dev);
}

/* By what a spare may have a main. */
enum claim { CLAIM_NONE, CLAIM_SIZE, CLAIM_ID, CLAIM_LABEL };

/* The best of them that @spare has.  A main that had a label is not any disk of its size. */
static enum claim claim_of(const struct list_head *halves, const struct half *spare,
			   bool (*taken)(dev_t dev))
{
	const struct half *half;

	if (of_kind(halves, &spare->uuid, HALF_MAIN, &half))
		return CLAIM_LABEL;
	list_for_each_entry(half, halves, list)
		if (may_be_main(half, spare, true, taken))
			return CLAIM_ID;
	return spare->labelled ? CLAIM_NONE : CLAIM_SIZE;
}

/* The best claim to @main of the spares of other sets that are not in use. */
static enum claim claim_of_others(const struct list_head *halves, const struct half *spare,
				  const struct half *main, bool (*taken)(dev_t dev))
{
	enum claim best = CLAIM_NONE, claim;
	const struct half *other;

	list_for_each_entry(other, halves, list) {
		if (other->kind != HALF_SPARE || uuid_equal(&other->uuid, &spare->uuid) ||
		    other->main_sectors != main->sectors || taken(other->dev))
			continue;
		claim = claim_of(halves, other, taken);
		if (claim == CLAIM_LABEL || (claim == CLAIM_ID && !has_id(main, other->main_id)))
			continue;
		best = max(best, claim);
	}
	return best;
}

/*
 * Mains of @spare; the last of them in *@found.  One that another set has as much right
 * to counts as two: either might be wrong.
 */
static unsigned int find_main(const struct list_head *halves, const struct half *spare,
			      bool (*taken)(dev_t dev), const struct half **found)
{
	enum claim claim = claim_of(halves, spare, taken), others;
	const struct half *half;
	unsigned int nr = 0;

	if (claim == CLAIM_LABEL)
		return of_kind(halves, &spare->uuid, HALF_MAIN, found);
	if (claim == CLAIM_NONE)
		return 0;
	list_for_each_entry(half, halves, list) {
		if (!may_be_main(half, spare, claim == CLAIM_ID, taken))
			continue;
		others = claim_of_others(halves, spare, half, taken);
		if (others > claim)
			continue;
		*found = half;
		nr += others == claim ? 2 : 1;
	}
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
