// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "lib/util.h"
#include "sets/choose.h"
#include "sets/fit.h"
#include "sets/gather.h"
#include "sets/identity.h"

/**
 * struct best - the best candidate for a half.
 * @half: the candidate.
 * @rank: lower is better; 0 means no candidate.
 * @several: another device has the same rank.
 */
struct best {
	const struct half *half;
	int rank;
	bool several;
};

static void consider(struct best *best, const struct half *half, int rank)
{
	if (best->rank && rank > best->rank)
		return;
	best->several = best->rank == rank && strcmp(best->half->dev.number, half->dev.number);
	best->half = half;
	best->rank = rank;
}

static const struct half *result(const struct best *best)
{
	return best->rank && !best->several ? best->half : NULL;
}

static const struct half *choose_spare(const struct halves *halves,
				       const struct registered *known)
{
	const struct half *half;
	struct best best = {};

	for (half = halves->half; half < halves->half + halves->nr; half++)
		if (half->role == HALF_SPARE && !strcmp(half->uuid, known->uuid) &&
		    identity_is_spare(known, half))
			consider(&best, half, 1);
	return result(&best);
}

/* Rank of a candidate for the main; 0 if it is excluded. */
static int rank_main(const struct half *half, const struct half *spare,
		     const struct registered *known)
{
	bool labelled = half->role == HALF_MAIN;
	enum main_id_verdict verdict;

	if (half->damaged || !fit_allows(spare, half, false) ||
	    identity_lacks_label(spare, half, known))
		return 0;
	verdict = identity_judge(spare, half);
	if (verdict == MAIN_ID_OTHER || !identity_agrees(verdict, half, known))
		return 0;
	if (verdict == MAIN_ID_SAME)
		return labelled ? 1 : 2;
	if (!labelled)
		return 0;
	/* a member of an array may have the label, too */
	return fit_allows(spare, half, true) ? 3 : 4;
}

static const struct half *choose_main(const struct halves *halves, const struct half *spare,
				      const struct registered *known)
{
	const struct half *half;
	struct best best = {};
	int rank;

	for (half = halves->half; half < halves->half + halves->nr; half++) {
		rank = half->error ? 0 : rank_main(half, spare, known);
		if (rank)
			consider(&best, half, rank);
	}
	return result(&best);
}

void choose_pair(struct known_set *set, const struct half *main, const struct half *spare)
{
	set->state = KNOWN_COMPLETE;
	if (*spare->name)
		text_copy(set->name, spare->name, sizeof(set->name));
	else
		snprintf(set->name, sizeof(set->name), "dm-remap-%s", set->uuid);
	text_copy(set->main, main->dev.number, sizeof(set->main));
	text_copy(set->spare, spare->dev.number, sizeof(set->spare));
	snprintf(set->table, sizeof(set->table), "0 %llu remap %s %llu %s 3 persistent uuid %s",
		 LLU(spare->target_sectors), main->dev.number, LLU(spare->main_start),
		 spare->dev.number, set->uuid);
}

bool choose_halves(struct known_set *set, const struct registered *known)
{
	const struct half *spare, *main = NULL;
	struct halves halves;

	if (halves_read_all(&halves))
		return false;
	spare = choose_spare(&halves, known);
	if (spare)
		main = choose_main(&halves, spare, known);
	if (main)
		choose_pair(set, main, spare);
	halves_free(&halves);
	return main;
}
