// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "match.h"

/* The name by which a device was given is an identity as well: the tool has looked it up. */
static enum dm_remap_verdict judge(const struct half *main, const char *main_id)
{
	if (reassembly_id_equal(main->given, main_id))
		return DM_REMAP_MAIN_SAME;
	return dm_remap_main_judge(main_id, main->partuuid, main->wwn);
}

/* The end of the target on the main. */
static u64 needed(const struct half *spare)
{
	return spare->main_start + spare->target_sectors;
}

static bool is_taken(const struct reassembly_matcher *m, dev_t *in_use, const struct half *half)
{
	bool taken = m->taken(m->context, half->dev);

	if (taken)
		*in_use = half->dev;
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

/* Count the halves of @kind in the set up to 2, and find the last of these. */
static unsigned int of_kind(const struct reassembly_matcher *m, const uuid_t *uuid,
			    enum half_kind kind, const struct half **found)
{
	const struct half *half;
	unsigned int nr = 0;

	reassembly_for_each_of_set(m->index, half, uuid) {
		if (half->kind != kind || (kind == HALF_SPARE && is_replaced(m, half)))
			continue;
		*found = half;
		if (++nr == 2)
			break;
	}
	return nr;
}

static const struct half *any_spare(const struct reassembly_matcher *m, const uuid_t *uuid)
{
	const struct half *half;

	reassembly_for_each_of_set(m->index, half, uuid)
		if (half->kind == HALF_SPARE)
			return half;
	return NULL;
}

/* Anybody can read the uuid of a set and write it on a disk: the secret proves the label. */
static bool is_label_of(const struct half *main, const struct half *spare)
{
	return main->kind == HALF_MAIN && uuid_equal(&main->uuid, &spare->uuid) &&
	       !memcmp(main->secret, spare->secret, sizeof(main->secret));
}

/*
 * Whether a main has the size that its label or its spare records. A member of a mirror begins
 * with the label of the main on the mirror, and is larger.
 */
static bool has_recorded_size(const struct half *main, const struct half *spare)
{
	return main->sectors == main->main_sectors || main->sectors == spare->main_sectors;
}

/* The mains, up to 2, with the label of a spare's set, for which its main_id gives this verdict. */
static unsigned int labelled(const struct reassembly_matcher *m, const struct half *spare,
			     enum dm_remap_verdict verdict, const struct half **found)
{
	const struct half *half;
	unsigned int nr = 0;

	reassembly_for_each_of_set(m->index, half, &spare->uuid) {
		if (is_label_of(half, spare) && half->sectors >= needed(spare) &&
		    judge(half, spare->main_id) == verdict &&
		    (verdict == DM_REMAP_MAIN_SAME || has_recorded_size(half, spare))) {
			*found = half;
			if (++nr == 2)
				break;
		}
	}
	return nr;
}

/* Keep the two sets that need least room: one may be the set that asks. */
static void add_spare(struct reassembly_claims *claims, const struct half *spare)
{
	struct reassembly_claim claim = { .uuid = spare->uuid, .needed = needed(spare) };
	struct reassembly_claim *first = &claims->least[0], *second = &claims->least[1];
	bool same = uuid_equal(&first->uuid, &claim.uuid);

	if (first->needed && claim.needed >= first->needed) {
		if (!same && (!second->needed || claim.needed < second->needed))
			*second = claim;
		return;
	}
	if (first->needed && !same)
		*second = *first;
	*first = claim;
}

/* Keep the two largest: only they matter to a set that needs some room. */
static void add_main(struct reassembly_mains *mains, const struct half *main)
{
	if (!mains->main || main->sectors > mains->main->sectors) {
		mains->next = mains->main;
		mains->main = main;
	} else if (!mains->next || main->sectors > mains->next->sectors) {
		mains->next = main;
	}
}

/* Whether a set other than @uuid, or any if that is NULL, has a claim to a main. */
static bool is_claimed(const struct reassembly_claims *claims, const struct half *main,
		       const uuid_t *uuid)
{
	const struct reassembly_claim *claim = claims->least;

	if (claims->many)
		return true;
	claim += uuid && uuid_equal(&claim->uuid, uuid);
	return claim->needed && claim->needed <= main->sectors;
}

/*
 * Mains that have an identity. If it is the number of a partition, only those of @sectors count:
 * larger ones, of another set, would be the two that are kept, and hide that there are several of
 * this size.
 */
static const struct reassembly_mains *mains_by_id(struct reassembly_matcher *m, const char *id,
						  u64 sectors)
{
	struct reassembly_mains *mains = &m->with_id;
	const struct half_id *entry;

	if (!dm_remap_main_id_is_number(id))
		sectors = 0;
	if (mains->sectors == sectors && !strcmp(mains->id, id))
		return mains;
	*mains = (struct reassembly_mains) { .sectors = sectors };
	strscpy(mains->id, id, sizeof(mains->id));
	mains->many = reassembly_more_with_id(m->index, id, REASSEMBLY_CROWD);
	if (mains->many)
		return mains;
	reassembly_for_each_id(m->index, entry, id) {
		const struct half *main = entry->half;

		if ((!sectors || main->sectors == sectors) && reassembly_id_is_first(entry) &&
		    !is_taken(m, &mains->in_use, main))
			add_main(mains, main);
	}
	return mains;
}

/* Spares that ask for an identity. */
static const struct reassembly_claims *claims_by_id(struct reassembly_matcher *m, const char *id)
{
	struct reassembly_claims *claims = &m->wanting;
	const struct half_id *entry;

	if (!strcmp(claims->id, id))
		return claims;
	*claims = (struct reassembly_claims) { };
	strscpy(claims->id, id, sizeof(claims->id));
	claims->many = reassembly_more_wanting(m->index, id, REASSEMBLY_CROWD);
	if (claims->many)
		return claims;
	reassembly_for_each_wanted(m->index, entry, id)
		if (!is_taken(m, &claims->in_use, entry->half))
			add_spare(claims, entry->half);
	return claims;
}

/* Whether the size of a device allows that it is the main of a spare that asks for it. */
static bool has_room(const struct half *main, const struct half *spare)
{
	if (dm_remap_main_id_is_number(spare->main_id) && main->sectors != spare->main_sectors)
		return false;
	return main->sectors >= needed(spare);
}

/*
 * Number of mains with room for the target of a spare: 0, 1, or 2 for several; one in *@found,
 * unless there are too many.
 */
static unsigned int mains_for(const struct reassembly_mains *mains, const struct half *spare,
			      const struct half **found)
{
	bool main = mains->main && has_room(mains->main, spare);
	bool next = mains->next && has_room(mains->next, spare);

	if (mains->many)
		return 2;
	if (main || next)
		*found = main ? mains->main : mains->next;
	return main + next;
}

static bool has_id(struct reassembly_matcher *m, const struct half *spare)
{
	const struct half *found;

	return *spare->main_id &&
	       mains_for(mains_by_id(m, spare->main_id, spare->main_sectors), spare, &found);
}

/* Whether a spare has more to look for than a size, or its set too many to be looked at. */
static bool ignores_size(struct reassembly_matcher *m, const struct half *spare)
{
	const struct half *found;

	return reassembly_more_spares(m->index, &spare->uuid, REASSEMBLY_CROWD) ||
	       labelled(m, spare, DM_REMAP_MAIN_SAME, &found) ||
	       labelled(m, spare, DM_REMAP_MAIN_UNKNOWN, &found) || has_id(m, spare);
}

static bool is_wanted_by_id(struct reassembly_matcher *m, const struct half *main, const char *id)
{
	return *id && (reassembly_more_with_id(m->index, id, REASSEMBLY_CROWD) ||
		       is_claimed(claims_by_id(m, id), main, NULL));
}

/* Whether the spare of some set asks for the identity of a main, or too many have that. */
static bool is_wanted(struct reassembly_matcher *m, const struct half *main)
{
	return is_wanted_by_id(m, main, main->given) ||
	       is_wanted_by_id(m, main, main->partuuid) ||
	       is_wanted_by_id(m, main, main->wwn);
}

/* Mains of a size, and spares that ask for that size because they know of nothing better. */
static const struct reassembly_rivals *rivals_by_size(struct reassembly_matcher *m, u64 sectors)
{
	struct reassembly_rivals *rivals = &m->by_size;
	const struct half *half;

	if (rivals->sectors == sectors)
		return rivals;
	*rivals = (struct reassembly_rivals) { .sectors = sectors };
	if (reassembly_more_of_size(m->index, sectors, REASSEMBLY_CROWD_SIZE))
		return rivals;
	reassembly_for_each_of_size(m->index, half, sectors) {
		if (is_taken(m, &rivals->mains.in_use, half))
			continue;
		if (half->kind == HALF_SPARE && !ignores_size(m, half))
			add_spare(&rivals->claims, half);
		else if (half->kind == HALF_PLAIN && !is_wanted(m, half))
			add_main(&rivals->mains, half);
	}
	return rivals;
}

/*
 * A main that another set has an equal claim to counts as two, a conflict: either might be
 * wrong.
 */
static unsigned int find_plain(struct reassembly_matcher *m, const struct half *spare,
			       const struct half **found)
{
	const struct reassembly_mains *mains;
	const struct reassembly_claims *claims;
	unsigned int nr;

	if (!*spare->main_id)
		return 0;
	mains = mains_by_id(m, spare->main_id, spare->main_sectors);
	m->in_use = mains->in_use ?: m->in_use;
	nr = mains_for(mains, spare, found);
	if (nr != 1)
		return nr;
	claims = claims_by_id(m, spare->main_id);
	m->in_use = claims->in_use ?: m->in_use;
	return is_claimed(claims, *found, &spare->uuid) ? 2 : 1;
}

/* Only its size speaks for such a device, so nothing at all may speak against it. */
static unsigned int find_by_size(struct reassembly_matcher *m, const struct half *spare,
				 const struct half **found)
{
	const struct reassembly_rivals *rivals;
	const struct half *main = NULL;
	unsigned int nr;

	if (spare->labelled)
		return 0;
	rivals = rivals_by_size(m, spare->main_sectors);
	m->in_use = rivals->mains.in_use ?: m->in_use;
	nr = mains_for(&rivals->mains, spare, &main);
	if (nr == 1 && is_claimed(&rivals->claims, main, &spare->uuid))
		nr = 2;
	if (nr == 1 && judge(main, spare->main_id) == DM_REMAP_MAIN_OTHER)
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

	by_label = labelled(m, spare, DM_REMAP_MAIN_SAME, found);
	if (by_label)
		return by_label;
	by_id = find_plain(m, spare, found);
	/* the spare knows of no label, so a label on another main is not the set's own */
	if (by_id && !spare->labelled)
		return by_id;
	by_label = labelled(m, spare, DM_REMAP_MAIN_UNKNOWN, found);
	if (by_label || by_id)
		return by_label + by_id;
	return find_by_size(m, spare, found);
}

/* Whether two halves fit each other; if not, one of them may be an older copy. */
static bool fit(const struct half *main, const struct half *spare)
{
	return main->kind == HALF_PLAIN ||
	       (!spare->main_start && main->target_sectors == spare->target_sectors);
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
	if (reassembly_more_spares(m->index, uuid, REASSEMBLY_CROWD)) {
		match->state = SET_CONFLICT;
		match->spare = any_spare(m, uuid);
		return;
	}
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
	match->told = match->state == SET_COMPLETE &&
		      match->main->sectors != match->spare->main_sectors &&
		      judge(match->main, match->spare->main_id) == DM_REMAP_MAIN_SAME;
	match->in_use = m->in_use;
}
