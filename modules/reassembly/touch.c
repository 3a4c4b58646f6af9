// SPDX-License-Identifier: GPL-2.0
#include "match.h"
#include "touch.h"

/*
 * Mark the sets that compete for a size. The limits count the half that comes or goes: with one
 * more than a crowd, there is a crowd before and after.
 *
 * Halves are entered in front of older ones, so all behind one that these changes have seen were
 * seen then.
 */
static void touch_size(const struct reassembly_touch *touch, u64 sectors)
{
	struct half *other;

	if (reassembly_more_of_size(touch->index, sectors, REASSEMBLY_CROWD_SIZE + 1))
		return;
	reassembly_for_each_of_size(touch->index, other, sectors) {
		if (other->touched == touch->number)
			return;
		other->touched = touch->number;
		if (other->kind == HALF_SPARE)
			touch->mark(touch->context, &other->uuid);
	}
}

static void touch_mains(const struct reassembly_touch *touch, const char *id)
{
	const struct half_id *entry;

	reassembly_for_each_id(touch->index, entry, id)
		touch_size(touch, entry->half->sectors);
}

/* Sets that ask for the same main are rivals if it is there. It is then nobody's by its size. */
static void touch_wanted(const struct reassembly_touch *touch, const char *id)
{
	const struct half_id *entry;

	if (!reassembly_more_with_id(touch->index, id, 0) ||
	    reassembly_more_with_id(touch->index, id, REASSEMBLY_CROWD) ||
	    reassembly_more_wanting(touch->index, id, REASSEMBLY_CROWD + 1))
		return;
	reassembly_for_each_wanted(touch->index, entry, id)
		touch->mark(touch->context, &entry->half->uuid);
	touch_mains(touch, id);
}

/*
 * A spare that finds its main by an identity competes for no size. Neither does a main in a crowd.
 */
static void touch_id(const struct reassembly_touch *touch, const char *id)
{
	const struct half_id *entry;

	if (reassembly_more_with_id(touch->index, id, REASSEMBLY_CROWD + 1))
		return;
	reassembly_for_each_wanted(touch->index, entry, id) {
		touch->mark(touch->context, &entry->half->uuid);
		if (!entry->half->labelled)
			touch_size(touch, entry->half->main_sectors);
	}
	if (reassembly_more_with_id(touch->index, id, REASSEMBLY_CROWD))
		touch_mains(touch, id);
}

/* With a main that has the label of its set, or in a crowd, a spare competes for no size. */
static void touch_set(const struct reassembly_touch *touch, const uuid_t *uuid)
{
	const struct half *spare;

	touch->mark(touch->context, uuid);
	if (reassembly_more_spares(touch->index, uuid, REASSEMBLY_CROWD + 1))
		return;
	reassembly_for_each_of_set(touch->index, spare, uuid)
		if (spare->kind == HALF_SPARE && !spare->labelled)
			touch_size(touch, spare->main_sectors);
}

void reassembly_touch(const struct reassembly_touch *touch, const struct half *half)
{
	const struct half_id *id;

	if (half->kind != HALF_PLAIN)
		touch_set(touch, &half->uuid);
	for (id = half->ids; id < half->ids + HALF_ID_WANTED; id++)
		if (*id->text)
			touch_id(touch, id->text);
	if (*half->ids[HALF_ID_WANTED].text)
		touch_wanted(touch, half->ids[HALF_ID_WANTED].text);
	if (!hlist_unhashed(&half->size_node))
		touch_size(touch, reassembly_main_sectors(half));
}
