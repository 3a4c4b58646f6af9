// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/main-id.h"
#include "lib/encode.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "lib/text.h"
#include "sets/damage.h"
#include "sets/explain.h"
#include "sets/half.h"
#include "sets/identity.h"

/* Maximum number of devices to name. */
#define NAMES_MAX	4

void explain_size(char *text, const struct known_set *set, const struct blockdev *main,
		  const struct blockdev *spare)
{
	*text = 0;
	text_add(text, EXPLAIN_SIZE, "%s is not activated automatically: only the size shows that %s is its main. If it is, confirm it: \"dmremap assemble %s %s\". \"dmremap seal %s\" then lets it be found.",
		 set->name, main->path, shell_word(main->path), shell_word(spare->path),
		 shell_word(set->name));
}

/* The recorded main_id comes from an untrusted medium, so it is encoded. */
static void add_ids(char *text, const char *path, const char *recorded)
{
	char encoded[4 * DM_REMAP_MAIN_ID_SIZE], own[DM_REMAP_MAIN_ID_SIZE];

	text_encode(encoded, recorded);
	main_id_choose(path, own);
	text_add(text, EXPLAIN_SIZE, "the set's main is known as %s, and this device as %s",
		 encoded,
		 *own ? own : "nothing");
}

void explain_other(char *text, const struct known_set *set, const struct half *main,
		   const struct half *spare)
{
	char own[DM_REMAP_MAIN_ID_SIZE];

	*text = 0;
	text_add(text, EXPLAIN_SIZE, "%s is not activated with %s: ", set->name, main->dev.path);
	if (main->role == HALF_SPARE) {
		text_add(text, EXPLAIN_SIZE, "that is a spare.");
	} else if (main->role == HALF_MAIN && strcmp(main->uuid, spare->uuid)) {
		text_add(text, EXPLAIN_SIZE, "it has the label of another set, %s.", main->uuid);
	} else if (main->role == HALF_MAIN && !identity_is_label_of(spare, main)) {
		text_add(text, EXPLAIN_SIZE, "its label has the uuid of the set, but not its secret: it was not written for %s.",
			 spare->dev.path);
	} else if (main_id_judge(spare->main_id, main->dev.path) != MAIN_ID_OTHER) {
		text_add(text, EXPLAIN_SIZE, "its main has a label, and %s has none.",
			 main->dev.path);
	} else {
		add_ids(text, main->dev.path, spare->main_id);
		main_id_choose(main->dev.path, own);
		text_add(text, EXPLAIN_SIZE, ". If you moved the data there, say so: \"dmremap set %s main_id=%s\".",
			 shell_word(set->name), shell_word(own));
	}
}

void explain_copy(char *text, const struct known_set *set, const struct blockdev *dev,
		  enum half_role role, const char *id)
{
	const char *known = strcmp(id, "-") ? id : "a device without an identity";

	*text = 0;
	text_add(text, EXPLAIN_SIZE, "%s is not activated with %s, which says that it is its %s: this host knows %.400s as that half. Connect that one. If %s has taken its place, name both devices: \"dmremap assemble MAIN SPARE\".",
		 set->name, dev->path, half_role_name(role), known, dev->path);
}

/* Read the unused devices of the size of the main, all at once and only once: some may be slow. */
static void read_by_size(struct halves *halves, const struct half *spare)
{
	char user[BLOCKDEV_PATH_SIZE];
	struct blockdev *list = NULL;
	int nr = blockdevs_list(&list), i, n = 0;

	for (i = 0; i < nr; i++)
		if (list[i].sectors == spare->main_sectors && !blockdev_user(&list[i], user))
			list[n++] = list[i];
	halves_read_again(halves, list, n);
	free(list);
}

/* Find devices that are not halves or, on request, whose labels are unusable. */
static int find_plain(const struct halves *halves, const struct half *found[NAMES_MAX],
		      bool damaged)
{
	const struct half *half;
	int n = 0;

	for (half = halves->half; half < halves->half + halves->nr && n < NAMES_MAX; half++)
		if (half->role == HALF_NONE &&
		    (damaged ? half->was == HALF_MAIN : !half->damaged))
			found[n++] = half;
	return n;
}

/* Name devices that may be the main, after its other identities. */
static int add_by_size(char *text, const struct known_set *set, const struct half *spare,
		       const struct halves *halves)
{
	const struct half *found[NAMES_MAX];
	int nr = spare->labelled ? 0 : find_plain(halves, found, false), i;

	for (i = 0; i < nr; i++)
		text_add(text, EXPLAIN_SIZE, "%s%s",
			 i ? ", " : " Of that size there is ", found[i]->dev.path);
	if (nr)
		text_add(text, EXPLAIN_SIZE, ". If %s is the main, say so: \"dmremap assemble %s %s\". \"dmremap seal %s\" then lets it be found by itself.",
			 nr > 1 ? "one of them" : "it",
			 shell_word(nr > 1 ? "MAIN" : found[0]->dev.path),
			 shell_word(spare->dev.path), shell_word(set->name));
	return nr;
}

/* A main with a damaged label cannot be assigned to a set. */
static int add_damaged(char *text, const struct known_set *set, const struct half *spare,
		       const struct halves *halves)
{
	const struct half *found[NAMES_MAX];
	int nr = find_plain(halves, found, true), i;

	for (i = 0; i < nr; i++)
		text_add(text, EXPLAIN_SIZE, " %s has that size, and a label that cannot be used. If it is the main: \"dmremap assemble %s %s\"; \"dmremap seal %s\" then makes a new label.",
			 found[i]->dev.path, shell_word(found[i]->dev.path),
			 shell_word(spare->dev.path), shell_word(set->name));
	return nr;
}

/* The spares that explain_begin() has read, with their tables. */
static struct halves begun;

static const struct half *find_begun(const struct blockdev *dev)
{
	int i;

	for (i = 0; i < begun.nr; i++)
		if (!strcmp(begun.half[i].dev.number, dev->number))
			return &begun.half[i];
	return NULL;
}

static void read_half(struct half *half, const struct blockdev *dev)
{
	const struct half *read = find_begun(dev);

	if (read)
		*half = *read;
	else
		half_read_again(half, dev);
}

void explain_begin(const struct known_set *sets, int nr)
{
	struct blockdev *list = calloc(nr + 1, sizeof(*list));
	int i, n = 0;

	if (!list)
		no_memory();
	for (i = 0; i < nr; i++)
		n += blockdev_by_number(&list[n], sets[i].spare);
	halves_read_again(&begun, list, n);
	halves_read_tables(&begun);
	free(list);
}

void explain_end(void)
{
	halves_free(&begun);
}

static bool read_spare(struct half *spare, const struct known_set *set)
{
	struct blockdev dev;

	if (!blockdev_by_number(&dev, set->spare))
		return false;
	read_half(spare, &dev);
	return spare->role == HALF_SPARE && !strcmp(spare->uuid, set->uuid);
}

static void explain_main(char *text, const struct known_set *set)
{
	char main_id[4 * DM_REMAP_MAIN_ID_SIZE];
	struct halves halves;
	struct blockdev dev;
	struct half spare = {};
	int named;

	text_add(text, EXPLAIN_SIZE, "%s waits for its main", set->name);
	if (!blockdev_by_number(&dev, set->spare)) {
		text_add(text, EXPLAIN_SIZE, " and its spare, which have gone. Connect them.");
		return;
	}
	if (!read_spare(&spare, set)) {
		if (spare.error == -ETIMEDOUT)
			text_add(text, EXPLAIN_SIZE, ", and its spare %s does not answer: see the kernel log, its cable and its power.",
				 dev.path);
		else
			text_add(text, EXPLAIN_SIZE, ", and %s is no longer its spare. Run \"dmremap scan\".",
				 dev.path);
		return;
	}
	text_add(text, EXPLAIN_SIZE, ", a device of %llu sectors",
		 (unsigned long long)spare.main_sectors);
	if (spare.labelled) {
		text_add(text, EXPLAIN_SIZE, " with the label of the set");
	} else if (*spare.main_id) {
		text_encode(main_id, spare.main_id);
		text_add(text, EXPLAIN_SIZE, " that is known as %s", main_id);
	}
	text_add(text, EXPLAIN_SIZE, ".");
	read_by_size(&halves, &spare);
	named = add_by_size(text, set, &spare, &halves);
	named += add_damaged(text, set, &spare, &halves);
	if (!named)
		text_add(text, EXPLAIN_SIZE, " Connect it.");
	halves_free(&halves);
}

static void explain_spare(char *text, const struct known_set *set)
{
	struct blockdev dev;

	text_add(text, EXPLAIN_SIZE, "%s waits for its spare. ", set->name);
	if (!blockdev_by_number(&dev, set->main)) {
		text_add(text, EXPLAIN_SIZE, "Its main has gone. Connect them.");
		return;
	}
	text_add(text, EXPLAIN_SIZE, "Connect it: what had moved is there. What is left on the main %s can be read with \"dmremap assemble --degraded %s\". If the spare is gone for good, \"dmremap salvage %s\" gives back what a sealed main has.",
		 dev.path, shell_word(set->name), shell_word(dev.path));
}

/* "/dev/a and /dev/b say that they are its spare" */
static int explain_copies(char *text, const struct known_set *set, const struct halves *halves,
			  enum half_role role, const char *before)
{
	const struct half *first = halves_find(halves, NULL, role, set->uuid);
	const struct half *half = first ? halves_find(halves, first + 1, role, set->uuid) : NULL;
	int nr = 1;

	if (!half)
		return 0;
	text_add(text, EXPLAIN_SIZE, "%s%s", before, first->dev.path);
	for (; half; half = halves_find(halves, half + 1, role, set->uuid), nr++)
		if (nr < NAMES_MAX)
			text_add(text, EXPLAIN_SIZE, " and %s", half->dev.path);
	if (nr > NAMES_MAX)
		text_add(text, EXPLAIN_SIZE, " and %d more", nr - NAMES_MAX);
	text_add(text, EXPLAIN_SIZE, " %s say that they are its %s",
		 nr == 2 ? "both" : "all", half_role_name(role));
	return 1;
}

static void explain_conflict(char *text, const struct known_set *set)
{
	struct halves halves;
	struct half spare;
	int found;

	text_add(text, EXPLAIN_SIZE, "%s is there more than once, and no copy of it is used",
		 set->name);
	if (halves_read_all_again(&halves)) {
		text_add(text, EXPLAIN_SIZE, ".");
		return;
	}
	found = explain_copies(text, set, &halves, HALF_SPARE, ": ");
	found += explain_copies(text, set, &halves, HALF_MAIN, found ? ", and " : ": ");
	halves_free(&halves);
	if (found) {
		text_add(text, EXPLAIN_SIZE, ". Disconnect the copy and run \"dmremap scan\". If both are to be used, give the copy an identity of its own: \"dmremap clone-uuid MAIN-COPY SPARE-COPY\". If nobody needs it, zero its first and last 4 KiB. If it is one disk that is seen twice, set up multipath.");
	} else if (read_spare(&spare, set)) {
		*text = 0;
		text_add(text, EXPLAIN_SIZE, "%s is not activated: several devices may be its main, which has %llu sectors.",
			 set->name, (unsigned long long)spare.main_sectors);
		read_by_size(&halves, &spare);
		if (!add_by_size(text, set, &spare, &halves))
			text_add(text, EXPLAIN_SIZE, " Run \"dmremap scan\".");
		halves_free(&halves);
	} else {
		text_add(text, EXPLAIN_SIZE, ". \"dmremap scan\" looks again.");
	}
}

static void explain_damaged_spare(char *text, const struct blockdev *spare)
{
	char damage[DAMAGE_SIZE];
	struct half half;

	read_half(&half, spare);
	if (damage_describe(damage, &half))
		text_add(text, EXPLAIN_SIZE, ". %s", damage);
	else
		text_add(text, EXPLAIN_SIZE, ": its spare is damaged. \"dmremap check %s\" says how.",
			 shell_word(spare->path));
}

static void explain_damaged(char *text, const struct known_set *set)
{
	struct blockdev spare, main;
	bool has_spare = blockdev_by_number(&spare, set->spare);
	bool has_main = blockdev_by_number(&main, set->main);

	text_add(text, EXPLAIN_SIZE, "%s cannot be used", set->name);
	if (has_spare && has_main)
		text_add(text, EXPLAIN_SIZE, ": its spare %s and the label of its main %s contradict each other; one of them may be an older copy. \"dmremap check %s\" and \"dmremap scan\" show more.",
			 spare.path, main.path, shell_word(spare.path));
	else if (has_spare)
		explain_damaged_spare(text, &spare);
	else
		text_add(text, EXPLAIN_SIZE, ", and its spare has gone. Run \"dmremap scan\".");
}

static void explain_state(char *text, const struct known_set *set)
{
	switch (set->state) {
	case KNOWN_WAITING_MAIN:
		return explain_main(text, set);
	case KNOWN_WAITING_SPARE:
		return explain_spare(text, set);
	case KNOWN_CONFLICT:
		return explain_conflict(text, set);
	case KNOWN_DAMAGED:
		return explain_damaged(text, set);
	default:
		text_add(text, EXPLAIN_SIZE, "%s: its halves have changed since the module saw them. Run \"dmremap scan\".",
			 set->name);
	}
}

void explain_mend(char *text, const struct known_set *set)
{
	struct halves halves = { .nr = 1 };
	char damage[DAMAGE_SIZE];
	struct half spare;

	if (!read_spare(&spare, set))
		return;
	halves.half = &spare;
	if (!find_begun(&spare.dev))
		halves_read_tables(&halves);
	if (damage_describe(damage, &spare))
		text_add(text, EXPLAIN_SIZE, "%s%s", *text ? " " : "", damage);
}

void explain_set(char *text, const struct known_set *set)
{
	*text = 0;
	explain_state(text, set);
}
