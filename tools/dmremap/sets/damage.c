// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "lib/plural.h"
#include "lib/shell-word.h"
#include "lib/text.h"
#include "sets/damage.h"

/* Each finding has a sentence of its own. */
static void next_sentence(char text[DAMAGE_SIZE])
{
	if (*text)
		text_add(text, DAMAGE_SIZE, " ");
}

static void describe_lost(char text[DAMAGE_SIZE], const struct half *half)
{
	const char *path = half->dev.path;

	if (half->was == HALF_MAIN)
		text_add(text, DAMAGE_SIZE, "%s was the main of a set, and its label cannot be used: %s. Name it together with the spare: \"dmremap assemble %s SPARE\". Then \"dmremap seal\" makes a new label.",
			 path, half->trouble, shell_word(path));
	else
		text_add(text, DAMAGE_SIZE, "%s was the spare of a set and cannot be used: %s. \"dmremap check %s\" says more. Without it \"dmremap assemble --degraded MAIN\" shows what is on the main, and \"dmremap salvage MAIN\" gives back what a sealed main has.",
			 path, half->trouble, shell_word(path));
}

static void describe_table(char text[DAMAGE_SIZE], const struct half *half)
{
	const char *path = half->dev.path;

	if (half->bad_pages) {
		next_sentence(text);
		text_add(text, DAMAGE_SIZE, "%s has lost copies of %u page%s of its table. \"dmremap repair %s\" rewrites them; so does the kernel when the set is activated.",
			 path, half->bad_pages, plural(half->bad_pages), shell_word(path));
	}
	if (half->lost_pages) {
		next_sentence(text);
		text_add(text, DAMAGE_SIZE, "%s has no usable copy of %u page%s of its table, so the set cannot be written. \"dmremap check %s\" says which; \"dmremap assemble --read-only %s\" shows what is left.",
			 path, half->lost_pages, plural(half->lost_pages), shell_word(path),
			 shell_word(*half->name ? half->name : half->uuid));
	}
}

bool damage_describe(char text[DAMAGE_SIZE], const struct half *half)
{
	*text = 0;
	if (half->damaged)
		describe_lost(text, half);
	if (half->trouble && !half->damaged) {
		next_sentence(text);
		text_add(text, DAMAGE_SIZE, "The superblocks of %s contradict each other: %s. \"dmremap check %s\" says more.",
			 half->dev.path, half->trouble, shell_word(half->dev.path));
	}
	if (half->mend) {
		next_sentence(text);
		text_add(text, DAMAGE_SIZE, "%s has lost one of its two superblocks: %s. \"dmremap repair %s\" rewrites it; so does the kernel when the set is activated.",
			 half->dev.path, half->mend, shell_word(half->dev.path));
	}
	describe_table(text, half);
	return *text;
}
