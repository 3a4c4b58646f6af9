// SPDX-License-Identifier: GPL-2.0
#include <linux/ctype.h>
#include <linux/string.h>

#include "match.h"

/* What a device's identity says about its being the main of a spare. */
enum verdict { VERDICT_SAME, VERDICT_UNKNOWN, VERDICT_OTHER };

/* A UUID, or the disk signature and number that stand for one in a DOS partition table. */
static bool is_partuuid(const char *id)
{
	size_t len = strlen(id);
	const char *c;

	if (len != UUID_STRING_LEN && len != strlen("01234567-01"))
		return false;
	for (c = id; *c; c++)
		if (!isxdigit(*c) && *c != '-')
			return false;
	return id[8] == '-';
}

static bool is_world_wide(const char *id)
{
	return !strncmp(id, "wwn-", 4) || !strncmp(id, "nvme-eui.", 9);
}

static enum verdict judge(const struct half *main, const char *main_id)
{
	if (!*main_id)
		return VERDICT_UNKNOWN;
	if (reassembly_id_equal(main->partuuid, main_id) ||
	    reassembly_id_equal(main->wwn, main_id) || reassembly_id_equal(main->given, main_id))
		return VERDICT_SAME;
	if ((*main->partuuid && is_partuuid(main_id)) || (*main->wwn && is_world_wide(main_id)))
		return VERDICT_OTHER;
	return VERDICT_UNKNOWN;
}

static bool is_taken(const struct reassembly_matcher *m, struct reassembly_rivals *rivals,
		     const struct half *half)
{
	bool taken = m->taken(m->context, half->dev);

	if (taken)
		rivals->in_use = half->dev;
	return taken;
}

/* As dm_remap_sb_replaces(). */
static bool replaces(const struct half *spare, const struct half *other)
{
	return spare->kind == HALF_SPARE && spare->partner_seed &&
	       spare->partner_seed == other->seed &&
	       !memcmp(spare->secret, other->secret, sizeof(spare->secret)) &&
	       other->generation <= spare->partner_generation;
}

/* Whether a spare was replaced, but could not be marked as such. */
static bool is_replaced(const struct reassembly_matcher *m, const struct half *spare)
{
	const struct half *half;

	reassembly_for_each_of_set(m->index, half, &spare->uuid)
		if (half != spare && replaces(half, spare))
			return true;
	return false;
}

/* Count the halves of @kind in the set, and find the last of them. */
static unsigned int of_kind(const struct reassembly_matcher *m, const uuid_t *uuid,
			    enum half_kind kind, const struct half **found)
{
	const struct half *half;
	unsigned int nr = 0;

	reassembly_for_each_of_set(m->index, half, uuid) {
		if (half->kind == kind && !(kind == HALF_SPARE && is_replaced(m, half))) {
			*found = half;
			nr++;
		}
	}
	return nr;
}

/* Anybody can read the uuid of a set and write it on a disk: the secret proves the label. */
static bool is_label_of(const struct half *main, const struct half *spare)
{
	return main->kind == HALF_MAIN && uuid_equal(&main->uuid, &spare->uuid) &&
	       !memcmp(main->secret, spare->secret, sizeof(main->secret));
}

/* The mains with the label of a spare's set, for which its main_id gives this verdict. */
static unsigned int labelled(const struct reassembly_matcher *m, const struct half *spare,
			     enum verdict verdict, const struct half **found)
{
	const struct half *half;
	unsigned int nr = 0;

	reassembly_for_each_of_set(m->index, half, &spare->uuid) {
		if (is_label_of(half, spare) && judge(half, spare->main_id) == verdict) {
			*found = half;
			nr++;
		}
	}
	return nr;
}

static void add_spare(struct reassembly_rivals *rivals, const struct half *spare)
{
	if (!rivals->spares++)
		rivals->uuid = spare->uuid;
	else if (!uuid_equal(&rivals->uuid, &spare->uuid))
		rivals->several = true;
}

/* Count a half once, even if two of its identities (its name and its PARTUUID) are the same. */
static bool is_first(const struct half_id *entry)
{
	const struct half_id *id;

	for (id = entry->half->ids; id < entry; id++)
		if (reassembly_id_equal(id->text, entry->text))
			return false;
	return true;
}

/* Halves that have an identity, and halves that ask for it. */
static const struct reassembly_rivals *rivals_by_id(struct reassembly_matcher *m,
						    const char *id, u64 sectors)
{
	struct reassembly_rivals *rivals = &m->by_id;
	const struct half_id *entry;

	if (rivals->known && rivals->sectors == sectors && !strcmp(m->id, id))
		return rivals;
	*rivals = (struct reassembly_rivals) { .known = true, .sectors = sectors };
	strscpy(m->id, id, sizeof(m->id));
	reassembly_for_each_id(m->index, entry, id) {
		const struct half *half = entry->half;

		if (reassembly_main_sectors(half) != sectors || !is_first(entry) ||
		    is_taken(m, rivals, half))
			continue;
		if (half->kind == HALF_SPARE) {
			add_spare(rivals, half);
		} else {
			rivals->mains++;
			rivals->main = half;
		}
	}
	return rivals;
}

static bool has_label_or_id(struct reassembly_matcher *m, const struct half *spare)
{
	const struct half *found;

	return spare->labelled || labelled(m, spare, VERDICT_SAME, &found) ||
	       labelled(m, spare, VERDICT_UNKNOWN, &found) ||
	       (*spare->main_id &&
		rivals_by_id(m, spare->main_id, spare->main_sectors)->mains);
}

/* Whether the spare of some set asks for the identity of a main. */
static bool is_wanted(struct reassembly_matcher *m, const struct half *main)
{
	return (*main->given && rivals_by_id(m, main->given, main->sectors)->spares) ||
	       (*main->partuuid && rivals_by_id(m, main->partuuid, main->sectors)->spares) ||
	       (*main->wwn && rivals_by_id(m, main->wwn, main->sectors)->spares);
}

/* Mains of a size, and spares that ask for that size because they know of nothing better. */
static const struct reassembly_rivals *rivals_by_size(struct reassembly_matcher *m, u64 sectors)
{
	struct reassembly_rivals *rivals = &m->by_size;
	const struct half *half;

	if (rivals->known && rivals->sectors == sectors)
		return rivals;
	*rivals = (struct reassembly_rivals) { .known = true, .sectors = sectors };
	reassembly_for_each_of_size(m->index, half, sectors) {
		if (is_taken(m, rivals, half))
			continue;
		if (half->kind == HALF_SPARE && !has_label_or_id(m, half)) {
			add_spare(rivals, half);
		} else if (half->kind == HALF_PLAIN && !is_wanted(m, half)) {
			rivals->mains++;
			rivals->main = half;
		}
	}
	return rivals;
}

/*
 * A main that another set has an equal claim to counts as two, a conflict: either might be
 * wrong.
 */
static unsigned int count_mains(struct reassembly_matcher *m,
				const struct reassembly_rivals *rivals, const uuid_t *uuid,
				const struct half **found)
{
	bool shared = rivals->several || (rivals->spares && !uuid_equal(&rivals->uuid, uuid));

	m->in_use = rivals->in_use ?: m->in_use;
	if (rivals->mains)
		*found = rivals->main;
	return shared ? 2 * rivals->mains : rivals->mains;
}

static unsigned int find_plain(struct reassembly_matcher *m, const struct half *spare,
			       const struct half **found)
{
	if (!*spare->main_id)
		return 0;
	return count_mains(m, rivals_by_id(m, spare->main_id, spare->main_sectors),
			   &spare->uuid, found);
}

/* Only its size speaks for such a device, so nothing at all may speak against it. */
static unsigned int find_by_size(struct reassembly_matcher *m, const struct half *spare,
				 const struct half **found)
{
	const struct half *main = NULL;
	unsigned int nr;

	if (spare->labelled)
		return 0;
	nr = count_mains(m, rivals_by_size(m, spare->main_sectors), &spare->uuid, &main);
	if (nr == 1 && judge(main, spare->main_id) == VERDICT_OTHER)
		return 0;
	if (nr)
		*found = main;
	return nr;
}

/* Mains of @spare; the last of them in *@found. */
static unsigned int find_main(struct reassembly_matcher *m, const struct half *spare,
			      const struct half **found)
{
	unsigned int by_label, by_id;

	by_label = labelled(m, spare, VERDICT_SAME, found);
	if (by_label)
		return by_label;
	by_id = find_plain(m, spare, found);
	/* the spare knows of no label, so a label on another main is not the set's own */
	if (by_id && !spare->labelled)
		return by_id;
	by_label = labelled(m, spare, VERDICT_UNKNOWN, found);
	if (by_label || by_id)
		return by_label + by_id;
	return find_by_size(m, spare, found);
}

/* Whether two halves fit each other; if not, one of them may be an older copy. */
static bool fit(const struct half *main, const struct half *spare)
{
	return main->kind == HALF_PLAIN ||
	       (main->main_sectors == spare->main_sectors && !spare->main_start &&
		main->target_sectors == spare->target_sectors);
}

static enum set_state judge_set(const struct reassembly_match *match, unsigned int mains,
				unsigned int spares, bool damaged)
{
	if (spares > 1 || mains > 1)
		return SET_CONFLICT;
	if (!spares)
		return damaged ? SET_DAMAGED : SET_WAITING_SPARE;
	if (!mains)
		return SET_WAITING_MAIN;
	return fit(match->main, match->spare) ? SET_COMPLETE : SET_DAMAGED;
}

void reassembly_match(struct reassembly_matcher *m, const uuid_t *uuid,
		      struct reassembly_match *match)
{
	const struct half *damaged = NULL;
	unsigned int mains, spares;

	*match = (struct reassembly_match) { };
	m->in_use = 0;
	spares = of_kind(m, uuid, HALF_SPARE, &match->spare);
	if (spares)
		mains = find_main(m, match->spare, &match->main);
	else
		mains = of_kind(m, uuid, HALF_MAIN, &match->main);
	if (!spares)
		of_kind(m, uuid, HALF_DAMAGED, &damaged);
	match->state = judge_set(match, mains, spares, damaged);
	if (damaged)
		match->spare = damaged;
	match->in_use = m->in_use;
}
