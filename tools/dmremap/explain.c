// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "half.h"
#include "util.h"

/* More devices than these are not named. */
#define NAMES_MAX	4

static void __printf(2, 3) add(char *text, const char *format, ...)
{
	size_t length = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + length, EXPLAIN_SIZE - length, format, args);
	va_end(args);
}

void explain_size(char *text, const struct known_set *set, const struct blockdev *main,
		  const struct blockdev *spare)
{
	*text = 0;
	add(text, "%s is not activated by itself: that %s is its main is known by its size only. If it is, say so: \"dmremap assemble %s %s\". \"dmremap seal %s\" then lets it be found.",
	    set->name, main->path, main->path, spare->path, set->name);
}

/* Devices of the right size that are nothing else of ours, the first of them. */
static int find_by_size(const struct half *spare, struct blockdev found[NAMES_MAX])
{
	char user[BLOCKDEV_PATH_SIZE];
	struct blockdev *list;
	struct half half;
	int nr = blockdevs_list(&list), i, n = 0;

	for (i = 0; i < nr && n < NAMES_MAX; i++) {
		if (list[i].sectors != spare->main_sectors || blockdev_user(&list[i], user))
			continue;
		half_read(&half, &list[i]);
		if (half.role == HALF_NONE && !half.damaged)
			found[n++] = list[i];
	}
	if (nr >= 0)
		free(list);
	return n;
}

static void explain_main(char *text, const struct known_set *set)
{
	struct blockdev dev, found[NAMES_MAX];
	struct half spare;
	int nr, i;

	add(text, "%s waits for its main", set->name);
	if (!blockdev_by_number(&dev, set->spare)) {
		add(text, ", and its spare %s has gone. Connect them.", set->spare);
		return;
	}
	half_read(&spare, &dev);
	if (spare.role != HALF_SPARE || strcmp(spare.uuid, set->uuid)) {
		add(text, ", and %s is its spare no more. Run \"dmremap scan\".", dev.path);
		return;
	}
	add(text, ", a device of %llu sectors", (unsigned long long)spare.main_sectors);
	if (*spare.main_id)
		add(text, " that is known as %s", spare.main_id);
	add(text, ".");
	nr = find_by_size(&spare, found);
	if (!nr) {
		add(text, " Connect it.");
		return;
	}
	for (i = 0; i < nr; i++)
		add(text, "%s%s", i ? ", " : " Of that size there is ", found[i].path);
	add(text, ". If it is the main, say so: \"dmremap assemble %s %s\". \"dmremap seal %s\" then lets it be found by itself.",
	    nr > 1 ? "MAIN" : found[0].path, dev.path, set->name);
}

static void explain_spare(char *text, const struct known_set *set)
{
	struct blockdev dev;

	add(text, "%s waits for its spare. ", set->name);
	if (!blockdev_by_number(&dev, set->main)) {
		add(text, "Its main %s has gone. Connect them.", set->main);
		return;
	}
	add(text, "Connect it: what had moved is there. What is left on the main %s can be read with \"dmremap assemble --degraded %s\".",
	    dev.path, set->name);
}

/* "/dev/a and /dev/b both are its spare" */
static int explain_copies(char *text, const struct known_set *set, const struct halves *halves,
			  enum half_role role, const char *before)
{
	const struct half *first = halves_find(halves, NULL, role, set->uuid);
	const struct half *half = first ? halves_find(halves, first + 1, role, set->uuid) : NULL;
	int nr = 1;

	if (!half)
		return 0;
	add(text, "%s%s", before, first->dev.path);
	for (; half; half = halves_find(halves, half + 1, role, set->uuid), nr++)
		add(text, " and %s", half->dev.path);
	add(text, " %s say that they are its %s", nr == 2 ? "both" : "all", half_role_name(role));
	return 1;
}

static void explain_conflict(char *text, const struct known_set *set)
{
	struct halves halves;
	int found;

	add(text, "%s is there more than once, and no copy of it is used", set->name);
	if (halves_read_all(&halves)) {
		add(text, ".");
		return;
	}
	found = explain_copies(text, set, &halves, HALF_SPARE, ": ");
	found += explain_copies(text, set, &halves, HALF_MAIN, found ? ", and " : ": ");
	halves_free(&halves);
	if (found)
		add(text, ". Disconnect the copy, or zero its first and last 4 KiB if nobody needs it, and run \"dmremap scan\".");
	else
		add(text, ". \"dmremap scan\" looks again.");
}

static void explain_damaged(char *text, const struct known_set *set)
{
	struct blockdev dev;

	add(text, "%s cannot be used", set->name);
	if (blockdev_by_number(&dev, set->spare))
		add(text, ": something is wrong with what is on its spare. \"dmremap check %s\" says what.",
		    dev.path);
	else if (blockdev_by_number(&dev, set->main))
		add(text, ": something is wrong with the label of %s. \"dmremap scan %s\" says what.",
		    dev.path, dev.path);
	else
		add(text, ", and its devices have gone.");
}

static void explain_gone(char *text, const struct known_set *set)
{
	struct blockdev dev;
	bool main = blockdev_by_number(&dev, set->main);
	bool spare = blockdev_by_number(&dev, set->spare);

	if (main && spare)
		add(text, "%s is not what the module took it for. Run \"dmremap scan\".", set->name);
	else if (!main && !spare)
		add(text, "%s: its main %s and its spare %s have gone. Connect them.", set->name,
		    set->main, set->spare);
	else
		add(text, "%s: its %s %s has gone. Connect it.", set->name,
		    main ? "spare" : "main", main ? set->spare : set->main);
}

void explain_set(char *text, const struct known_set *set)
{
	*text = 0;
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
		return explain_gone(text, set);
	}
}
