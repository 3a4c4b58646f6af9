// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "disk/main-id.h"
#include "lib/shell-word.h"
#include "lib/text.h"
#include "lib/util.h"
#include "sets/fit.h"
#include "sets/identity.h"

bool fit_has_room(const struct half *spare, const struct blockdev *dev)
{
	return dev->sectors >= spare->main_start &&
	       dev->sectors - spare->main_start >= spare->target_sectors;
}

bool fit_allows(const struct half *spare, const struct half *main, bool automatic)
{
	if (main->dev.sectors == spare->main_sectors)
		return true;
	if (!fit_has_room(spare, &main->dev))
		return false;
	if (main_id_is_of(spare->main_id, main->dev.path) &&
	    (!automatic || !main_id_is_number(spare->main_id) ||
	     identity_is_label_of(spare, main)))
		return true;
	return identity_is_label_of(spare, main) &&
	       (!automatic || main->dev.sectors == main->main_sectors);
}

const char *fit_main_id(const struct half *spare, const struct half *main)
{
	return main->dev.sectors != spare->main_sectors &&
	       main_id_is_of(spare->main_id, main->dev.path) ? spare->main_id : NULL;
}

void fit_explain(char text[EXPLAIN_SIZE], const struct known_set *set, const struct half *main,
		 const struct half *spare)
{
	*text = 0;
	text_add(text, EXPLAIN_SIZE, "%s is not activated with %s, which has %llu sectors: its main had %llu. If %s was made larger, and is not a member of an array, name both devices: \"dmremap assemble %s %s\".",
		 set->name, main->dev.path, LLU(main->dev.sectors), LLU(spare->main_sectors),
		 main->dev.path, shell_word(main->dev.path), shell_word(spare->dev.path));
}

/* The spare of a set, among all halves. */
static const struct half *spare_of(const struct halves *halves, const struct known_set *set)
{
	const struct half *spare = halves_find(halves, NULL, HALF_SPARE, set->uuid);

	while (spare && strcmp(spare->dev.number, set->spare))
		spare = halves_find(halves, spare + 1, HALF_SPARE, set->uuid);
	return spare;
}

void fit_explain_label(char text[EXPLAIN_SIZE], const struct known_set *set)
{
	const struct half *spare, *main = NULL;
	struct halves halves;

	if (set->state != KNOWN_WAITING_MAIN || halves_read_all(&halves))
		return;
	spare = spare_of(&halves, set);
	if (spare)
		main = identity_labelled(&halves, spare);
	if (main && fit_allows(spare, main, false) && !fit_allows(spare, main, true))
		text_add(text, EXPLAIN_SIZE, " %s has its label, and %llu sectors. If it was made larger, and is not a member of an array: \"dmremap assemble %s %s\".",
			 main->dev.path, LLU(main->dev.sectors), shell_word(main->dev.path),
			 shell_word(spare->dev.path));
	halves_free(&halves);
}
