// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "sets/active.h"
#include "sets/inactive.h"
#include "sets/reassembly.h"

struct search {
	struct inactive *list;
	int nr;
};

static bool is_listed(const struct search *search, const char *uuid)
{
	int i;

	for (i = 0; i < search->nr; i++)
		if (!strcmp(search->list[i].uuid, uuid))
			return true;
	return false;
}

static void add(struct search *search, const char *uuid, enum half_role role,
		const struct blockdev *dev, bool recorded)
{
	struct inactive *found;
	struct registered set;
	struct active active;

	if (active_find(&active, uuid) || is_listed(search, uuid))
		return;
	search->list = reallocarray(search->list, search->nr + 1, sizeof(*search->list));
	if (!search->list)
		no_memory();
	found = &search->list[search->nr++];
	*found = (struct inactive) { .role = role, .recorded = recorded };
	text_copy(found->uuid, uuid, sizeof(found->uuid));
	text_copy(found->name, registry_find(&set, uuid) && *set.name ? set.name : uuid,
		  sizeof(found->name));
	text_copy(found->path, dev->path, sizeof(found->path));
}

static void add_read(struct search *search, const struct blockdev *devs, int nr)
{
	struct halves halves;
	int i;

	halves_read_again(&halves, devs, nr);
	for (i = 0; i < nr; i++)
		if (halves.half[i].role != HALF_NONE)
			add(search, halves.half[i].uuid, halves.half[i].role, &devs[i], false);
	halves_free(&halves);
}

/* Also knows a main without a label, which it has found with the help of the spare. */
static void add_of_module(struct search *search, const struct blockdev *devs, int nr)
{
	struct known_set *sets = NULL;
	int nr_sets = reassembly_there() ? reassembly_sets(&sets) : 0, i, k;

	for (i = 0; i < nr_sets; i++)
		for (k = 0; k < nr; k++)
			if (!*devs[k].number)
				continue;
			else if (!strcmp(sets[i].main, devs[k].number))
				add(search, sets[i].uuid, HALF_MAIN, &devs[k], false);
			else if (!strcmp(sets[i].spare, devs[k].number))
				add(search, sets[i].uuid, HALF_SPARE, &devs[k], false);
	free(sets);
}

static void add_recorded(struct search *search, const struct blockdev *devs, int nr)
{
	struct registered *sets;
	int nr_sets = registry_list(&sets), i, k;

	for (i = 0; i < nr_sets; i++)
		for (k = 0; k < nr; k++)
			if (registry_names_main(&sets[i], devs[k].path))
				add(search, sets[i].uuid, HALF_MAIN, &devs[k], true);
			else if (registry_names_spare(&sets[i], devs[k].path))
				add(search, sets[i].uuid, HALF_SPARE, &devs[k], true);
	free(sets);
}

int inactive_find(struct inactive **list, const struct blockdev *devs, int nr, bool read)
{
	struct search search = {};

	if (read)
		add_read(&search, devs, nr);
	add_of_module(&search, devs, nr);
	add_recorded(&search, devs, nr);
	*list = search.list;
	return search.nr;
}
