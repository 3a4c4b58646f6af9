// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "sets/identity.h"

bool identity_is_label_of(const struct half *spare, const struct half *main)
{
	return main->role == HALF_MAIN && !strcmp(main->uuid, spare->uuid) &&
	       !memcmp(main->secret, spare->secret, sizeof(main->secret));
}

const struct half *identity_labelled(const struct halves *halves, const struct half *spare)
{
	const struct half *half = halves_find(halves, NULL, HALF_MAIN, spare->uuid);

	while (half && !identity_is_label_of(spare, half))
		half = halves_find(halves, half + 1, HALF_MAIN, spare->uuid);
	return half;
}

/* Its label is damaged, but not the secret in it. */
static bool was_labelled(const struct half *spare, const struct half *main)
{
	return main->was == HALF_MAIN &&
	       !memcmp(main->secret, spare->secret, sizeof(main->secret));
}

bool identity_is_ours(const struct registered *set, const struct half *half)
{
	return secret_matches(set->secret_hash, half->secret);
}

bool identity_is_spare(const struct registered *set, const struct half *spare)
{
	return registry_is_spare(set, spare->dev.path) && identity_is_ours(set, spare);
}

bool identity_lacks_label(const struct half *spare, const struct half *main,
			  const struct registered *set)
{
	if (!spare->labelled || main->role != HALF_NONE || was_labelled(spare, main))
		return false;
	return !main->unread || (main_id_is_content(spare->main_id) &&
				 !(set && *set->secret_hash && identity_is_ours(set, spare)));
}

enum main_id_verdict identity_judge(const struct half *spare, const struct half *main)
{
	enum main_id_verdict verdict;

	if (main->role == HALF_SPARE ||
	    (main->role == HALF_MAIN && !identity_is_label_of(spare, main)))
		return MAIN_ID_OTHER;
	verdict = main_id_judge(spare->main_id, main->dev.path);
	if (verdict == MAIN_ID_UNKNOWN && main->role == HALF_NONE && spare->labelled &&
	    !was_labelled(spare, main))
		return MAIN_ID_OTHER;
	return verdict;
}

bool identity_agrees(enum main_id_verdict verdict, const struct half *main,
		     const struct registered *set)
{
	return verdict == MAIN_ID_SAME || registry_is_main(set, main->dev.path);
}

bool identity_proves(const struct half *spare, const struct half *main,
		     const struct registered *set)
{
	if (main->role == HALF_MAIN || main_id_is_of(spare->main_id, main->dev.path))
		return true;
	return set && registry_names_main(set, main->dev.path);
}
